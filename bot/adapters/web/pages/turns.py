"""A question and what came back as a page shows it: every word of an article beside where it is from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.adapters import wording
from bot.adapters.addresses import link_to_words, safe_url
from bot.adapters.languages import refused, searched_in_english
from bot.adapters.listing import runs_of
from bot.adapters.permalinks import FIRST_MARK, reading_path
from bot.adapters.remarks import remark
from bot.adapters.translation import translated
from bot.adapters.web.pages import texts
from bot.answering import Answer, Block, Clarification, Refusal, RefusalReason, Remark
from bot.composing.weights import COMPOSED
from bot.query.kinds import MessageKind
from bot.query.said_requests import SaidRequest, said_request
from bot.quoting.quotes import Citation
from bot.replies import Reply

_AT_ONCE: Final = 3
_PARTS_AT_ONCE: Final = 12
_MOST_SPEAKERS: Final = 2


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """A quote: its words, of which some answer, and where it stands in its article."""

    citation: Citation
    pieces: tuple[tuple[str, bool], ...]
    path: str

    @property
    def number(self) -> int:
        """The number that it has in the reply."""
        return self.citation.number


@dataclass(frozen=True, slots=True)
class ShownRun:
    """Quotes of one article that stand together above where they are from; `heading`: of the part they begin."""

    quotes: tuple[ShownQuote, ...]
    heading: str | None
    publisher: str | None

    @property
    def last(self) -> Citation:
        """The citation that says where they are from."""
        return self.quotes[0].citation


@dataclass(frozen=True, slots=True)
class ShownOption:
    """Something that can be asked by one tap."""

    label: str
    question: str
    is_literal: bool = True


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A reply, ready for a template. `further`: quotes that open on demand; `are_strong`: as likely as those shown."""

    reply: Reply
    said: str | None
    runs: tuple[ShownRun, ...] = ()
    further: tuple[ShownRun, ...] = ()
    are_strong: bool = False
    origin: tuple[tuple[str, str, str | None], ...] = ()
    options: tuple[ShownOption, ...] = ()
    offers: tuple[ShownOption, ...] = ()
    has_articles: bool = False

    @property
    def is_answer(self) -> bool:
        """Whether articles answer."""
        return isinstance(self.reply.outcome, Answer)

    @property
    def short_answer(self) -> str | None:
        """The words that answer, in short."""
        return self.reply.outcome.short_answer if isinstance(self.reply.outcome, Answer) else None

    @property
    def left_out(self) -> int:
        """How many sentences would have belonged in it, too."""
        return self.reply.outcome.left_out if isinstance(self.reply.outcome, Answer) else 0

    @property
    def n_further(self) -> int:
        """How many quotes open on demand."""
        return sum(len(run.quotes) for run in self.further)

    @property
    def glossed(self) -> str:
        """What was searched for a message in another language, said in that one."""
        return searched_in_english(self.reply)

    @property
    def corrected(self) -> str:
        """What misspelt words were taken for."""
        return ", ".join(each.meant for each in self.reply.corrected)


def shown_turn(reply: Reply) -> ShownTurn:
    """Return a reply as it is shown."""
    match reply.outcome:
        case Answer() as answer:
            return _answer(reply, answer)
        case Refusal(reason=reason, closest=closest):
            without_marks = reason is RefusalReason.NO_SUCH_PHRASE
            return ShownTurn(
                reply,
                refused(reply.language, reason),
                further=tuple(_runs(closest[:_AT_ONCE], (), together=False)),
                offers=tuple(_again(reply, without_marks=without_marks)),
                has_articles=bool(closest),
            )
        case Remark() as outcome:
            return ShownTurn(reply, remark(outcome, reply.id))
        case Clarification(options=options):
            offered = tuple(ShownOption(option.label, option.question) for option in options)
            return ShownTurn(reply, None, options=offered)


def _answer(reply: Reply, answer: Answer) -> ShownTurn:
    if reply.kind is MessageKind.ABOUT_ARTICLE:
        origin = tuple((label, value, safe_url(value)) for label, value in wording.origin(answer.citations[0]))
        runs = _runs(answer.of_first_article, (), together=True)
        return ShownTurn(reply, None, tuple(runs), origin=origin, offers=tuple(_again(reply)))
    is_composed = reply.kind in COMPOSED or bool(answer.blocks)
    strong = answer.citations[: max(answer.n_strong, 1)]
    shown = strong[: _PARTS_AT_ONCE if is_composed else _AT_ONCE]
    rest = answer.citations[len(shown) :]
    return ShownTurn(
        reply,
        None,
        tuple(_runs(shown, answer.blocks, together=is_composed)),
        tuple(_runs(rest, answer.blocks, together=is_composed)),
        len(strong) > len(shown),
        offers=(*_speakers(reply, shown), *_again(reply)),
        has_articles=True,
    )


def _runs(citations: Sequence[Citation], blocks: Sequence[Block], *, together: bool) -> Iterator[ShownRun]:
    for run in runs_of(citations, blocks, together=together):
        first = run.citations[0]
        heading = wording.heading(run.block) if run.block is not None else None
        address = safe_url(first.url)
        publisher = safe_url(link_to_words(address, first.quote.text)) or address if address else None
        yield ShownRun(tuple(map(shown_quote, run.citations)), heading, publisher)


def shown_quote(citation: Citation) -> ShownQuote:
    """Return a quote with its words in pieces, of which some answer."""
    quote = citation.quote
    path = reading_path(quote.article_id, quote.revision)
    place = f"?q={quote.span.start}-{quote.span.end}#{FIRST_MARK}"
    return ShownQuote(citation, tuple(_pieces(citation)), f"{path}{place}")


def _pieces(citation: Citation) -> Iterator[tuple[str, bool]]:
    text, first, at = citation.quote.text, citation.quote.span.start, 0
    for highlight in sorted(citation.highlights):
        start, end = max(at, highlight.start - first), min(highlight.end - first, len(text))
        if start < end:
            if text[at:start]:
                yield text[at:start], False
            yield text[start:end], True
            at = end
    if text[at:]:
        yield text[at:], False


def _speakers(reply: Reply, shown: Sequence[Citation]) -> Iterator[ShownOption]:
    """Yield requests for all that the speakers of these quotes say."""
    if said_request(reply.question) is not None:
        return
    names = dict.fromkeys(cited.speaker.name for cited in shown if cited.speaker is not None and cited.speaker.has_name)
    for name in list(names)[:_MOST_SPEAKERS]:
        yield ShownOption(f"{translated(texts.ALL_BY)} {name}", SaidRequest(name).typed)


def _again(reply: Reply, *, without_marks: bool = False) -> Iterator[ShownOption]:
    """Yield the same question, to be searched otherwise."""
    if without_marks or reply.is_reworded:
        yield ShownOption(translated(texts.WITHOUT_MARKS if without_marks else texts.AS_TYPED), reply.question)

"""What admins see of the bot's work as messages: gaps, feedback, how an answer came about, articles to add."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from bot.adapters.telegram.views import admin_texts
from bot.adapters.telegram.views.html import Segment, styled, words_of_others
from bot.adapters.telegram.views.keyboards import feedback_keyboard
from bot.adapters.telegram.views.messages import Outgoing, one_line, plain_message, source_line
from bot.adapters.translation import translated
from bot.admin.reports import Complaint, Explanation
from bot.admin.unanswered import Gap
from bot.answering import Answer, Clarification, Refusal, Remark
from bot.quoting.quotes import Citation
from bot.replies import Reply
from index import Article, Hit
from index.article import Skipped
from index.ingest.feeds.silence import SilentFeed
from index.library.builder import BuildReport

_SHOWN_GAPS: Final = 12
_SHOWN_QUESTIONS: Final = 3
_QUESTION_CHARS: Final = 200
_QUOTE_CHARS: Final = 240
_TITLE_CHARS: Final = 60


def gaps_message(gaps: Sequence[Gap]) -> Outgoing:
    """Return groups of questions that nothing answered, with a few of the questions under each."""
    if not gaps:
        return plain_message(admin_texts.NO_GAPS)
    segments = [styled(translated(admin_texts.GAPS_HEADING), bold=True)]
    for gap in gaps[:_SHOWN_GAPS]:
        heading = admin_texts.gap(gap.shared, gap.times, gap.people)
        segments += [styled("\n\n"), *words_of_others(heading, bold=[(0, len(heading))])]
        for question in gap.questions[:_SHOWN_QUESTIONS]:
            segments += [styled("\n• "), *words_of_others(one_line(question, _QUESTION_CHARS))]
    if len(gaps) > _SHOWN_GAPS:
        segments.append(styled(f"\n\n{admin_texts.more_gaps(len(gaps) - _SHOWN_GAPS)}"))
    return Outgoing(tuple(segments))


def feedback_message(complaints: Sequence[tuple[Complaint, Reply]]) -> Outgoing:
    """Return the replies that were voted down, each with its question, its first quote and its confidence."""
    if not complaints:
        return plain_message(admin_texts.NO_FEEDBACK)
    segments = [styled(translated(admin_texts.FEEDBACK_HEADING), bold=True)]
    for position, (complaint, reply) in enumerate(complaints, start=1):
        segments += [styled(f"\n\n{position}. "), *words_of_others(one_line(reply.question, _QUESTION_CHARS))]
        segments.append(styled(f"\n👎 {complaint.votes_down} · {_confidence(reply)}\n"))
        segments += _first_quote(reply)
    return Outgoing(tuple(segments), feedback_keyboard([reply.id for _, reply in complaints]))


def explanation_message(explanation: Explanation) -> Outgoing:
    """Return how a reply came about: what was searched, found and read, and how long that took."""
    reply = explanation.reply
    segments = [
        *_line(admin_texts.ASKED, reply.question),
        *_line(admin_texts.SEARCHED, reply.resolved_question),
        *_line(admin_texts.TAKEN_FOR, reply.kind.value.replace("_", " ")),
        *_line(admin_texts.OUTCOME, _outcome(reply)),
        *_line(admin_texts.TOOK, _timings(reply)),
        *(_line(admin_texts.LANGUAGE_MODEL, admin_texts.pointed(reply.llm)) if reply.llm else ()),
        styled(f"\n{translated(admin_texts.READ)}\n", bold=True),
    ]
    for citation in reply.citations:
        segments += _reading(citation)
    segments.append(styled(f"\n{admin_texts.found_now(explanation.snapshot)}\n", bold=True))
    for hit, title in zip(explanation.hits, explanation.titles, strict=True):
        segments += _hit(hit, title)
    return Outgoing(tuple(segments))


def _line(label: str, words: str) -> Iterator[Segment]:
    yield styled(f"{translated(label)} ", bold=True)
    yield from words_of_others(one_line(words))
    yield styled("\n")


def _outcome(reply: Reply) -> str:
    match reply.outcome:
        case Answer(short_answer=short) if short:
            return f"“{one_line(short)}” · {_confidence(reply)}"
        case Answer():
            return _confidence(reply)
        case Refusal(reason=reason):
            return f"{reason.value} · {_confidence(reply)}"
        case Clarification(options=options):
            return f"{' / '.join(one_line(option.label) for option in options)}? · {_confidence(reply)}"
        case Remark(topic=topic, language=language):
            return f"{topic.value} ({language})" if language else topic.value


def _confidence(reply: Reply) -> str:
    return admin_texts.confidence(reply.outcome.confidence)


def _timings(reply: Reply) -> str:
    return ", ".join(f"{stage} {milliseconds:.1f} ms" for stage, milliseconds in reply.timings_ms.items())


def _first_quote(reply: Reply) -> Iterator[Segment]:
    if not reply.citations:
        yield styled(translated(admin_texts.NOTHING_QUOTED), italic=True)
        return
    first = reply.citations[0]
    yield from words_of_others(one_line(first.quote.text, _QUOTE_CHARS), quoted=True)


def _reading(citation: Citation) -> Iterator[Segment]:
    span = citation.quote.span
    yield styled(f"{citation.number}. {citation.score:.3f} · ")
    yield from words_of_others(one_line(citation.title, _TITLE_CHARS))
    yield styled(f" [{span.start}:{span.end}]\n")
    yield from words_of_others(one_line(citation.quote.text, _QUOTE_CHARS), quoted=True)
    yield styled("\n")


def _hit(hit: Hit, title: str) -> Iterator[Segment]:
    span = hit.passage.span
    yield styled(f"{hit.rank}. ")
    yield from words_of_others(one_line(title, _TITLE_CHARS))
    yield styled(
        f" [{span.start}:{span.end}] · {hit.score:.3f} (cos {hit.similarity:.2f}, BM25 {hit.keyword_score:.1f})\n"
    )


_LISTED: Final = 8
_REASON_CHARS: Final = 300

Lookup = Callable[[Iterable[str]], Sequence[Article]]
"""Gives the articles of these ids that are in service, in the order of the ids."""


def question_to_add(articles: Sequence[Article], skipped: Sequence[Skipped], told: int = 0) -> list[Segment]:
    """Return the question whether to add these articles, what cannot be added, and how many chats would be told."""
    segments = [styled(admin_texts.ask_to_add(len(articles)), bold=True), *_list(articles), *_skips(skipped)]
    return [*segments, styled(f"\n\n{admin_texts.would_be_told(told)}")] if told else segments


def refusal_to_add(skipped: Sequence[Skipped]) -> list[Segment]:
    """Return why nothing can be added."""
    return [styled(admin_texts.no_article()), *_skips(skipped, heading=False)]


def added(report: BuildReport, look_up: Lookup) -> list[Segment]:
    """Return what was added, what replaced an older article, and what was left out and why."""
    segments: list[Segment] = []
    for label, ids in (("Added", report.added), ("Changed", report.changed)):
        if ids:
            found = look_up(ids[:_LISTED])
            segments += [styled(f"{translated(label)}: {len(ids)}", bold=True), *_list(found, len(ids)), styled("\n\n")]
    if not segments:
        segments.append(styled(f"{translated(admin_texts.NOTHING_NEW)}\n\n"))
    if report.skipped:
        segments += [*_skips(report.skipped), styled("\n\n")]
    return [*segments, styled(admin_texts.in_service_now(report.articles))]


def silence_message(feed: SilentFeed) -> Outgoing:
    """Return what admins are told of a feed that has fallen silent."""
    said = words_of_others(admin_texts.silence(feed))
    return Outgoing((styled(f"{translated(admin_texts.SILENT_FEEDS)}\n"), *said))


def of_others(text: str) -> list[Segment]:
    """Return one of the bot's sentences that holds words of others, safe to show."""
    return list(words_of_others(text))


def article_line(article: Article) -> Iterator[Segment]:
    """Yield an article with its id."""
    yield from source_line("", article)
    yield styled("\n")
    yield from words_of_others(one_line(article.id, _REASON_CHARS))


def _list(articles: Sequence[Article], total: int | None = None) -> Iterator[Segment]:
    for article in articles[:_LISTED]:
        yield styled("\n")
        yield from source_line("• ", article)
    left_out = (total if total is not None else len(articles)) - min(len(articles), _LISTED)
    if left_out > 0:
        yield styled(f"\n• {admin_texts.and_more(left_out)}")


def _skips(skipped: Sequence[Skipped], *, heading: bool = True) -> Iterator[Segment]:
    if skipped and heading:
        yield styled(f"\n\n{translated('Skipped')}: {len(skipped)}")
    for skip in skipped[:_LISTED]:
        yield styled("\n• ")
        yield from words_of_others(one_line(f"{skip.name}: {skip.reason}", _REASON_CHARS))
    if len(skipped) > _LISTED:
        yield styled(f"\n• {admin_texts.and_more(len(skipped) - _LISTED)}")

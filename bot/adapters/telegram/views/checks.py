"""Shows checked quotations: what each is, and the words of articles it rests on."""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.adapters import check_wording
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.html import Segment, styled, words_of_others
from bot.adapters.telegram.views.keyboards import offer_keyboard
from bot.adapters.telegram.views.messages import Outgoing, byline, one_line, plain_message, voice
from bot.adapters.translation import translated
from bot.checking import CheckedQuote, Match
from index import Span

_MOST_QUOTES: Final = 10
_MOST_MATCHES: Final = 2
_QUOTE_CHARS: Final = 300


def offer_message(*, bring: bool = False) -> Outgoing:
    """Return the offer to check what was forwarded, and to read it where that may be; it has to reply to that, for the
    buttons to know."""
    words = f"{translated(texts.OFFER_TO_CHECK)} {translated(texts.OR_READ_IT)}" if bring else texts.OFFER_TO_CHECK
    return Outgoing((styled(translated(words)),), offer_keyboard(check=True, bring=bring))


def checked_message(text: str, quotes: Sequence[CheckedQuote], most: int = _MOST_QUOTES) -> Outgoing:
    """Return what each quotation of a text is, the first few of many."""
    if not quotes:
        return plain_message(check_wording.NOTHING_TO_CHECK)
    segments: list[Segment] = []
    for number, quote in enumerate(quotes[:most], start=1):
        segments += [styled("\n\n" if segments else ""), *_checked(text, number, quote)]
    if len(quotes) > most:
        segments.append(styled(f"\n\n{check_wording.left_out(len(quotes) - most)}", italic=True))
    return Outgoing(tuple(segments))


def _checked(text: str, number: int, quote: CheckedQuote) -> Iterator[Segment]:
    words = one_line(quote.text, _QUOTE_CHARS)
    yield styled(f"{number}. ")
    yield from words_of_others(f"“{words}”", italic=True)
    yield styled("\n")
    yield styled(check_wording.verdict_of(quote.verdict), bold=True)
    shown = quote.matches if len(quote.matches) <= _MOST_MATCHES else quote.matches[:_MOST_MATCHES]
    for match in shown:
        yield styled("\n")
        yield from _in_place(match)
        for sentence in _remarks(text, match):
            yield styled("\n")
            yield from words_of_others(one_line(sentence, _QUOTE_CHARS))
        yield styled("\n")
        yield from voice(match.citation)
        yield from byline(match.citation, f"{number}. ")


def _remarks(text: str, match: Match) -> Iterator[str]:
    yield from check_wording.cut(match)
    yield from (check_wording.difference(one, text, match) for one in match.differences)
    if not match.is_current:
        yield translated(check_wording.OLDER)


def _in_place(match: Match) -> Iterator[Segment]:
    """Yield the article's words as a quote; in bold what the quotation has otherwise, or without."""
    span, cut = match.citation.quote.span, match.cut
    start = cut.before.start if cut is not None and cut.before is not None else span.start
    end = cut.after.end if cut is not None and cut.after is not None else span.end
    marked = [one.article for one in match.differences if one.article is not None]
    if cut is not None:
        marked += [one for one in (cut.before, cut.after) if one is not None]
    bold = [(one.start - start, one.end - start) for one in marked]
    yield from words_of_others(Span(start, end).slice(match.article_text), bold=bold, quoted=True)

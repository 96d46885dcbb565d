"""What changes in the library, as messages: what would be added, what was, and why not."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from bot.adapters.telegram import library_texts
from bot.adapters.telegram.markup import Segment, styled, words_of_others
from bot.adapters.telegram.rendering import one_line, source_line
from bot.adapters.translation import translated
from index import Article
from index.article import Skipped
from index.library.builder import BuildReport

_LISTED: Final = 8
_REASON_CHARS: Final = 300

Lookup = Callable[[Iterable[str]], Sequence[Article]]
"""Ids to articles: see `NewsDesk.articles`."""


def question_to_add(articles: Sequence[Article], skipped: Sequence[Skipped]) -> list[Segment]:
    """What would be added, and what of it could not be."""
    return [styled(library_texts.ask_to_add(len(articles)), bold=True), *_list(articles), *_skips(skipped)]


def refusal_to_add(skipped: Sequence[Skipped]) -> list[Segment]:
    """Why nothing of it can be added."""
    return [styled(library_texts.no_article()), *_skips(skipped, heading=False)]


def added(report: BuildReport, look_up: Lookup) -> list[Segment]:
    """What came in, what took an older one's place, and what was left out and why."""
    segments: list[Segment] = []
    for label, ids in (("Added", report.added), ("Changed", report.changed)):
        if ids:
            found = look_up(ids[:_LISTED])
            segments += [styled(f"{translated(label)}: {len(ids)}", bold=True), *_list(found, len(ids)), styled("\n\n")]
    if not segments:
        segments.append(styled(f"{translated(library_texts.NOTHING_NEW)}\n\n"))
    if report.skipped:
        segments += [*_skips(report.skipped), styled("\n\n")]
    return [*segments, styled(library_texts.in_service_now(report.articles))]


def of_others(text: str) -> list[Segment]:
    """One of the bot's sentences with words of others in it."""
    return list(words_of_others(text))


def article_line(article: Article) -> Iterator[Segment]:
    """An article with its id."""
    yield from source_line("", article)
    yield styled("\n")
    yield from words_of_others(one_line(article.id, _REASON_CHARS))


def _list(articles: Sequence[Article], total: int | None = None) -> Iterator[Segment]:
    for article in articles[:_LISTED]:
        yield styled("\n")
        yield from source_line("• ", article)
    left_out = (total if total is not None else len(articles)) - min(len(articles), _LISTED)
    if left_out > 0:
        yield styled(f"\n• {library_texts.and_more(left_out)}")


def _skips(skipped: Sequence[Skipped], *, heading: bool = True) -> Iterator[Segment]:
    if skipped and heading:
        yield styled(f"\n\n{translated('Skipped')}: {len(skipped)}")
    for skip in skipped[:_LISTED]:
        yield styled("\n• ")
        yield from words_of_others(one_line(f"{skip.name}: {skip.reason}", _REASON_CHARS))
    if len(skipped) > _LISTED:
        yield styled(f"\n• {library_texts.and_more(len(skipped) - _LISTED)}")

"""Shows digests: one quote a story, as many as a screen holds, the others behind "More"."""

from collections.abc import Iterator
from typing import Final

from bot.adapters import digest_wording, wording
from bot.adapters.addresses import safe_url
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.html import Segment, styled, words_of_others
from bot.adapters.telegram.views.keyboards import answer_keyboard
from bot.adapters.telegram.views.messages import Outgoing, one_line, plain_message, quote_segments
from bot.adapters.telegram.views.places import digest_links
from bot.adapters.translation import translated
from bot.digests import CorrectedWords, Digest, ToldStory
from bot.digests.schedule import Schedule

_LONGEST_SOURCES: Final = 120
_LONGEST_TITLE: Final = 150


def digest_message(digest: Digest, reply_id: str, reader: int) -> Outgoing:
    """Return the first screen of a digest; `reply_id`: the reply that its quotes are kept as; `reader`: the chat."""
    corrected = [segment for one in digest.corrected for segment in _corrected(one)]
    if not digest.told:
        return Outgoing(tuple(corrected)) if corrected else plain_message(digest_wording.NOTHING_NEW)
    heading = (
        styled(digest_wording.heading(digest), bold=True),
        styled(f"\n{digest_wording.summary(digest)}\n\n"),
    )
    shown = digest.told[: digest.n_shown]
    stories = [
        segment for place, one in enumerate(shown) for segment in (styled("\n\n" if place else ""), *_story(one))
    ]
    citations = [one.citation for one in shown]
    keyboard = answer_keyboard(
        reply_id, citations, seen=len(shown), total=len(digest.told), is_first=False, speakers=False
    )
    return Outgoing((*heading, *corrected, *stories, *_links(reader)), keyboard)


def _links(reader: int) -> Iterator[Segment]:
    links = digest_links(reader)
    if links is not None:
        yield styled("\n\n")
        yield styled(translated(digest_wording.ON_A_PAGE), url=links[0])
        yield styled(" · ")
        yield styled(translated(digest_wording.AS_FEED), url=links[1])


def _story(one: ToldStory) -> Iterator[Segment]:
    yield from quote_segments(one.citation)
    if len(one.story.sources) > 1:
        yield styled("\n")
        yield from words_of_others(one_line(digest_wording.told_by(one), _LONGEST_SOURCES))
    if one.story.is_watched:
        yield styled(f"\n{translated(digest_wording.ON_YOUR_WATCH)}", italic=True)


def _corrected(one: CorrectedWords) -> Iterator[Segment]:
    title = one_line(one.title, _LONGEST_TITLE) or translated(wording.UNTITLED)
    yield styled(f"{translated(digest_wording.CORRECTED)}: ", bold=True)
    yield from words_of_others(title, url=safe_url(one.url))
    yield styled(f"\n{digest_wording.what_became(one)}\n")
    yield from words_of_others(one.before, quoted=True)
    if one.now is not None:
        yield styled(f"\n{translated(digest_wording.NOW)}\n")
        yield from words_of_others(one.now.text, quoted=True)
    yield styled("\n\n")


def scheduled_message(schedule: Schedule, zone: str | None) -> Outgoing:
    """Say when digests come from now on, and by which clock."""
    return plain_message(texts.digest_scheduled(schedule, zone))

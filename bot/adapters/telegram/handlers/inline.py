"""Inline mode: `@bot question` in any chat gives quotes to send there, each with its citation."""

import asyncio
import re
from collections.abc import Sequence
from typing import Final

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.adapters import wording
from bot.adapters.telegram.handlers.access import Access
from bot.adapters.telegram.handlers.answers import Answers
from bot.adapters.telegram.handlers.question_limits import BROWSING, QuestionLimits
from bot.adapters.telegram.routing import Handler, on_inline
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.html import (
    Segment,
    displayable,
    styled,
    to_html,
    utf16_length,
    words_of_others,
)
from bot.adapters.telegram.views.links import HELP, DeepLink, Opens, payload_of
from bot.adapters.telegram.views.messages import one_line, quote_segments
from bot.adapters.telegram.views.splitting import MESSAGE_LIMIT, split_segments
from bot.adapters.translation import translated
from bot.answering import Answer
from bot.quoting.quotes import Citation
from bot.replies import Reply

_FEWEST_WORDS: Final = 2
_MOST_RESULTS: Final = 5
_TITLE_CHARS: Final = 80
_DESCRIPTION_CHARS: Final = 160
# Long enough to spare what is asked again while scrolling, short enough that a reload is soon seen.
_CACHE_SECONDS: Final = 60
# Every letter typed is a query of its own; only the one after which nothing came for this long is looked up.
_PAUSE_SECONDS: Final = 0.35
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class Inline:
    """Answers inline questions; of each person's, only the latest."""

    def __init__(
        self, answers: Answers, access: Access, limits: QuestionLimits, *, pause_seconds: float = _PAUSE_SECONDS
    ) -> None:
        self._answers = answers
        self._access = access
        self._limits = limits
        self._pause_seconds = pause_seconds
        self._latest: dict[int, str] = {}

    def handler(self) -> Handler:
        """Return the handler to register."""
        return on_inline(self._hear)

    async def _hear(self, query: InlineQuery) -> None:
        asker = query.from_user.id
        question = one_line(query.query)
        self._latest[asker] = query.id
        await asyncio.sleep(self._pause_seconds)
        if self._latest.get(asker) != query.id:
            return
        del self._latest[asker]
        if not self._access.admits(asker, asker):
            await _answer(query, (), None)
        elif len(re.findall(r"\w+", question)) < _FEWEST_WORDS or len(question) > texts.LONGEST_QUESTION:
            await _answer(query, (), _button(texts.INLINE_HINT, None))
        elif (throttled := self._limits.check(asker, BROWSING)) is not None:
            # Asked again once there is room, not what was kept from before.
            await _answer(query, (), _button(texts.inline_wait(throttled.wait_seconds), None), cache_seconds=0)
        else:
            reply = await self._answers.look_up(question)
            results = _results(reply)
            label = texts.INLINE_MORE if results else texts.INLINE_NOTHING
            await _answer(query, results, _button(label, payload_of(DeepLink(Opens.QUESTION, question))))


def _results(reply: Reply) -> Sequence[InlineQueryResultArticle]:
    """Return a result for each quote that is likely enough to be shown unasked; none for a refusal."""
    if not isinstance(reply.outcome, Answer):
        return ()
    shown = reply.outcome.citations[: max(reply.outcome.n_strong, 1)][:_MOST_RESULTS]
    return [_result(reply, reply.outcome, citation) for citation in shown]


def _result(reply: Reply, answer: Answer, citation: Citation) -> InlineQueryResultArticle:
    short = answer.short_answer if citation.number == 1 else None
    quote = one_line(displayable(citation.quote.text))
    about = [one_line(displayable(citation.title)) or translated(wording.UNTITLED)]
    if citation.published_at is not None:
        about.append(wording.day_and_age(citation.published_at))
    return InlineQueryResultArticle(
        id=f"{reply.id}:{citation.number}",
        title=one_line(displayable(short) if short else quote, _TITLE_CHARS) or "…",
        description=one_line(" · ".join([quote, *about] if short else about), _DESCRIPTION_CHARS),
        input_message_content=InputTextMessageContent(
            to_html(_content(reply.question, short, citation)),
            parse_mode=ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
        ),
    )


def _content(question: str, short: str | None, citation: Citation) -> Sequence[Segment]:
    """Return what is sent in the sender's name: the question, the quote, and where it is from."""
    segments = [*words_of_others(one_line(question), italic=True), styled("\n\n")]
    if short:
        words = one_line(short)
        segments += [*words_of_others(words, bold=[(0, len(words))]), styled("\n\n")]
    segments += quote_segments(citation, mark="— ")
    whole = utf16_length("".join(segment.text for segment in segments))
    return segments if whole <= MESSAGE_LIMIT else split_segments(segments)[0]


def _button(label: str, payload: str | None) -> InlineQueryResultsButton:
    return InlineQueryResultsButton(translated(label), start_parameter=payload or HELP)


async def _answer(
    query: InlineQuery,
    results: Sequence[InlineQueryResultArticle],
    button: InlineQueryResultsButton | None,
    *,
    cache_seconds: int = _CACHE_SECONDS,
) -> None:
    try:
        # Personal: the same words give others theirs in another language, or nothing.
        await query.answer(results, cache_time=cache_seconds, is_personal=True, button=button)
    except BadRequest as error:
        if "query is too old" not in str(error):
            raise

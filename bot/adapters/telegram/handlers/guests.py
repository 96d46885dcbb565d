"""Guest mode: somebody mentions the bot in a chat that it is no member of, and gets one answer there.

Nothing is known of such a chat but the message itself and the one that it replies to, and nothing of it is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from telegram import Message, MessageEntity, User

from bot.adapters.telegram.addressing import asker_id, guest_chat_id, guest_words, payer_id
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.access import Access
from bot.adapters.telegram.handlers.answers import Answers
from bot.adapters.telegram.handlers.checks import Checks, words_of
from bot.adapters.telegram.handlers.question_limits import QuestionLimits
from bot.adapters.telegram.routing import Handler, Router
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.guests import guest_check, guest_reply
from bot.adapters.telegram.views.messages import Outgoing, plain_message
from bot.adapters.translation import speak
from bot.answering import Answer
from bot.checking import Verdict, asks_to_check, holds_quotation
from bot.query.languages import told_language
from bot.query.several import split_questions

_QUOTES: Final = (MessageEntity.BLOCKQUOTE, MessageEntity.EXPANDABLE_BLOCKQUOTE)


@dataclass(frozen=True, slots=True)
class _Summons:
    """What is said to a guest, and what the message says that this is said in reply to; that may be the bot's own."""

    words: str
    original: str
    is_to_bot: bool

    @property
    def is_to_be_checked(self) -> bool:
        """Whether what is replied to is to be checked, and nothing is asked about it."""
        return bool(self.original) and not self.is_to_bot and (not self.words or asks_to_check(self.words))


class Guests:
    """Answers those who mention the bot elsewhere."""

    def __init__(self, answers: Answers, checks: Checks, access: Access, limits: QuestionLimits) -> None:
        self._answers = answers
        self._checks = checks
        self._access = access
        self._limits = limits

    def handlers(self, router: Router) -> Sequence[Handler]:
        """Return the handler to register."""
        return (router.guest(self._hear),)

    async def _hear(self, message: Message, messenger: Messenger) -> None:
        # Bots that mention each other would never come to an end.
        if message.guest_query_id is None or (message.from_user is not None and message.from_user.is_bot):
            return
        summons = _summons_of(message, messenger.me)
        _speak_as_there(summons, message)
        why_not = self._why_not(message)
        answer = await self._answer(summons, messenger.username) if why_not is None else None
        if why_not:
            answer = plain_message(why_not)
        if answer is not None:
            await messenger.answer_guest(message.guest_query_id, answer)

    def _why_not(self, message: Message) -> str | None:
        """Return why somebody is not answered, which is empty once they were told; None if they are."""
        asker = asker_id(message)
        if self._access.is_banned(asker):
            return texts.BANNED if self._access.is_to_be_informed(asker) else ""
        throttled = self._limits.check(payer_id(message))
        if throttled is not None:
            return throttled.words if self._limits.is_to_be_told(throttled) else ""
        is_admitted = self._access.admits(asker, guest_chat_id(message))
        return None if is_admitted else texts.GUEST_NOT_ALLOWED

    async def _answer(self, summons: _Summons, username: str) -> Outgoing:
        if summons.is_to_be_checked:
            return await self._check(summons.original, username)
        if not summons.words:
            return plain_message(texts.GUEST_HOW_TO)
        if len(summons.words) > texts.LONGEST_QUESTION:
            return plain_message(texts.too_long())
        first, *further = split_questions(summons.words)
        heading = texts.GUEST_ONE_AT_A_TIME if further else ""
        return guest_reply(await self._answers.reply_once(first, summons.original), username, heading)

    async def _check(self, original: str, username: str) -> Outgoing:
        """Return what a message's quotations are, or its words; of what is in no article, what articles say about it.
        A question is answered."""
        is_quoting = holds_quotation(original)
        if not is_quoting and original.rstrip().endswith("?"):
            return guest_reply(await self._answers.reply_once(original), username)
        quotes = await self._checks.check(original)
        if is_quoting or any(quote.verdict is not Verdict.NOT_FOUND for quote in quotes):
            return guest_check(original, quotes)
        reply = await self._answers.reply_once(original)
        if isinstance(reply.outcome, Answer):
            return guest_reply(reply, username, texts.NOT_WORD_FOR_WORD)
        return guest_check(original, quotes)


def _summons_of(message: Message, bot: User) -> _Summons:
    original = message.reply_to_message
    if original is None:
        return _Summons(guest_words(message, bot), "", is_to_bot=False)
    is_to_bot = original.from_user is not None and original.from_user.id == bot.id
    chosen = message.quote.text if message.quote is not None else None
    said = chosen or (_quoted_in(original) if is_to_bot else words_of(original))
    return _Summons(guest_words(message, bot), said, is_to_bot)


def _quoted_in(message: Message) -> str:
    """Return what an answer of the bot's quotes; all that it says if it quotes nothing."""
    quoted = [words for entity, words in message.parse_entities().items() if entity.type in _QUOTES]
    return " ".join(quoted) or words_of(message)


def _speak_as_there(summons: _Summons, message: Message) -> None:
    """Speak the language of what is said there, where that is sure; else that of whoever asks."""
    said = summons.words if asks_to_check(summons.words) else f"{summons.words} {summons.original}"
    asker = message.from_user
    speak(told_language(said) or (asker.language_code if asker is not None else None))

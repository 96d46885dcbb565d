"""What the buttons under an answer do. Anyone who sees one may press it; a vote is each person's own."""

import asyncio
from collections.abc import Awaitable, Callable

from telegram import CallbackQuery

from bot.adapters import wording
from bot.adapters.examples import example_question
from bot.adapters.further_wording import question_of
from bot.adapters.telegram.addressing import Place, place_of, presser_conversation
from bot.adapters.telegram.delivery.sending import Messenger
from bot.adapters.telegram.handlers.access import Access, person
from bot.adapters.telegram.handlers.answers import Answers, Asking
from bot.adapters.telegram.handlers.question_limits import A_QUESTION, BROWSING, QuestionLimits
from bot.adapters.telegram.routing import Handler, Router, is_of_a_button, label_of
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.keyboards import Action, Press, read_press
from bot.adapters.telegram.views.links import article_key
from bot.adapters.telegram.views.messages import (
    Outgoing,
    articles_message,
    closest_message,
    context_message,
    more_message,
    sources_message,
)
from bot.answering import Answer, Clarification, Refusal
from bot.dialogue import Dialogue
from bot.query.said_requests import SaidRequest
from bot.replies import Reply, ReplyTo, Vote

PressTaker = Callable[[CallbackQuery, Messenger, Press], Awaitable[str | None]]
"""Handles a press, and gives the notice to show to whoever pressed, if there is one."""


class Buttons:
    """Answers presses: with a message under the one that holds the button, and always with a notice."""

    def __init__(
        self,
        dialogue: Dialogue,
        answers: Answers,
        access: Access,
        limits: QuestionLimits,
        others: dict[Action, PressTaker],
    ) -> None:
        """Keep what answers presses. `others` take the presses of buttons that are not under answers."""
        self._dialogue = dialogue
        self._answers = answers
        self._access = access
        self._limits = limits
        self._takers: dict[Action, PressTaker] = {
            Action.UP: self._vote,
            Action.DOWN: self._vote,
            Action.SOURCES: self._leaf,
            Action.CONTEXT: self._show,
            Action.MORE: self._show,
            Action.CLOSEST: self._show,
            Action.ARTICLES: self._show,
            Action.OPTION: self._ask,
            Action.AS_TYPED: self._ask,
            Action.NEXT: self._go_on,
            Action.SAID: self._ask,
            Action.EXAMPLE: self._ask,
            **others,
        }

    def handler(self, router: Router) -> Handler:
        """Return the handler to register."""
        return router.press(self._press)

    async def _press(self, query: CallbackQuery, messenger: Messenger) -> None:
        press = read_press(query.data)
        taker = self._takers.get(press.action) if press is not None else None
        if press is None or taker is None or query.message is None or not _is_genuine(query, press):
            await messenger.acknowledge(query, texts.DEAD_BUTTON)
        elif not self._access.admits(query.from_user.id, query.message.chat.id):
            await messenger.acknowledge(query, texts.not_allowed(query.from_user.id))
        else:
            # The button keeps turning until the word, which stops a second press in between.
            await messenger.acknowledge(query, await taker(query, messenger, press))

    async def _show(self, query: CallbackQuery, messenger: Messenger, press: Press) -> str | None:
        throttled = self._limits.check(query.from_user.id, BROWSING)
        if throttled is not None:
            return throttled.words
        found = await asyncio.to_thread(self._found, press)
        if isinstance(found, Outgoing):
            await messenger.send(_under(query), found)
            return None
        return found

    async def _ask(self, query: CallbackQuery, messenger: Messenger, press: Press) -> str | None:
        question = await asyncio.to_thread(self._question, press)
        if question is None or query.message is None:
            return texts.DEAD_BUTTON
        throttled = self._limits.check(query.from_user.id, A_QUESTION)
        if throttled is not None:
            return throttled.words
        conversation_id = presser_conversation(query.message, query.from_user)
        place = _under(query)
        asking = Asking(question, place, conversation_id, query.message.message_id, literally=True)
        await self._answers.give(messenger, asking)
        return None

    async def _go_on(self, query: CallbackQuery, messenger: Messenger, press: Press) -> str | None:
        """Ask what a button says, as if it was typed in reply to the answer above it."""
        label = label_of(query)
        if label is None or query.message is None:
            return texts.DEAD_BUTTON
        throttled = self._limits.check(query.from_user.id, A_QUESTION)
        if throttled is not None:
            return throttled.words
        conversation_id = presser_conversation(query.message, query.from_user)
        about = ReplyTo(press.subject)
        place, asked_by = _under(query), query.message.message_id
        asking = Asking(question_of(label), place, conversation_id, asked_by, replying_to=about)
        await self._answers.give(messenger, asking)
        return None

    async def _leaf(self, query: CallbackQuery, messenger: Messenger, press: Press) -> str | None:
        throttled = self._limits.check(query.from_user.id, BROWSING, is_command=True)
        if throttled is not None:
            return throttled.words

        def page() -> Outgoing:
            return sources_message(self._dialogue.sources(), press.number, press.subject)

        if query.message is not None:
            message = await asyncio.to_thread(page)
            await messenger.edit(Place(query.message.chat.id), query.message.message_id, message)
        return None

    async def _vote(self, query: CallbackQuery, messenger: Messenger, press: Press) -> str | None:
        throttled = self._limits.check(query.from_user.id, BROWSING, is_command=True)
        if throttled is not None:
            return throttled.words
        vote = Vote.UP if press.action is Action.UP else Vote.DOWN
        known = await asyncio.to_thread(self._dialogue.vote, press.subject, person(query.from_user.id), vote)
        return wording.THANKS if known else wording.FORGOTTEN

    def _question(self, press: Press) -> str | None:
        """Return the words that a button stands for; None if they are gone."""
        if press.action is Action.EXAMPLE:
            articles = self._dialogue.sources()
            found = next((article for article in articles if article_key(article.id) == press.subject), None)
            return example_question(found) if found is not None else None
        reply = self._dialogue.recall(press.subject)
        if reply is None:
            return None
        if press.action is Action.OPTION:
            return _offered(reply, press.number)
        if press.action is Action.SAID:
            return _words_of_speaker(reply, press.number)
        return reply.question

    def _found(self, press: Press) -> Outgoing | str:
        """Return the message to show, or the sentence that says why there is none."""
        if press.action is Action.CONTEXT:
            context = self._dialogue.context(press.subject, press.number)
            return context_message(context) if context is not None else wording.FORGOTTEN
        if press.action is Action.ARTICLES:
            articles = self._dialogue.articles_found(press.subject)
            return articles_message(articles) if articles is not None else wording.FORGOTTEN
        reply = self._dialogue.recall(press.subject)
        return _part_of(reply, press) if reply is not None else wording.FORGOTTEN


def _is_genuine(query: CallbackQuery, press: Press) -> bool:
    """Return whether there was such a button. That of a decision carries a key that nobody can guess, and pressed twice
    it says that it is settled."""
    return press.action.is_keyed or is_of_a_button(query)


def _offered(reply: Reply, place: int) -> str | None:
    options = reply.outcome.options if isinstance(reply.outcome, Clarification) else ()
    return options[place].question if place < len(options) else None


def _words_of_speaker(reply: Reply, number: int) -> str | None:
    """Return the request for all that the speaker of a citation says; None if nobody is named there."""
    speakers = (cited.speaker for cited in reply.citations if cited.number == number)
    speaker = next(speakers, None)
    return SaidRequest(speaker.name).typed if speaker is not None else None


def _part_of(reply: Reply, press: Press) -> Outgoing | str:
    outcome = reply.outcome
    if press.action is Action.MORE and isinstance(outcome, Answer):
        if press.number >= len(outcome.citations):
            return wording.ALL_SHOWN
        return more_message(reply.id, outcome, press.number)
    if press.action is Action.CLOSEST and isinstance(outcome, Refusal):
        return closest_message(reply.id, outcome.closest)
    return wording.FORGOTTEN


def _under(query: CallbackQuery) -> Place:
    message = query.message
    if message is None:
        raise ValueError("a press of a button in no chat has no place")
    return place_of(message).replying_to(message.message_id)

"""What people do: write, edit, press buttons, send files, block the bot."""

import json
import time
from dataclasses import dataclass

from .checks import utf16_length
from .state import CallbackQuery, GuestQuery, InlineQuery, InlineResult, State
from .tdparse import detect_entities
from .values import Account, Chat, Content, Json, Message, StoredFile, rights_of


@dataclass(frozen=True, slots=True)
class User:
    """A person at the other end; every act becomes the update that Telegram would send."""

    account: Account
    state: State

    @property
    def id(self) -> int:
        """The Telegram user id."""
        return self.account.id

    def opens_chat(self) -> Chat:
        """The private chat with the bot, opened if need be; sends nothing."""
        with self.state.lock:
            chat = self.state.chats.get(self.id)
            if chat is None:
                chat = Chat(self.id, "private", self.account.first_name, self.account.username)
                self.state.chats[self.id] = chat
            return chat

    def says(
        self,
        chat: Chat,
        text: str,
        *,
        reply_to: Message | None = None,
        quote: str | None = None,
        thread: int | None = None,
    ) -> Message:
        """Writes a message; commands, mentions and links in it are marked as entities.

        `quote` is the part of the message replied to that the reply quotes.
        """
        with self.state.lock:
            content = Content(text, tuple(detect_entities(text)))
            message = self.state.add_message(chat, self.account, content, reply_to=reply_to, thread_id=thread)
            if quote is not None and reply_to is not None:
                place = reply_to.text.index(quote)
                message.quote = {"text": quote, "position": utf16_length(reply_to.text[:place]), "is_manual": True}
            self.state.announce(message)
            return message

    def follows(self, start_parameter: str) -> Message:
        """Opens `https://t.me/BOT?start=...` and taps Start."""
        return self.says(self.opens_chat(), f"/start {start_parameter}")

    def types_inline(self, text: str) -> InlineQuery:
        """Types behind the bot's name in some chat."""
        with self.state.lock:
            query = InlineQuery(str(self.state.next_number()), self.account, text)
            self.state.inline_queries[query.id] = query
            body = {"id": query.id, "from": self.account.as_json(), "query": text, "offset": ""}
            self.state.updates.push("inline_query", body)
            return query

    def chooses(self, result: InlineResult, chat: Chat) -> Message:
        """Sends what an inline answer offered to a chat, in this person's own name."""
        with self.state.lock:
            message = self.state.add_message(chat, self.account, result.content)
            message.sources.append(result.source)
            self.state.announce(message)
            return message

    def summons(
        self, chat: Chat, text: str, *, reply_to: Message | None = None, quote: str | None = None
    ) -> GuestQuery:
        """Calls the bot into a chat that it is no member of, by its name or in reply to what it said there.

        `quote` is the part of the message replied to that the reply quotes. Bots are sent this only in guest mode.
        """
        with self.state.lock:
            content = Content(text, tuple(detect_entities(text)))
            message = self.state.add_message(chat, self.account, content, reply_to=reply_to)
            if quote is not None and reply_to is not None:
                message.quote = {"text": quote, "position": utf16_length(reply_to.text[: reply_to.text.index(quote)])}
            query = GuestQuery(str(self.state.next_number()), message)
            self.state.guest_queries[query.id] = query
            if self.state.setup.guest_mode:
                self.state.updates.push("guest_message", message.as_json() | {"guest_query_id": query.id})
            return query

    def writes(self, chat: Chat, text: str) -> Message:
        """Writes a message to a chat of which the bot hears nothing."""
        with self.state.lock:
            return self.state.add_message(chat, self.account, Content(text, tuple(detect_entities(text))))

    def edits(self, message: Message, text: str) -> None:
        """Changes the words of an earlier message of theirs."""
        with self.state.lock:
            message.history.append(Content(text, tuple(detect_entities(text))))
            message.edit_date = int(time.time())
            self.state.announce(message, "edited_message")

    def deletes(self, message: Message) -> None:
        """Removes a message; bots are not told."""
        with self.state.lock:
            message.is_deleted = True

    def presses(self, message: Message, button: str) -> CallbackQuery:
        """Presses an inline button, named by its text or its data.

        Raises:
            LookupError: the message has no such callback button.
        """
        with self.state.lock:
            return self._press(message, _find_button(message, button)["callback_data"])

    def presses_again(self, message: Message, data: str) -> CallbackQuery:
        """Presses a button that the message may no longer have, as a stale client can."""
        with self.state.lock:
            return self._press(message, data)

    def forwards(self, chat: Chat, text: str, origin: Json) -> Message:
        """Forwards a message with these words; `origin` is a Bot API MessageOrigin."""
        with self.state.lock:
            content, forwarded = Content(text, tuple(detect_entities(text))), {"forward_origin": origin}
            message = self.state.add_message(chat, self.account, content, service=forwarded)
            self.state.announce(message)
            return message

    def sends_document(
        self,
        chat: Chat,
        name: str,
        content: bytes,
        *,
        caption: str = "",
        mime_type: str = "application/octet-stream",
        thread: int | None = None,
    ) -> Message:
        """Sends a file."""
        with self.state.lock:
            file = StoredFile(f"file{self.state.next_number()}", name, mime_type, content)
            self.state.files[file.id] = file
            body = Content(caption, tuple(detect_entities(caption)))
            message = self.state.add_message(chat, self.account, body, thread_id=thread, file=file)
            self.state.announce(message)
            return message

    def sends_service(self, chat: Chat, service: Json) -> Message:
        """Sends a message without text: ``{"sticker": ...}``, ``{"pinned_message": ...}``."""
        with self.state.lock:
            message = self.state.add_message(chat, self.account, Content(""), service=service)
            self.state.announce(message)
            return message

    def blocks(self) -> None:
        """Blocks the bot."""
        with self.state.lock:
            self.state.blocked.add(self.id)
            self._announce_membership("member", "kicked")

    def unblocks(self) -> None:
        """Lets the bot write again."""
        with self.state.lock:
            self.state.blocked.discard(self.id)
            self._announce_membership("kicked", "member")

    def _press(self, message: Message, data: str) -> CallbackQuery:
        query = CallbackQuery(str(self.state.next_number()), self.account, message, data)
        self.state.queries[query.id] = query
        update = {
            "id": query.id,
            "from": self.account.as_json(),
            "message": message.as_json(),
            "chat_instance": str(message.chat.id),
            "data": data,
        }
        self.state.updates.push("callback_query", update)
        return query

    def _announce_membership(self, before: str, after: str) -> None:
        chat = self.opens_chat()
        self.state.updates.push("my_chat_member", membership_change(self.state, chat, self.account, before, after))


def membership_change(state: State, chat: Chat, actor: Account, before: str, after: str) -> Json:
    """A Bot API ChatMemberUpdated about the bot itself."""

    def member(status: str) -> Json:
        return {"status": status, "user": state.bot.as_json(), **rights_of(status)}

    return {
        "chat": chat.as_json(),
        "from": actor.as_json(),
        "date": int(time.time()),
        "old_chat_member": member(before),
        "new_chat_member": member(after),
    }


def _find_button(message: Message, wanted: str) -> Json:
    for button in message.buttons:
        if wanted in (button.get("text"), button.get("callback_data")) and ("callback_data" in button):
            return button
    offered = json.dumps(message.buttons, ensure_ascii=False)
    raise LookupError(f"no callback button {wanted!r} among {offered}")

"""ChatSettingsRecords: keeps what each chat has set for itself. Chats are `MESSENGER:NUMBER`."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any, Final

from sqlalchemy import RowMapping, delete, select, update

from bot.chat_settings import ChatSettings, QuietHours
from bot.store.tables import chat_settings
from bot.store.transactions import Transactions, Upsert, keep_if_new, outlives_connections

_NOTHING_SET: Final = ChatSettings()
_NEW: Final = keep_if_new(chat_settings)
_KEEP: Final = Upsert(
    chat_settings,
    lambda insert: insert.on_conflict_do_update(
        index_elements=[chat_settings.c.chat],
        set_={column.name: insert.excluded[column.name] for column in chat_settings.c if not column.primary_key},
    ),
)


class ChatSettingsRecords(Transactions):
    """Safe to call from several threads; a method returns once its change is kept.

    Every method raises `StoreUnavailable` when the database does not do its part.
    """

    def of(self, chat: str) -> ChatSettings:
        """Return what a chat has set."""
        return self.of_all([chat])[chat]

    @outlives_connections
    def of_all(self, chats: Collection[str]) -> Mapping[str, ChatSettings]:
        """Return what each of these chats has set."""
        found = select(chat_settings).where(chat_settings.c.chat.in_(set(chats)))
        with self._reading() as connection:
            known = {row["chat"]: _settings_from(row) for row in connection.execute(found).mappings()}
        return {chat: known.get(chat, _NOTHING_SET) for chat in chats}

    @outlives_connections
    def change(self, chat: str, alter: Callable[[ChatSettings], ChatSettings]) -> ChatSettings:
        """Put what `alter` makes of a chat's settings in their place, and return it. Two changes do not cross."""
        with self._writing() as connection:
            connection.execute(_NEW.on(connection), {"chat": chat, **_columns(_NOTHING_SET)})
            found = select(chat_settings).where(chat_settings.c.chat == chat).with_for_update()
            changed = alter(_settings_from(connection.execute(found).mappings().one()))
            connection.execute(_KEEP.on(connection), {"chat": chat, **_columns(changed)})
        return changed

    def note_language(self, chat: str, language: str | None) -> None:
        """Note which language to speak in a chat when nobody there has just written, if it is known."""
        if language is not None and self.of(chat).language != language:
            self.change(chat, lambda settings: replace(settings, language=language))

    @outlives_connections
    def with_digest(self) -> Mapping[str, ChatSettings]:
        """Return the chats that want digests and can be written to."""
        wanting = select(chat_settings).where(
            chat_settings.c.digest.is_not(None), chat_settings.c.unreachable_since.is_(None)
        )
        with self._reading() as connection:
            return {row["chat"]: _settings_from(row) for row in connection.execute(wanting).mappings()}

    @outlives_connections
    def unreachable(self) -> frozenset[str]:
        """Return the chats that cannot be written to."""
        closed = select(chat_settings.c.chat).where(chat_settings.c.unreachable_since.is_not(None))
        with self._reading() as connection:
            return frozenset(connection.scalars(closed))

    @outlives_connections
    def reachable_again(self, chat: str) -> None:
        """Note that a chat can be written to, for somebody there has written."""
        closed = chat_settings.c.chat == chat
        with self._writing() as connection:
            connection.execute(update(chat_settings).where(closed).values(unreachable_since=None))

    @outlives_connections
    def forget(self, chat: str) -> None:
        """Delete what a chat has set."""
        with self._writing() as connection:
            connection.execute(delete(chat_settings).where(chat_settings.c.chat == chat))


def _columns(settings: ChatSettings) -> dict[str, Any]:
    quiet = settings.quiet
    return {
        "zone": settings.zone,
        "quiet_from": _minutes(quiet.begin) if quiet is not None else None,
        "quiet_until": _minutes(quiet.end) if quiet is not None else None,
        "alerts_a_day": settings.alerts_a_day,
        "digest": settings.digest,
        "corrections": settings.corrections,
        "language": settings.language,
        "unreachable_since": settings.unreachable_since,
        "is_channel": settings.is_channel,
    }


def _settings_from(row: RowMapping) -> ChatSettings:
    begin, end = row["quiet_from"], row["quiet_until"]
    unreachable_since: datetime | None = row["unreachable_since"]
    return ChatSettings(
        row["zone"],
        QuietHours(_time(begin), _time(end)) if begin is not None and end is not None else None,
        row["alerts_a_day"],
        row["digest"],
        row["corrections"],
        row["language"],
        unreachable_since,
        bool(row["is_channel"]),
    )


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)

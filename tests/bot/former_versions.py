"""Databases as earlier versions left them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import JSON, Column, Engine, MetaData, Table, create_engine, insert

from bot.store.engine import MIGRATIONS

REPLY = "0123456789abcdef"
PACKED: dict[str, dict[str, Any]] = {
    "a message": {"text": "Ada Brook", "parse_mode": "HTML"},
    "a part of an answer": {"text": "Ada Brook", "_answers": [321, REPLY]},
    "an edit": {"text": "Ada Brook", "_into": 500, "_answers": [321, REPLY]},
    "a part that goes": {"_into": 501, "_answers": [321, REPLY]},
}
"""Bodies of messages that are not sent yet, as versions before 0025 kept them."""


def migrations(connection: Any) -> Config:  # noqa: ANN401 - alembic takes it as it is
    """Return what alembic's commands want, for a connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def make_0024(url: str, chat_id: int, bodies: Sequence[dict[str, Any]]) -> None:
    """Make a database of version 0024 with these messages to a chat, not sent yet, and one that is."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        Path(url.removeprefix("sqlite:///")).parent.mkdir(exist_ok=True)
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "0024")
        outbox = Table("outbox", MetaData(), Column("body", JSON(none_as_null=True)), autoload_with=connection)
        common = {"planned_at": datetime.now(UTC), "box": 0, "chat_id": chat_id, "attempted": False}
        connection.execute(insert(outbox).values(**common, message_id=7, outcome="done"))
        connection.execute(insert(outbox), [{**common, "body": body} for body in bodies])
    engine.dispose()


def bodies_in(engine: Engine) -> list[dict[str, Any] | None]:
    """Return the bodies of all messages as they stand in the table."""
    with engine.connect() as connection:
        outbox = Table("outbox", MetaData(), Column("body", JSON(none_as_null=True)), autoload_with=connection)
        return list(connection.scalars(outbox.select().with_only_columns(outbox.c.body).order_by(outbox.c.id)))

"""Sends events to standard error, as text or JSON lines, without secrets. Words of people are never logged."""

import logging
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from structlog.types import EventDict, Processor, WrappedLogger

_PLAIN: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# httpx logs addresses, which hold the token; the Telegram library logs updates and bodies; bm25s sets DEBUG
_CHATTY: Final = ("httpx", "httpcore", "telegram", "aiohttp", "bm25s", "alembic", "uvicorn")


def log_warnings_only() -> None:
    """Show warnings and errors only, for commands whose answers somebody reads in the same terminal."""
    logging.basicConfig(level=logging.WARNING, format=_PLAIN, stream=sys.stderr)
    _hush()


def configure_logging(level: str, log_format: str, secrets: Sequence[str] = ()) -> None:
    """Send every logger's events of at least this level to standard error. `log_format` is `text` or `json`."""
    # takes a tenth of a second to import, and a command that answers one question does not need it
    import structlog

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    ending: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        _without(secrets),
        structlog.processors.JSONRenderer(ensure_ascii=False) if log_format == "json" else _as_text,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=ending, foreign_pre_chain=shared))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    _hush()


def _hush() -> None:
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _without(secrets: Sequence[str]) -> "Callable[[WrappedLogger, str, EventDict], EventDict]":
    """Return what blacks secrets out wherever an event holds them, tracebacks of other libraries included."""

    def redact(_: "WrappedLogger", __: str, event: "EventDict") -> "EventDict":
        for name, value in event.items():
            if isinstance(value, str):
                for secret in secrets:
                    value = value.replace(secret, "[secret]")
                event[name] = value
        return event

    return redact


def _as_text(_: "WrappedLogger", __: str, event: "EventDict") -> str:
    update = f" (update {event['update']})" if "update" in event else ""
    line = f"{event['timestamp']} {event['level'].upper()} {event.get('logger', 'root')}: {event['event']}{update}"
    trace = event.get("exception")
    return f"{line}\n{trace}" if trace else line

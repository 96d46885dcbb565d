"""A call's parameters, whether they came in the query, a form, multipart or JSON."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from .errors import bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart body."""

    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """Named parameters, read as the types that a method wants."""

    params: dict[str, Any]
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A string, empty when absent."""
        value = self.params.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A whole number, or the default when absent."""
        value = self.params.get(name)
        if value in (None, ""):
            return default
        try:
            return int(str(value))
        except ValueError as error:
            raise bad_request(f'field "{name}" must be a Number') from error

    def flag(self, name: str) -> bool:
        """A boolean, False when absent."""
        return str(self.params.get(name, "")).lower() in ("true", "1", "yes")

    def structure(self, name: str) -> Any:  # noqa: ANN401 - JSON of any shape
        """A nested value: JSON text in forms, plain in JSON bodies; None when absent."""
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from error

    def upload(self, name: str) -> Upload | None:
        """A file sent under this name, directly or as `attach://`."""
        value = self.text(name)
        return self.uploads.get(value.removeprefix("attach://") if value else name)


async def read_request(request: web.Request) -> Request:
    """Every parameter of an HTTP request."""
    params: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        body = await request.json() if request.can_read_body else {}
        params.update(body)
    elif request.content_type.startswith("multipart/"):
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader):
                await _read_part(part, params, uploads)
    else:
        params.update(await request.post())
    return Request(params, uploads)


async def _read_part(part: BodyPartReader, params: dict[str, Any], uploads: dict[str, Upload]) -> None:
    name = part.name or ""
    if part.filename is None:
        params[name] = await part.text()
        return
    mime_type = part.headers.get("Content-Type", "application/octet-stream")
    uploads[name] = Upload(part.filename, mime_type, bytes(await part.read()))

"""ChatEndpoint: one chat completion over HTTP within a number of seconds, however its server behaves.

A server may trickle bytes for ever, and a time limit of each read would not notice. So requests run on a loop in a
thread of their own, where whatever is late is cut off.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

import httpx
from pydantic import BaseModel, ValidationError

from bot.adapters.llm.prompts import Prompt
from bot.pointing import Fault

logger = logging.getLogger(__name__)

_PATH: Final = "/chat/completions"
_MOST_BYTES: Final = 64 * 1024
_GRACE_SECONDS: Final = 0.2
_MOST_TOKENS: Final = 1_000_000
_NOT_UNDERSTOOD: Final = frozenset((400, 415, 422, 501))
"""What servers answer to a request of a form that they do not know."""
_BROKEN: Final = 500
"""What some answer to that as well, as llama-cpp-python's does to a JSON schema."""


def _with_schema(prompt: Prompt) -> dict[str, Any]:
    schema = {"name": prompt.name, "strict": True, "schema": prompt.schema}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


_FORMS: Final[tuple[Callable[[Prompt], dict[str, Any]], ...]] = (
    lambda prompt: {"temperature": 0, "max_tokens": prompt.most_tokens, **_with_schema(prompt)},
    lambda prompt: {
        "temperature": 0,
        "max_tokens": prompt.most_tokens,
        "response_format": {"type": "json_object", "schema": prompt.schema},
    },
    lambda prompt: {"max_completion_tokens": prompt.most_tokens, **_with_schema(prompt)},
    lambda prompt: {"temperature": 0, "max_tokens": prompt.most_tokens},
)
"""How the JSON is asked for: as OpenAI, Ollama and vLLM want it, as llama-cpp-python does, as newer models of OpenAI's
do, and in words alone."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model wrote, and the tokens that it read and wrote by its server's count; None where it does not say."""

    text: str
    tokens: int | None


class EndpointFault(Exception):
    """There is no completion, for this reason."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class _Message(BaseModel):
    content: str


class _Choice(BaseModel):
    message: _Message


class _Usage(BaseModel):
    total_tokens: int


class _Body(BaseModel):
    choices: list[_Choice]
    usage: _Usage | None = None


class ChatEndpoint:
    """Speaks to one endpoint. Safe to call from several threads."""

    def __init__(self, url: str, model: str, key: str | None = None) -> None:
        """`url`: the base of an OpenAI-compatible API, as `http://127.0.0.1:11434/v1`, or the whole address of its chat
        completions. `key` is sent with every request, and nowhere else."""
        self.model = model
        self._url = url if url.endswith(_PATH) else f"{url.rstrip('/')}{_PATH}"
        self._headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._form = 0
        self._is_form_known = False
        self._loop = _LoopThread()
        self._client: httpx.AsyncClient | None = None

    def complete(self, prompt: Prompt, seconds: float) -> Completion:
        """Return what the model writes.

        Raises:
            EndpointFault: it writes nothing within the time, or nothing that is a completion.
        """
        try:
            return self._loop.run(self._within(prompt, seconds), seconds + _GRACE_SECONDS)
        except TimeoutError:
            raise EndpointFault(Fault.LATE) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            logger.warning("the language model is not reached: %s", type(error).__name__)  # its text may hold the URL
            raise EndpointFault(Fault.UNREACHABLE) from None

    def close(self) -> None:
        """Let go of the connections; nothing may be asked afterwards."""
        self._loop.close(self._client.aclose if self._client else None)

    async def _within(self, prompt: Prompt, seconds: float) -> Completion:
        async with asyncio.timeout(seconds):
            for form in range(self._form, len(_FORMS)):
                body = {"model": self.model, "messages": prompt.messages, "stream": False, **_FORMS[form](prompt)}
                status, content = await self._post(body)
                if status not in _NOT_UNDERSTOOD and (self._is_form_known or status != _BROKEN):
                    break
        if status != httpx.codes.OK:
            logger.warning("the language model's server refuses: status %d", status)
            raise EndpointFault(Fault.REFUSED)
        self._form, self._is_form_known = form, True
        return _completion(content)

    async def _post(self, body: dict[str, Any]) -> tuple[int, bytes]:
        """Return the status and the body of what comes back; a long one is cut off, and is no completion then."""
        if self._client is None:
            needs_certificates = not self._url.startswith("http://")  # reading them takes a tenth of a second
            # `_within` has the time
            self._client = httpx.AsyncClient(headers=self._headers, timeout=None, verify=needs_certificates)
        async with self._client.stream("POST", self._url, json=body) as response:
            self._client.cookies.clear()  # by them a server could tell whose question goes with which
            if response.headers.get("Content-Encoding", "identity") != "identity":
                return httpx.codes.NOT_ACCEPTABLE, b""
            content = b""
            async for chunk in response.aiter_raw():
                content += chunk
                if len(content) > _MOST_BYTES:
                    break
            return response.status_code, content


def _completion(content: bytes) -> Completion:
    try:
        body = _Body.model_validate_json(content)
    except ValidationError:
        raise EndpointFault(Fault.UNREADABLE) from None
    if not body.choices:
        raise EndpointFault(Fault.UNREADABLE)
    tokens = min(body.usage.total_tokens, _MOST_TOKENS) if body.usage and body.usage.total_tokens > 0 else None
    return Completion(body.choices[0].message.content, tokens)


class _LoopThread:
    """An event loop in a thread of its own, begun when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, work: Coroutine[Any, Any, Completion], seconds: float) -> Completion:
        """Return the result of the work.

        Raises:
            TimeoutError: there is none in time; the work is cancelled.
        """
        future = asyncio.run_coroutine_threadsafe(work, self._running())
        try:
            return future.result(seconds)
        except TimeoutError:
            future.cancel()
            raise

    def close(self, last: Callable[[], Coroutine[Any, Any, None]] | None) -> None:
        """Do one last thing, and end the loop and its thread."""
        with self._lock:
            if self._loop is None or self._thread is None:
                return
            if last is not None:
                asyncio.run_coroutine_threadsafe(last(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = None

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="language-model", daemon=True)
                self._thread.start()
            return self._loop

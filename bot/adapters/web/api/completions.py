"""/v1/models and /v1/chat/completions: the library as a model of OpenAI's API. It says quotes, and nothing else."""

import json
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.adapters import wording
from bot.adapters.desk import Asked, Desk
from bot.adapters.remarks import remark
from bot.adapters.web.api.bodies import ChatBody, Message, read_body
from bot.adapters.web.api.questions import Questions
from bot.adapters.web.problems import Refused
from bot.answering import Answer, Clarification, Remark
from bot.conversation import SAID_ELSEWHERE, Turn
from bot.quoting.quotes import Citation
from bot.replies import Reply

_MODEL: Final = "newsquote"
_LONGEST_QUESTION: Final = 4_000
_MOST_TURNS: Final = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what is said. `citation`: what it quotes, from its character `at` on."""

    text: str
    citation: Citation | None = None
    at: int = 0


class Completions:
    """The routes."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions

    def routes(self) -> list[BaseRoute]:
        """Return them."""
        return [
            Route("/models", self._models, methods=["GET"]),
            Route("/models/{model}", self._model, methods=["GET"]),
            Route("/chat/completions", self._complete, methods=["POST"]),
        ]

    async def _models(self, _: Request) -> Response:
        return JSONResponse({"object": "list", "data": [_described()]})

    async def _model(self, request: Request) -> Response:
        if request.path_params["model"] != _MODEL:
            raise Refused(404, f"The one model is {_MODEL}.")
        return JSONResponse(_described())

    async def _complete(self, request: Request) -> Response:
        body = await read_body(request, ChatBody)
        asked, desk = _asked(body.messages), self._questions.desk(request)
        replies = await self._questions.replies(desk, asked)
        pieces = list(_pieces(replies[0]) if len(replies) == 1 else _one_after_the_other(replies))
        head = {"id": f"chatcmpl-{replies[0].id}", "created": int(time.time()), "model": _MODEL}
        if body.stream:
            return StreamingResponse(_events(head, pieces, desk), media_type="text/event-stream")
        message = {
            "role": "assistant",
            "content": "".join(piece.text for piece in pieces),
            "refusal": None,
            "annotations": _annotations(pieces, desk),
        }
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
        return JSONResponse({**head, "object": "chat.completion", "choices": [choice], "usage": usage})


def _asked(messages: Sequence[Message]) -> Asked:
    """Return what the last message asks, after what was said before.

    Raises:
        Refused: nobody asks anything.
    """
    last = messages[-1]
    if last.role != "user" or not last.text:
        raise Refused(422, "The last message should be a user's, with words.")
    if len(last.text) > _LONGEST_QUESTION:
        raise Refused(422, f"A question may have {_LONGEST_QUESTION:,} characters at most.")
    turns: list[Turn] = []
    for message in messages[:-1]:
        if message.role == "user" and message.text:
            turns.append(Turn(message.text, message.text, SAID_ELSEWHERE))
        elif message.role == "assistant" and message.text and turns and turns[-1].answer is None:
            asked = turns.pop()
            turns.append(Turn(asked.question, asked.resolved_question, SAID_ELSEWHERE, message.text))
    return Asked(last.text, history=tuple(turns[-_MOST_TURNS:]))


def _one_after_the_other(replies: Sequence[Reply]) -> Iterator[Piece]:
    """Yield what is said to several questions of a message, each below its question."""
    for place, reply in enumerate(replies):
        between = "\n\n" if place else ""
        yield Piece(f"{between}{' '.join(reply.question.split())}\n")
        yield from _pieces(reply)


def _pieces(reply: Reply) -> Iterator[Piece]:
    """Yield what is said: the quotes that answer, each with its number and where it is from; or why there is none."""
    outcome = reply.outcome
    if isinstance(outcome, Answer):
        for place, citation in enumerate(outcome.citations[: max(outcome.n_strong, 1)]):
            opening = "\n\n“" if place else "“"
            words = f"{opening}{citation.quote.text}” [{citation.number}]\n{_source(citation)}"
            yield Piece(words, citation, len(opening))
    elif isinstance(outcome, Clarification):
        yield Piece(wording.which_is_meant([option.label for option in outcome.options]))
    elif isinstance(outcome, Remark):
        yield Piece(remark(outcome, reply.id))
    else:
        yield Piece(wording.refusal(outcome.reason))


def _source(citation: Citation) -> str:
    said = [wording.voice(citation.speaker)] if citation.speaker is not None else []
    day = wording.day(citation.published_at) if citation.published_at else None
    about = " · ".join(
        " ".join(one.split()) for one in (citation.title or wording.UNTITLED, citation.source, day) if one
    )
    return "\n".join([*said, f"[{citation.number}] {about}"])


def _annotations(pieces: Sequence[Piece], desk: Desk) -> list[dict[str, Any]]:
    """Return where each quote stands in what is said, and in its article."""
    found, at = [], 0
    for piece in pieces:
        if piece.citation is not None:
            quote, start = piece.citation.quote, at + piece.at
            place = {
                "start_index": start,
                "end_index": start + len(quote.text),
                "title": piece.citation.title,
                "url": desk.link(quote) or piece.citation.url or "",
                "article": quote.article_id,
                "revision": quote.revision,
                "start": quote.span.start,
                "end": quote.span.end,
            }
            found.append({"type": "url_citation", "url_citation": place})
        at += len(piece.text)
    return found


async def _events(head: dict[str, Any], pieces: Sequence[Piece], desk: Desk) -> AsyncIterator[str]:
    """Yield the chunks of a streamed answer, a quote each, and the annotations with the last."""
    yield _event(head, {"role": "assistant", "content": ""})
    for piece in pieces:
        yield _event(head, {"content": piece.text})
    yield _event(head, {"annotations": _annotations(pieces, desk)}, finish="stop")
    yield "data: [DONE]\n\n"


def _event(head: dict[str, Any], delta: dict[str, Any], *, finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    chunk = {**head, "object": "chat.completion.chunk", "choices": [choice]}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


def _described() -> dict[str, Any]:
    return {"id": _MODEL, "object": "model", "created": 0, "owned_by": "newsquote"}

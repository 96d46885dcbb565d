"""The OpenAPI document of what programs ask, and a page that shows it."""

from functools import cache
from typing import Any, Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.adapters.web.api.bodies import AddBody, AskBody, ChatBody, CheckBody, FeedbackBody, SearchBody
from bot.adapters.web.pages.templates import page

_PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_SPAN: Final = {"type": "integer", "minimum": 0}
_STRING: Final = {"type": "string"}
_MAYBE: Final = {"type": ["string", "null"]}
_QUOTED: Final = {
    "article": _STRING, "revision": _STRING, "start": _SPAN, "end": _SPAN, "permalink": _MAYBE,
}  # fmt: skip


def document_routes() -> list[BaseRoute]:
    """Return the routes of the document and of the page; anybody may read them."""

    async def document(_: Request) -> Response:
        return JSONResponse(openapi_document())

    async def shown(_: Request) -> Response:
        return page("api.html", here="api", api=openapi_document())

    return [Route("/openapi.json", document, methods=["GET"]), Route("/api", shown, methods=["GET"])]


@cache
def openapi_document() -> dict[str, Any]:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Newsquote",
            "version": "1",
            "summary": "Questions about the news, answered by verbatim quotes.",
            "description": "A quote is text[start:end] of the revision of the article that it names, in code points.",
        },
        "security": [{"key": []}, {}],
        "paths": {**_questions(), **_articles(), **_admin(), **_openai()},
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _questions() -> dict[str, Any]:
    return {
        "/v1/ask": {"post": _posting("ask", "Ask a question", AskBody, "Reply")},
        "/v1/search": {"post": _posting("search", "Find passages for words", SearchBody, "Passages")},
        "/v1/check": {"post": _posting("check", "Check whether quotations are real", CheckBody, "Checked")},
        "/v1/feedback": {
            "post": {
                **_posting("vote", "Vote on a reply", FeedbackBody, "Problem"),
                "responses": {"204": {"description": "Kept"}, **_refusals(400, 401, 403, 404, 408, 413, 415, 422, 429)},
            }
        },
    }


def _articles() -> dict[str, Any]:
    page_of = [
        _query("q", {"type": "string", "maxLength": 200}, "Words of title or source"),
        _query("first", {"type": "integer", "minimum": 0, "maximum": 10_000_000}, "The first to list, from 0"),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 1_000}, "How many to list"),
    ]
    return {
        "/v1/sources": {"get": _getting("sources", "List the articles that can be quoted", "Sources", page_of)},
        "/v1/articles/{id}": {"get": _getting("article", "Open an article", "Article", [_ID, _REVISION])},
    }


def _admin() -> dict[str, Any]:
    gone = _getting("remove", "Take an article out", "Changes", [_ID])
    return {
        "/v1/admin/articles": {"post": _posting("add", "Take articles in", AddBody, "Changes")},
        "/v1/admin/articles/{id}": {"delete": gone},
        "/v1/admin/reload": {"post": _getting("reload", "Read the articles again", "Changes", [])},
        "/v1/admin/status": {"get": _getting("status", "What is in service", "Status", [])},
    }


def _openai() -> dict[str, Any]:
    chat = _posting("chat", "Ask in OpenAI's shape; with stream, as server-sent events", ChatBody, "Completion")
    return {
        "/v1/chat/completions": {"post": chat},
        "/v1/models": {"get": _getting("models", "List the one model", "Models", [])},
    }


_ID: Final = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "minLength": 1},
    "description": "An article's id, percent-encoded",
}


_REVISION: Final = {"name": "revision", "in": "query", "schema": _STRING, "description": "One that is kept"}


def _query(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _posting(name: str, summary: str, body: type[BaseModel], answer: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{body.__name__}"}
    return {
        **_getting(name, summary, answer, []),
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
    }


def _getting(name: str, summary: str, answer: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{answer}"}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": "OK", "content": {"application/json": {"schema": schema}}},
            **_refusals(400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503),
        },
    }


def _refusals(*statuses: int) -> dict[str, Any]:
    return {str(status): {"description": "Not answered, and why", "content": _PROBLEM} for status in statuses}


def _object(**properties: object) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _schemas() -> dict[str, Any]:
    template = "#/components/schemas/{model}"
    given: dict[str, Any] = {}
    for body in (AskBody, SearchBody, CheckBody, FeedbackBody, AddBody, ChatBody):
        schema = body.model_json_schema(ref_template=template)
        given |= schema.pop("$defs", {})
        given[body.__name__] = schema
    headline = {"id": _STRING, "title": _STRING, "source": _MAYBE, "published": _MAYBE, "url": _MAYBE}
    citation = _object(**_QUOTED, quote=_STRING, score={"type": "number"})
    found = _object(**_QUOTED, text=_STRING, score={"type": "number"}, title=_STRING)
    match = _object(**_QUOTED, text=_STRING)
    verdicts = {"enum": ["verbatim", "altered", "cut", "stitched", "other_speaker", "not_found"]}
    ids = _list(_STRING)
    return given | {
        "Reply": _object(
            reply=_STRING,
            kind=_STRING,
            resolved_question=_STRING,
            answered={"type": "boolean"},
            confidence={"type": "number", "minimum": 0, "maximum": 1},
            answer=_MAYBE,
            reason=_MAYBE,
            citations=_list(citation),
            passages=_list(_object(article=_STRING, start=_SPAN, end=_SPAN, score={"type": "number"})),
        ),
        "Passages": _object(results=_list(found)),
        "Checked": _object(
            quotes=_list(_object(text=_STRING, start=_SPAN, end=_SPAN, verdict=verdicts, matches=_list(match)))
        ),
        "Sources": _object(total=_SPAN, first=_SPAN, articles=_list(_object(**headline))),
        "Article": _object(
            **headline, text=_STRING, revision=_STRING, current={"type": "boolean"}, revisions=ids, permalink=_MAYBE
        ),
        "Models": _object(object=_STRING, data=_list(_object(id=_STRING, object=_STRING))),
        "Completion": _object(id=_STRING, object=_STRING, model=_STRING, choices=_list({"type": "object"})),
        "Changes": _object(snapshot=_STRING, articles=_SPAN, added=ids, changed=ids, removed=ids, skipped=_list({})),
        "Status": _object(snapshot=_STRING, articles=_SPAN, passages=_SPAN),
        "Problem": _object(type=_STRING, title=_STRING, status={"type": "integer"}, detail=_STRING),
    }

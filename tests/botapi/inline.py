"""`answerInlineQuery`: what Telegram refuses in the results that a bot offers."""

import re
from typing import Any, Final

from .checks import MAX_TEXT_UNITS, check_length, check_markup, check_text
from .errors import bad_request
from .request import Request
from .state import InlineResult, State
from .values import Content, Json

_MOST_RESULTS: Final = 50
_MAX_ID_BYTES: Final = 64
_START_PARAMETER: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def answer_inline_query(state: State, request: Request) -> bool:
    """`answerInlineQuery`."""
    query = state.inline_queries.get(request.text("inline_query_id"))
    if query is None or query.is_expired or query.results is not None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    given = request.structure("results")
    if not isinstance(given, list):
        raise bad_request("can't parse inline query results JSON object")
    if len(given) > _MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    results = [read_result(each) for each in given]
    if len({result.id for result in results}) != len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    query.button = _button(request.structure("button"))
    query.params = dict(request.params)
    query.results = results
    return True


def read_result(given: Json) -> InlineResult:
    """A result as Telegram keeps it; its text is parsed like a message's."""
    if given.get("type") != "article":
        raise bad_request("can't parse inline query result: only articles are known to this server")
    if not 1 <= len(str(given.get("id", "")).encode()) <= _MAX_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    if not str(given.get("title", "")).strip():
        raise bad_request("article title must be non-empty")
    message: dict[str, Any] = given.get("input_message_content") or {}
    source = str(message.get("message_text", ""))
    text, entities = check_text(source, message.get("parse_mode"), message.get("entities"))
    check_length(text, MAX_TEXT_UNITS, "message is too long")
    markup = check_markup(given.get("reply_markup"), inline_only=True)
    content = Content(text, entities, markup)
    return InlineResult(str(given["id"]), str(given["title"]), str(given.get("description", "")), content, source)


def _button(given: Json | None) -> Json | None:
    if given is None:
        return None
    if not str(given.get("text", "")).strip():
        raise bad_request("inline query results button text must be non-empty")
    start = given.get("start_parameter")
    if "web_app" not in given and not (start and _START_PARAMETER.fullmatch(str(start))):
        raise bad_request("START_PARAM_INVALID")
    return given

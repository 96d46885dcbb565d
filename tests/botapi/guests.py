"""`answerGuestQuery`: the one answer of a bot that was called into a chat it is no member of."""

from .errors import bad_request
from .inline import read_result
from .request import Request
from .state import State
from .values import Content, Json


def answer_guest_query(state: State, request: Request) -> Json:
    """`answerGuestQuery`."""
    query = state.guest_queries.get(request.text("guest_query_id"))
    if query is None or query.is_expired or query.answer is not None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    given = request.structure("result")
    if not isinstance(given, dict):
        raise bad_request("can't parse inline query result JSON object")
    result = read_result(given)
    _refuse_mini_apps(result.content)
    caller = {"guest_bot_caller_user": query.message.sender.as_json()}
    query.answer = state.add_message(query.message.chat, state.bot, result.content, service=caller)
    query.answer.sources.append(result.source)
    return {"inline_message_id": f"guest{query.id}"}


def _refuse_mini_apps(content: Content) -> None:
    for row in (content.markup or {}).get("inline_keyboard", []):
        if any("web_app" in button for button in row):
            raise bad_request("BUTTON_TYPE_INVALID")

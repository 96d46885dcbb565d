"""ChatPointingModel: a PointingModel behind a chat endpoint, kept from costing too much time, or too many tokens."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Final, Protocol, TypeVar

from pydantic import ValidationError

from bot.adapters.llm.endpoint import ChatEndpoint, EndpointFault
from bot.adapters.llm.prompts import Prompt, to_choose, to_understand
from bot.adapters.llm.schemas import SaidChosen, SaidUnderstood
from bot.conversation import Turn
from bot.errors import StoreUnavailable
from bot.pointing import Answered, Chosen, Fault, ShownSentence, Understood
from bot.retrying import Breaker

logger = logging.getLogger(__name__)

_CHARS_A_TOKEN: Final = 3
_THOUGHT, _THOUGHT_OUT, _FENCE = "<think>", "</think>", "```"
_BREAKING: Final = frozenset((Fault.LATE, Fault.UNREACHABLE, Fault.REFUSED))
"""What is the endpoint's fault. What a model says can be brought about by anybody who asks, and must not close the way
for others."""

_Value = TypeVar("_Value")


class TokenRecord(Protocol):
    """Where it is kept how many tokens were spent: see `bot.store.tokens`."""

    def spent(self, day: date) -> int:
        """Return how many were spent on a day."""

    def spend(self, day: date, tokens: int) -> None:
        """Add to them."""


class TokenAllowance:
    """The tokens of one day (UTC), which all replicas share by their record."""

    def __init__(self, record: TokenRecord, a_day: int) -> None:
        """`a_day`: so many may be spent; 0: any number."""
        self._record = record
        self._a_day = a_day

    def is_left(self) -> bool:
        """Return whether anything may be spent now. Calls under way together may exceed the day's tokens by theirs."""
        if self._a_day == 0:
            return True
        try:
            return self._record.spent(_today()) < self._a_day
        except StoreUnavailable as error:
            logger.warning("it is not known how many tokens were spent: %s", error)
            return False

    def spend(self, tokens: int) -> None:
        """Keep that they were spent. A database that fails then costs their count, not the reply."""
        try:
            self._record.spend(_today(), tokens)
        except StoreUnavailable as error:
            logger.warning("%d tokens are not counted: %s", tokens, error)


class ChatPointingModel:
    """Asks the endpoint, unless it failed often or the day's tokens are spent. Safe to call from several threads."""

    def __init__(self, endpoint: ChatEndpoint, allowance: TokenAllowance, breaker: Breaker | None = None) -> None:
        self._endpoint = endpoint
        self._allowance = allowance
        self._breaker = breaker or Breaker()

    @property
    def name(self) -> str:
        """The name that the endpoint knows it by."""
        return self._endpoint.model

    def understand(self, message: str, said: Sequence[Turn], seconds: float) -> Answered[Understood]:
        """See PointingModel."""
        return self._ask(to_understand(message, said), seconds, _understood)

    def choose(self, question: str, sentences: Sequence[ShownSentence], seconds: float) -> Answered[Chosen]:
        """See PointingModel."""
        return self._ask(to_choose(question, sentences), seconds, _chosen)

    def close(self) -> None:
        """Let go of the connections."""
        self._endpoint.close()

    def _ask(self, prompt: Prompt, seconds: float, read: Callable[[str], _Value]) -> Answered[_Value]:
        if not self._allowance.is_left():
            return Answered(Fault.SPENT)
        if not self._breaker.may_try():
            return Answered(Fault.PAUSED)
        asked = (len(prompt.instructions) + len(prompt.material)) // _CHARS_A_TOKEN
        try:
            completion = self._endpoint.complete(prompt, seconds)
        except EndpointFault as error:
            return self._failed(error.fault, asked + prompt.most_tokens if error.fault is Fault.LATE else asked)
        self._breaker.worked()
        tokens = completion.tokens or asked + len(completion.text) // _CHARS_A_TOKEN
        self._allowance.spend(tokens)
        try:
            return Answered(read(_json_in(completion.text)), tokens)
        except ValidationError:
            return Answered(Fault.UNREADABLE, tokens)

    def _failed(self, fault: Fault, tokens: int) -> Answered[_Value]:
        """Note a fault. What was sent may have been read, and has to be paid for."""
        if fault in _BREAKING:
            self._breaker.failed()
        else:
            self._breaker.worked()
        spent = 0 if fault in (Fault.UNREACHABLE, Fault.REFUSED) else tokens
        if spent:
            self._allowance.spend(spent)
        return Answered(fault, spent)


def _understood(text: str) -> Understood:
    return SaidUnderstood.model_validate_json(text).value()


def _chosen(text: str) -> Chosen:
    return SaidChosen.model_validate_json(text).value()


def _json_in(text: str) -> str:
    """Return a model's words without the thoughts and the fence that some put around their JSON."""
    text = text.strip()
    if text.startswith(_THOUGHT):
        text = text.partition(_THOUGHT_OUT)[2].strip()
    if text.startswith(_FENCE) and text.endswith(_FENCE):
        text = text.removeprefix(_FENCE).removesuffix(_FENCE).removeprefix("json")
    return text.strip()


def _today() -> date:
    return datetime.now(UTC).date()

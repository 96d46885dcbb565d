"""Golden conversations over the seeds, played through the dialogue, the terminal and Telegram."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from bot.adapters import wording
from bot.adapters.remarks import remarks_on
from bot.adapters.terminal import run_chat
from bot.adapters.terminal.chat import CONVERSATION_ID
from bot.adapters.terminal.lines import piped_lines
from bot.answering import Clarification, Refusal, RefusalReason, Remark
from bot.dialogue import Dialogue
from bot.query.kinds import Topic
from bot.reading.behind import BEHIND
from bot.replies import Reply
from tests.bot.fakes import small_checker
from tests.bot.telegram.running_bot import run_bot

_FIRST_QUOTE = "[1] “"
_GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.yaml"))


@dataclass(frozen=True)
class GoldenTurn:
    """What somebody says, and what must come of it: a first quote, a refusal, or a remark on a topic.

    `understood_as` and `answer` may be anything where they are not given.
    """

    user: str
    understood_as: str | None = None
    cites: str | None = None
    answer: str | None = None
    refused: str | None = None
    offers: list[str] | None = None
    remarks: str | None = None
    kind: str | None = None


@pytest.fixture(params=_GOLDEN, ids=lambda path: path.stem)
def conversation(request: pytest.FixtureRequest) -> list[GoldenTurn]:
    """One file of turns."""
    return [GoldenTurn(**turn) for turn in yaml.safe_load(request.param.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("back_end", ["dialogue", "cluster_dialogue"])
def test_the_dialogue_plays_it_on_every_back_end(
    conversation: list[GoldenTurn], back_end: str, request: pytest.FixtureRequest
) -> None:
    dialogue: Dialogue = request.getfixturevalue(back_end)
    own_id = request.node.name
    for turn in conversation:
        if turn.user == "/new":
            dialogue.start_over(own_id)
            continue
        reply = dialogue.reply(own_id, turn.user)
        assert _as_golden(reply, turn) == turn


def test_the_terminal_plays_it(conversation: list[GoldenTurn], dialogue: Dialogue) -> None:
    dialogue.start_over(CONVERSATION_ID)
    console = Console(file=io.StringIO(), width=80)

    run_chat(
        dialogue, small_checker(), console=console, lines=piped_lines([turn.user for turn in conversation], console)
    )

    assert isinstance(console.file, io.StringIO)
    _, *blocks = console.file.getvalue().split("\n> ")
    for turn, block in zip(conversation, blocks, strict=True):
        assert block.startswith(turn.user)
        assert [words for words in _shown(turn) if words not in block] == []
        assert _is_remarked(turn, " ".join(block.split()))


async def test_telegram_plays_it(conversation: list[GoldenTurn], seed_index: Path) -> None:
    async with run_bot(seed_index) as running:
        reader = running.server.user("Ada")
        for turn in conversation:
            message = await running.ask(reader, turn.user)
            said = [words for words in _shown(turn) if words != _FIRST_QUOTE]
            assert [words for words in said if words not in message.text] == []
            assert _is_remarked(turn, message.text)


def _as_golden(reply: Reply, turn: GoldenTurn) -> GoldenTurn:
    """The reply in the terms of a golden turn, as far as that says what it should be."""
    outcome = reply.outcome
    understood_as = turn.understood_as and reply.resolved_question
    if isinstance(outcome, Clarification):
        return GoldenTurn(reply.question, understood_as, offers=[option.label for option in outcome.options])
    if isinstance(outcome, Remark):
        return GoldenTurn(reply.question, understood_as, remarks=outcome.topic.name)
    if isinstance(outcome, Refusal):
        return GoldenTurn(reply.question, understood_as, refused=outcome.reason.name)
    quote = outcome.citations[0].quote.text
    cites = turn.cites if turn.cites is not None and turn.cites in quote else quote
    kind = turn.kind and reply.kind.value
    return GoldenTurn(reply.question, understood_as, cites, turn.answer and outcome.short_answer, kind=kind)


def _shown(turn: GoldenTurn) -> list[str]:
    """Everything that the terminal must show for a turn."""
    if turn.user == "/new":
        return [wording.STARTED_OVER]
    if turn.refused:
        return [wording.refusal(RefusalReason[turn.refused])]
    if turn.offers:
        return turn.offers
    if turn.remarks:
        return []
    understood = _said_to_be_understood(turn.understood_as, turn.user)
    return [_FIRST_QUOTE, *filter(None, (understood, turn.cites, turn.answer))]


def _is_remarked(turn: GoldenTurn, shown: str) -> bool:
    """Return whether one of the remarks on the turn's topic is shown, if it has one."""
    return turn.remarks is None or any(words in shown for words in remarks_on(Topic[turn.remarks]))


def _said_to_be_understood(understood_as: str | None, typed: str) -> str:
    subject = (understood_as or typed).removesuffix(typed).removesuffix(BEHIND)
    return wording.about(subject) if subject else ""

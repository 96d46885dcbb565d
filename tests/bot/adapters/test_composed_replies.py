"""How replies of several quotes look in a terminal and on Telegram."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from bot.adapters import translation, wording
from bot.adapters.jsonl import reply_as_json
from bot.adapters.telegram.views.html import to_html
from bot.adapters.telegram.views.messages import more_message, reply_message
from bot.adapters.terminal import show_reply
from bot.answering import Answer, Block
from bot.composing.composer import ONLY_MENTIONED
from bot.query.kinds import MessageKind
from bot.quoting.quotes import Citation
from bot.replies import Reply
from tests.bot.examples import BRIDGE, FERRY, answer, citation

_CLOSED = citation(1, "The old bridge was closed for two years.")
_CYCLISTS = citation(2, "Cyclists may use both lanes.")
_FERRY = citation(3, FERRY.text, article=FERRY)


def _composed(*citations: Citation, blocks: tuple[Block, ...] = (), left_out: int = 0) -> Reply:
    outcome = Answer(0.8, citations, len(citations), None, hits=(), blocks=blocks, left_out=left_out)
    question = "timeline of the bridge"
    return replace(answer(question=question), resolved_question=question, outcome=outcome, kind=MessageKind.TIMELINE)


_REPLY = _composed(_CLOSED, _CYCLISTS, _FERRY, blocks=(Block("2024-05-03", (1, 2)), Block("2024-06", (3,))), left_out=2)


def test_a_terminal_shows_parts_and_one_byline_for_quotes_of_one_article() -> None:
    console = Console(file=io.StringIO(), width=80)

    show_reply(_REPLY, console=console)

    assert isinstance(console.file, io.StringIO)
    assert [line.strip() for line in console.file.getvalue().strip().split("\n")] == [
        "3 May 2024",
        "[1] “The old bridge was closed for two years.”",
        "[2] “Cyclists may use both lanes.”",
        "Old bridge opens again",
        "The Courier, 4 May 2024",
        "https://courier.example/bridge",
        "June 2024",
        "[3] “The ferry ran for the last time on Sunday.”",
        "Ferry stops",
        "2 more left out.",
    ]


def test_telegram_shows_parts_in_bold_and_quotes_as_quotes() -> None:
    shown = to_html(reply_message(_REPLY).segments)

    parts = [f"<b>{day}</b>" for day in ("3 May 2024", "June 2024")]
    quotes = [f"<blockquote expandable>{one.quote.text}</blockquote>" for one in (_CLOSED, _CYCLISTS, _FERRY)]
    places = [shown.index(words) for words in (parts[0], *quotes[:2], "1–2. ", parts[1], quotes[2], "3. ")]
    assert places == sorted(places)
    assert shown.endswith("2 more left out.</i>")


def test_no_more_than_a_screen_is_shown_at_once_and_the_rest_waits() -> None:
    text = BRIDGE.text
    long = replace(_CLOSED, quote=replace(_CLOSED.quote, text=(text * 3)[:390]))
    many = tuple(replace(long, number=number) for number in range(1, 11))
    reply = _composed(*many, blocks=tuple(Block(f"200{number}", (number,)) for number in range(1, 10)))

    message = reply_message(reply)

    assert len("".join(segment.text for segment in message.segments)) < 3_500
    assert message.keyboard is not None
    labels = [[button.text for button in row] for row in message.keyboard.inline_keyboard]
    assert labels[0] == ["Context 1", "Context 2", "Context 3", "Context 4"]
    assert labels[1][0] == "More (6)"
    assert isinstance(reply.outcome, Answer)
    assert "<b>2005</b>" in to_html(more_message(reply.id, reply.outcome, seen=4).segments)


def test_the_json_tells_the_parts_and_what_was_left_out() -> None:
    told = reply_as_json(_REPLY)

    assert told["blocks"] == [
        {"heading": "2024-05-03", "citations": [1, 2]},
        {"heading": "2024-06", "citations": [3]},
    ]
    assert told["left_out"] == 2


@pytest.mark.parametrize(
    ("heading", "english", "german"),
    [
        ("2024-05-03", "3 May 2024", "3. Mai 2024"),
        ("2024-05", "May 2024", "Mai 2024"),
        ("1984", "1984", "1984"),
        ("2024-13", "2024-13", "2024-13"),
        ("Nikol Pashinyan", "Nikol Pashinyan", "Nikol Pashinyan"),
        (ONLY_MENTIONED, ONLY_MENTIONED, "Nur erwähnt, in Artikeln über anderes"),
    ],
)
def test_a_heading_is_a_day_as_people_write_it_or_a_name(heading: str, english: str, german: str) -> None:
    assert wording.heading(Block(heading, (1,))) == english
    translation.speak("de")
    try:
        assert wording.heading(Block(heading, (1,))) == german
    finally:
        translation.speak("en")

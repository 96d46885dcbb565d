"""The conversation as a terminal shows it: whole transcripts, and texts that try to take it over."""

import io
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from bot.adapters import wording
from bot.adapters.terminal import render_reply, run_chat, show_reply, texts
from bot.adapters.terminal.digests import render_digest
from bot.adapters.terminal.display import Page, one_line
from bot.adapters.terminal.lines import piped_lines
from bot.adapters.terminal.rendering import render_closest, render_context, render_sources
from bot.answering import Answer, Refusal, RefusalReason
from bot.dialogue import Dialogue
from bot.digests import CorrectedWords, Digest, Period, ToldStory
from bot.digests.stories import Story
from bot.errors import StoreUnavailable
from bot.query.spelling import Correction
from bot.quoting.context import QuoteContext
from bot.quoting.quotes import Citation, quote_from
from bot.replies import Reply, Vote
from index import Article, Span
from index.command_line import visible
from tests.bot.examples import BRIDGE, COST, FERRY, LAST_FERRY, OPENED, answer, refusal
from tests.bot.fakes import ScriptedDialogue, small_checker

any_text = st.text(st.characters(exclude_categories=()))


def transcript(dialogue: Dialogue, lines: Iterable[str]) -> str:
    """What a pipe sees of a chat."""
    output = io.StringIO()
    console = Console(file=output)
    run_chat(dialogue, small_checker(), console=console, lines=piped_lines(lines, console))
    return output.getvalue()


def said_after(dialogue: Dialogue, *lines: str) -> list[str]:
    """What comes of each line: the greeting and the goodbye left out."""
    blocks = transcript(dialogue, lines).split("\n> ")
    return [block.partition("\n")[2].removesuffix("\nGoodbye.\n").strip() for block in blocks[1:]]


GOLDEN = """\
I answer questions about 2 news articles by quoting, word for word. When nothing there answers, I say so.
Ask in your own words, for example:
  What happened: Old bridge opens again?
Then ask on: “And in August?”, “Who is she?” /help lists the commands.

> Who opened it?
About: the old bridge
Ada Brook
[1] “The mayor, Ada Brook, opened it again on 3 May 2024.”
    Old bridge opens again
    The Courier, 4 May 2024
    https://courier.example/bridge
/context 1 shows what stands around the first quote. /more shows further quotes. /typed searches your own words.

> /more
More quotes:
[2] “The work cost 4.2 million euros, the council said.”
    Old bridge opens again
    The Courier, 4 May 2024
    https://courier.example/bridge

> /context
In context:
[1] The old bridge was closed for two years. “The mayor, Ada Brook, opened it again on 3 May 2024.” \
Cyclists may use both lanes. The work cost 4.2 million euros, the council said.
    Old bridge opens again
    The Courier, 4 May 2024
    https://courier.example/bridge

> /up
Thank you! That helps.

> Will the ferry come back?
I have articles on this, but I found no sentence that answers it, and I won't guess.
/closest shows the closest I have.

> /closest
Not an answer, only the closest I have:
[1] “The ferry ran for the last time on Sunday.”
    Ferry stops

> /sources
I can quote 2 news articles.
  Old bridge opens again (The Courier, 4 May 2024)
  Ferry stops

> /new
All forgotten. Your next question starts a new conversation.

> /sing
I don't know /sing. /help lists the commands; anything without a / is a question.

Goodbye.
"""


def test_a_whole_conversation_reads_well_through_a_pipe() -> None:
    dialogue = ScriptedDialogue([answer(), refusal()])
    lines = [line.removeprefix("> ") for line in GOLDEN.splitlines(keepends=True) if line.startswith("> ")]
    assert transcript(dialogue, lines) == GOLDEN
    assert (dialogue.votes, dialogue.started_over) == ([("r1", "terminal", Vote.UP)], ["terminal", "terminal"])


def test_empty_lines_are_passed_over() -> None:
    assert said_after(ScriptedDialogue(), "", "   \n", "/new") == [wording.STARTED_OVER]


def test_quit_ends_the_chat_before_the_lines_do() -> None:
    written = transcript(ScriptedDialogue(), ["/quit\n", "Who opened it?\n"])
    assert written.endswith("\n> /quit\nGoodbye.\n")


def test_help_names_every_command() -> None:
    (help,) = said_after(ScriptedDialogue(), "/help")
    assert re.findall(r"^/\w+", help, flags=re.MULTILINE) == list(texts.COMMANDS)


@pytest.mark.parametrize("command", texts.COMMANDS)
def test_every_command_that_help_names_is_known(command: str) -> None:
    assert "I don't know" not in transcript(ScriptedDialogue([answer()]), ["Who opened it?", command])


def test_a_quotation_is_checked_in_the_chat() -> None:
    written = transcript(ScriptedDialogue(), ["/check It says: “The mayor, Ada Brook, opened it again”"])

    assert written.partition("Brook, opened it again”\n")[2] == (
        "[1] “The mayor, Ada Brook, opened it again”\n"
        "    Word for word in my articles:\n"
        "        “The mayor, Ada Brook, opened it again”\n"
        "        Old bridge opens again\n"
        "        The Courier, 4 May 2024\n"
        "        https://courier.example/bridge\n\n"
        "Goodbye.\n"
    )


@pytest.mark.parametrize("command", ["/context", "/more", "/closest", "/up", "/down"])
def test_a_command_about_an_answer_wants_one_first(command: str) -> None:
    assert said_after(ScriptedDialogue([answer()]), command, "Who opened it?", "/new", command)[::3] == [
        texts.ASK_FIRST,
        texts.ASK_FIRST,
    ]


@pytest.mark.parametrize("number", ["3", "0", "two", "-1"])
def test_the_context_of_no_quote_is_a_hint(number: str) -> None:
    dialogue = ScriptedDialogue([answer()])
    assert said_after(dialogue, "Who opened it?", f"/context {number}")[1] == texts.NO_SUCH_QUOTE


def test_a_quote_of_a_changed_article_is_shown_alone_and_said_to_be() -> None:
    dialogue = ScriptedDialogue([refusal()], articles=[BRIDGE])
    assert said_after(dialogue, "Will the ferry come back?", "/context 1")[1] == (
        f"{wording.CHANGED_SINCE}\n[1] “{FERRY.text}”\n    Ferry stops"
    )


def test_more_and_closest_point_to_each_other() -> None:
    dialogue = ScriptedDialogue([answer(), refusal()])
    lines = said_after(dialogue, "Who opened it?", "/closest", "Will the ferry come back?", "/more")
    assert lines[1::2] == [texts.WAS_ANSWERED, texts.WAS_REFUSED]


def test_an_error_is_told_and_the_chat_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    dialogue = ScriptedDialogue([RuntimeError("secret"), StoreUnavailable("the disk is full"), answer()])
    with caplog.at_level(logging.ERROR):
        lines = said_after(dialogue, "Who opened it?", "Who opened it?", "Who opened it?")
    assert lines[:2] == [texts.WENT_WRONG, "the disk is full"]
    assert "Ada Brook" in lines[2]
    assert [record.exc_info is not None for record in caplog.records] == [True]


@pytest.mark.parametrize("given", [answer(), refusal()])
def test_a_subject_is_told_in_a_few_words_and_can_be_undone(given: Reply) -> None:
    about = replace(given, question="and the driver", resolved_question="the tram crash in Brno – and the driver")

    (said,) = said_after(ScriptedDialogue([about]), "and the driver")

    assert said.startswith("About: the tram crash in Brno\n")
    assert said.endswith(texts.AS_TYPED)


def test_nothing_is_told_where_nothing_was_added() -> None:
    (said,) = said_after(ScriptedDialogue([refusal()]), "Will the ferry come back?")

    assert wording.ABOUT not in said
    assert texts.AS_TYPED not in said


@pytest.mark.parametrize("reason", RefusalReason)
def test_every_refusal_says_why(reason: RefusalReason) -> None:
    assert render_reply(refusal(reason=reason)).plain == wording.refusal(reason)


def test_words_put_right_are_named_and_the_words_as_typed_offered() -> None:
    asked = replace(refusal(), question="Will the fery come back?", corrected=(Correction("fery", "ferry"),))

    [said] = said_after(ScriptedDialogue([asked]), asked.question)

    assert said.splitlines() == [
        "Showing results for: ferry",
        "I have articles on this, but I found no sentence that answers it, and I won't guess.",
        "/closest shows the closest I have. /typed searches your own words.",
    ]


def test_a_follow_up_with_a_word_put_right_tells_both() -> None:
    asked = replace(answer(), question="Who opnened it?", corrected=(Correction("opnened", "opened"),))

    [said] = said_after(ScriptedDialogue([asked]), asked.question)

    assert said.startswith("Showing results for: opened\nAbout: the old bridge\nAda Brook\n")


def test_nothing_close_is_said_so() -> None:
    nothing = Refusal(RefusalReason.NOTHING_ON_TOPIC, 0.0, closest=(), hits=())
    lines = said_after(ScriptedDialogue([replace(refusal(), outcome=nothing)]), "Will the ferry come back?", "/closest")
    assert lines == [wording.refusal(RefusalReason.NOTHING_ON_TOPIC), wording.NOTHING_CLOSE]


def test_no_articles_are_said_so_in_the_greeting() -> None:
    assert transcript(ScriptedDialogue(articles=[]), []) == f"{texts.NO_ARTICLES}\n\nGoodbye.\n"


def test_sources_are_narrowed_by_a_word_of_title_or_source() -> None:
    assert render_sources([BRIDGE, FERRY], "courier").plain == (
        "I can quote 1 news article about “courier”.\n  Old bridge opens again (The Courier, 4 May 2024)"
    )


def test_a_long_list_of_sources_is_cut_and_says_so() -> None:
    lines = render_sources([FERRY] * 1234, "").plain.splitlines()
    assert lines[0] == "I can quote 1,234 news articles."
    assert lines[1:31] == ["  Ferry stops"] * 30
    assert lines[31:] == [texts.sources_left_out(1204)]


def test_one_reply_is_shown_without_the_commands_of_a_chat() -> None:
    output = io.StringIO()
    show_reply(answer(), console=Console(file=output))
    assert output.getvalue() == f"{render_reply(answer()).plain}\n"
    assert "/more" not in output.getvalue()


def test_a_pipe_gets_long_lines_whole_and_no_colour() -> None:
    long = Article(id="long", title="Long", text="word " * 500 + "end.")
    cited = Citation(1, quote_from(long, Span(0, len(long.text))), "Long", None, None, None, (Span(5, 9),), 0.9)
    output = io.StringIO()
    show_reply(replace(answer(), outcome=Answer(0.9, (cited,), 1, None, ())), console=Console(file=output, width=40))
    assert output.getvalue().splitlines()[1] == f"[1] “{long.text}”"


def test_a_terminal_gets_highlights_and_wrapped_quotes_with_a_margin() -> None:
    console = Console(record=True, file=io.StringIO(), width=40, force_terminal=True, color_system="standard")
    show_reply(answer(), console=console)
    lines = [line.rstrip() for line in console.export_text(clear=False).splitlines()]
    assert lines[1:4] == ["Ada Brook", "[1] “The mayor, Ada Brook, opened it", "    again on 3 May 2024.”"]
    styled = console.export_text(styles=True)
    assert "\x1b[1;32mAda Brook\x1b[0m" in styled
    assert "\x1b[1;33mAda Brook\x1b[0m" in styled


def as_seen(page: Page) -> str:
    """What a terminal is sent for a page, less rich's own colours and links."""
    console = Console(record=True, file=io.StringIO(), width=60, force_terminal=True, color_system="truecolor")
    console.print(page)
    return console.export_text()


STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
HOSTILE = "[bold]\x1b[2J\x1b]0;owned\x07 :smile: \x9b31m [/nope] \u202egnp.exe \ud800 \r gone \x7f[link=file:///]"


def hostile(article: Article) -> Citation:
    span = Span(0, len(article.text))
    return Citation(1, quote_from(article, span), article.title, article.source, None, article.url, (span,), 0.9)


def test_a_story_that_others_carry_too_says_in_how_many() -> None:
    cited = replace(OPENED, copies=2)
    page = render_reply(replace(answer(), outcome=Answer(0.9, (cited,), 1, None, ())))

    assert "The Courier, 4 May 2024, also in 2 others" in page.plain
    assert (wording.also_in(1), wording.also_in(0)) == ("also in 1 other", "")


@pytest.mark.parametrize("title", ["Harmless", HOSTILE])
@given(text=st.just(HOSTILE) | any_text.filter(bool))
def test_no_article_can_steer_the_terminal(title: str, text: str) -> None:
    cited = hostile(Article(id=text, title=title, text=text, source=text, url=text))
    reply = replace(answer(), question=text, outcome=Answer(0.9, (cited,), 1, text, ()))
    pages = [
        render_reply(reply),
        render_closest(Refusal(RefusalReason.NOT_ANSWERED, 0.1, (cited,), ())),
        render_context(QuoteContext(cited, text, text, current=True)),
        render_sources([Article(id=text, title=title, text=text, source=text)], ""),
    ]
    for page in pages:
        assert STEERING.search(page.plain) is None
        assert STEERING.search(as_seen(page)) is None


def test_markup_and_emoji_names_in_an_article_are_shown_as_they_are() -> None:
    text = "Press [bold]red[/bold] for :smile: and [link=https://x.example]that[/link]."
    page = render_reply(replace(answer(), outcome=Answer(0.9, (hostile(Article("a", "T", text)),), 1, None, ())))
    assert text in page.plain
    assert text in " ".join(as_seen(page).split())


def test_control_characters_are_shown_as_signs() -> None:
    assert (
        visible("a\x1b[31mb\x00\x7f\x9b\u202ec\td\r\ne\rf\u2028g\ud800") == "a␛[31mb␀␡\ufffd\ufffdc\td\ne\nf\ng\ufffd"
    )
    assert one_line(" two\r\n\t lines ") == "two lines"


@given(text=any_text.filter(lambda text: STEERING.search(text) is None))
def test_ordinary_text_is_shown_as_it_is(text: str) -> None:
    assert visible(text) == text


@given(highlights=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60))))
def test_highlights_neither_lose_nor_repeat_a_word(highlights: list[tuple[int, int]]) -> None:
    spans = tuple(Span(start, start + length) for start, length in highlights)
    page = render_reply(replace(answer(), outcome=Answer(0.9, (replace(COST, highlights=spans),), 1, None, ())))
    assert page.paragraphs[1].text.plain == f"“{COST.quote.text}”"


def test_just_the_answering_words_are_highlighted() -> None:
    text = render_reply(answer()).paragraphs[2].text
    assert isinstance(text, Text)
    highlighted = [text.plain[span.start : span.end] for span in text.spans if span.style == "bold yellow"]
    assert highlighted == [span.slice(BRIDGE.text) for span in OPENED.highlights]


CHAT = """
from bot.adapters.terminal import run_chat
from tests.bot.examples import answer
from tests.bot.fakes import ScriptedDialogue, small_checker

run_chat(ScriptedDialogue([KeyboardInterrupt(), answer()]), small_checker())
"""
REPOSITORY = Path(__file__).parents[3]


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    chat = subprocess.run(
        [sys.executable, "-c", CHAT.replace("KeyboardInterrupt(), ", "")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": "ascii"},
        input="Who opened it?\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert chat.stderr == ""
    assert chat.stdout.splitlines()[5:8] == [
        "> Who opened it?",
        "About: the old bridge",
        "Ada Brook",
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_digest_is_shown_in_a_screen_and_then_whole() -> None:
    days = (datetime.now(UTC) - datetime(2024, 5, 3, tzinfo=UTC)).days
    old, whole, wrong = said_after(ScriptedDialogue(), "/digest 31", "/digest all", "/digest many")

    assert days > 31
    assert (old, whole) == ("Nothing new came in.", "Nothing new came in.")
    assert wrong == "Name a number of days, such as /digest 7"


def test_a_page_of_a_digest_says_who_tells_what_and_how_much_is_left() -> None:
    bridge = ToldStory(Story((BRIDGE, FERRY), ("The Courier", "", "The Gull")), OPENED)
    ferry = ToldStory(Story((FERRY,), ("",), is_watched=True), replace(LAST_FERRY, number=2))
    became = CorrectedWords("It cost 4 million euros.", COST.quote, BRIDGE.title, BRIDGE.source, None, None)
    period = Period(datetime(2024, 5, 3, 8, tzinfo=UTC), datetime(2024, 5, 4, 8, tzinfo=UTC))
    digest = Digest(period, (became,), (bridge, ferry), 3, 12, frozenset())

    assert render_digest(digest).plain.splitlines() == [
        "What came in, 3 May to 4 May 2024",
        "14 stories · 3 articles",
        "Corrected",
        "    Old bridge opens again",
        "    These words were changed:",
        "    “It cost 4 million euros.”",
        "    Now it says:",
        "    “The work cost 4.2 million euros, the council said.”",
        "[1] “The mayor, Ada Brook, opened it again on 3 May 2024.”",
        "    Old bridge opens again",
        "    The Courier, 4 May 2024",
        "    https://courier.example/bridge",
        "    3 sources: The Courier, The Gull +1",
        "[2] “The ferry ran for the last time on Sunday.”",
        "    Ferry stops",
        "    on what you watch",
        "12 smaller stories are left out.",
    ]


def test_several_questions_of_a_line_are_answered_one_after_the_other_each_below_its_words() -> None:
    asked = ("Who opened the bridge?", "What did it cost?", "Will the ferry come back?")
    replies = [
        replace(answer(), question=asked[0], resolved_question=asked[0]),
        replace(refusal(), question=asked[1], resolved_question=asked[1]),
        replace(refusal(), question=asked[2], resolved_question=asked[2]),
    ]
    (said,) = said_after(ScriptedDialogue(replies), f"{' '.join(asked)} And is it safe to cross?")
    blocks = said.split("\n\n")
    assert [block.partition("\n")[0] for block in blocks] == list(asked)
    assert "“The mayor, Ada Brook, opened it again on 3 May 2024.”" in blocks[0]
    assert blocks[2].endswith(f"\n{wording.at_most(3)}")
    (one,) = said_after(ScriptedDialogue([answer()]), "Who opened it?")
    assert one.startswith("About: the old bridge\n")


def test_of_several_questions_those_before_a_failure_are_answered() -> None:
    replies: list[Reply | BaseException] = [
        replace(answer(), question="Who opened the bridge?"),
        StoreUnavailable("the disk is full"),
    ]
    (said,) = said_after(ScriptedDialogue(replies), "Who opened the bridge? What did it cost?")
    assert "Ada Brook" in said
    assert said.endswith("\nthe disk is full")

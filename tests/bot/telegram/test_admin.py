"""Admins reload, look and count; nobody else does."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace

import pytest
from telegram import BotCommandScopeChat

from bot.adapters.telegram import TelegramConfig
from bot.adapters.telegram.handlers.admins.administration import Administration
from bot.adapters.telegram.handlers.admins.jobs import Jobs
from bot.adapters.telegram.handlers.answers import Answers
from bot.adapters.telegram.handlers.menus import Menus
from bot.adapters.telegram.handlers.question_limits import QuestionLimits
from bot.adapters.telegram.views import admin_texts, texts
from bot.adapters.translation import LANGUAGES
from bot.adapters.wording import day_and_age
from index.article import Skipped
from index.errors import ArticlesMissing
from index.library.builder import BuildProgress
from tests.bot.examples import BRIDGE
from tests.bot.telegram.conftest import ADMIN, Stage
from tests.bot.telegram.fakes import REPORT, TOKEN, Call


def _last(stage: Stage) -> Call:
    return stage.request.of("sendMessage", "editMessageText")[-1]


async def _reload_to_the_end(stage: Stage) -> str:
    await stage.say("/reload", user=ADMIN)
    await stage.until(lambda: stage.request.of("editMessageText") != [])
    return _last(stage).plain


@pytest.mark.parametrize("command", ["/reload", "/status", "/stats"])
async def test_others_are_refused_politely_and_nothing_happens(stage: Stage, command: str) -> None:
    [sent] = await stage.say(command)
    assert sent.plain == texts.ADMINS_ONLY
    assert stage.operations.reloads == 0


async def test_a_reload_ends_with_what_changed(stage: Stage) -> None:
    skipped = tuple(Skipped(f"<{number}>.pdf", "no text & no title") for number in range(12))
    stage.operations.report = replace(REPORT, skipped=skipped, changed=tuple(map(str, range(10))))
    assert await _reload_to_the_end(stage) == (
        "Reloaded in 1.2 seconds: 3 articles, 40 passages in service.\n"
        "Added: 1 (bridge)\n"
        "Changed: 10 (0, 1, 2, 3, 4, 5, 6, 7 and 2 more)\n"
        "Removed: 1 (old & gone)\n"
        "Skipped: 12\n" + "".join(f"• <{number}>.pdf: no text & no title\n" for number in range(10)) + "• and 2 more"
    )


async def test_progress_is_shown_by_editing_one_message_now_and_then(stage: Stage) -> None:
    answers = Answers(stage.dialogue, stage.sent, ThreadPoolExecutor(1))
    config = TelegramConfig(TOKEN, admin_ids=frozenset({ADMIN}))
    jobs = Jobs(edit_every_seconds=0.02)
    limits = QuestionLimits(config, lambda: 0, lambda _: None)
    quick = Administration(stage.app.admin, config, answers, jobs, lambda _: nullcontext(), limits)
    stage.application.handlers[0][:0] = quick.handlers(stage.router())
    stage.operations.steps = [BuildProgress(3, 0, 0), BuildProgress(3, 10, 40)]
    await stage.say("/reload", user=ADMIN)
    await stage.until(lambda: len(stage.request.of("editMessageText")) == 1)
    stage.operations.go_on.release()
    await stage.until(lambda: len(stage.request.of("editMessageText")) == 2)
    stage.operations.go_on.release()
    await stage.until(lambda: len(stage.request.of("editMessageText")) == 3)
    assert [call.plain for call in stage.request.of("sendMessage")] == [admin_texts.RELOADING]
    assert [call.plain for call in stage.request.of("editMessageText")] == [
        "Reading the articles: 3 so far…",
        "3 articles read. Indexing: 10 of 40 passages (25%)…",
        admin_texts.reloaded(REPORT),
    ]


async def test_a_failed_reload_says_why_and_that_the_old_index_stays(stage: Stage) -> None:
    stage.operations.failure = ArticlesMissing("no articles in <folder>")
    assert await _reload_to_the_end(stage) == admin_texts.not_reloaded("no articles in <folder>")


async def test_a_broken_reload_is_logged_and_told(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.operations.failure = RuntimeError("disk on fire")
    assert await _reload_to_the_end(stage) == admin_texts.BROKE
    assert "disk on fire" in caplog.text


async def test_a_second_reload_waits_for_the_first(stage: Stage) -> None:
    stage.operations.steps = [BuildProgress(1, 0, 0)]
    await stage.say("/reload", user=ADMIN)
    await stage.until(lambda: stage.operations.reloads == 1)
    [sent] = [call for call in await stage.say("/reload", user=ADMIN) if call.plain != admin_texts.RELOADING]
    assert sent.plain == admin_texts.ALREADY_RELOADING
    stage.operations.go_on.release()
    await stage.until(lambda: stage.request.of("editMessageText") != [])
    assert stage.operations.reloads == 1


async def test_questions_are_answered_while_a_reload_runs(stage: Stage) -> None:
    stage.operations.steps = [BuildProgress(1, 0, 0)]
    await stage.say("/reload", user=ADMIN)
    await stage.until(lambda: stage.operations.reloads == 1)
    assert "Ada Brook" in (await stage.say("Who opened it?", user=ADMIN))[-1].plain
    stage.operations.go_on.release()
    await stage.until(lambda: stage.request.of("editMessageText") != [])


async def test_the_outcome_is_sent_anew_when_it_cannot_be_edited_in(stage: Stage) -> None:
    stage.request.fail("editMessageText", (400, {"ok": False, "description": "Bad Request: message to edit not found"}))
    await stage.say("/reload", user=ADMIN)
    await stage.until(lambda: len(stage.request.of("sendMessage")) == 2)
    assert _last(stage).plain.startswith("Reloaded in")


async def test_status_and_stats_in_plain_words(stage: Stage) -> None:
    newest = stage.app.admin.freshness.look().newest_at
    assert newest is not None
    assert newest == BRIDGE.published_at
    [status] = await stage.say("/status", user=ADMIN)
    assert status.plain == (
        "In service: 3 articles, 40 passages\n"
        f"Newest article: {day_and_age(newest)}\n"
        "Snapshot: 20260101-000000, built 1 January 2026, 08:30 UTC\n"
        "Embedding model: all-MiniLM-L6-v2 (int8)\n"
        "Reader: shipped\n"
        "Reload running: no\n"
        "Banned people: 0\n"
        "Running since 2 January 2026, 09:00 UTC"
    )
    [stats] = await stage.say("/stats", user=ADMIN)
    assert stats.params["caption"] == (
        "Since 1 January 2026: 200 questions in 30 conversations\n"
        "Answered: 150 (75%)\n"
        "Not answered: 50\n"
        "Votes: 👍 9  👎 2\n"
        "Time to reply: half within 45 ms, 95% within 121 ms"
    )


async def test_stats_tell_questions_back_apart(stage: Stage) -> None:
    stage.usage.figures = replace(stage.usage.figures, refused=47, asked_back=3)
    [stats] = await stage.say("/stats", user=ADMIN)
    assert "Answered: 150 (75%)\nNot answered: 47\nAsked back: 3\nVotes" in stats.params["caption"]


async def test_stats_of_a_quiet_week(stage: Stage) -> None:
    stage.usage.figures = replace(stage.usage.figures, questions=0)
    [stats] = await stage.say("/stats", user=ADMIN)
    assert stats.plain == "Since 1 January 2026: no questions."


async def test_admin_commands_are_in_admins_menus_only(stage: Stage) -> None:
    await Menus(stage.application.bot, frozenset({ADMIN})).publish()
    menus = stage.request.of("setMyCommands")
    by_scope = {(menu.params["scope"]["type"], menu.params.get("language_code")): menu for menu in menus}
    assert len(by_scope) == len(menus) == 4 * len(LANGUAGES)
    for (scope, _), menu in by_scope.items():
        assert ("reload" in str(menu.params["commands"])) == (scope == "chat")
    assert by_scope["chat", None].params["scope"] == BotCommandScopeChat(ADMIN).to_dict()
    assert "help" not in str(by_scope["all_group_chats", None].params["commands"])
    assert "Stelle eine Frage" in str(by_scope["all_private_chats", "de"].params["commands"])


async def test_an_admin_who_never_started_the_bot_does_not_stop_it(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    missing = (400, {"ok": False, "description": "Bad Request: chat not found"})
    caplog.set_level("INFO")
    stage.request.fail("setMyCommands", *[missing] * 4)
    await Menus(stage.application.bot, frozenset({ADMIN})).publish()
    assert "admin 99 has not written yet: their menu is set when they do" in caplog.text


async def test_an_unreachable_admin_does_not_break_a_reload(stage: Stage) -> None:
    stage.request.fail("sendMessage", (403, {"ok": False, "description": "Forbidden: bot was blocked by the user"}))
    await stage.say("/reload", user=ADMIN)
    await stage.until(lambda: stage.request.faults["sendMessage"] == [])
    assert (await stage.say("/status", user=ADMIN))[0].plain.startswith("In service")


async def test_names_are_joined_and_parted_by_admins(stage: Stage) -> None:
    assert (await stage.say("/names", user=ADMIN))[-1].plain == admin_texts.NO_NAMES
    assert (await stage.say("/names Bill Clinton", user=ADMIN))[-1].plain == admin_texts.NAMES_HOW
    assert (await stage.say("/names Bill Clinton = William Clinton", user=ADMIN))[-1].plain == admin_texts.NAMES_KEPT
    listing = (await stage.say("/names", user=ADMIN))[-1].plain
    assert listing == f"{admin_texts.NAMES_HEADING}\nBill Clinton = William Clinton"
    assert (await stage.say("/names Bill Clinton ~ William Clinton", user=ADMIN))[-1].plain == admin_texts.NAMES_KEPT
    assert (await stage.say("/names Bill Clinton ~ William Clinton", user=ADMIN))[-1].plain == admin_texts.NAMES_UNKNOWN

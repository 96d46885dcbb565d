"""Every sentence the bot says to its admins on Telegram in its own voice."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from bot.adapters.translation import counted, day, minute, number, translatable, translated
from bot.adapters.wording import day_and_age
from bot.admin.freshness import Freshness
from bot.admin.operations import SnapshotInfo, Status
from bot.admin.reports import Stats
from bot.pointing import PointingNote
from bot.watches.watch import WatchCounts
from index.ingest.feeds.silence import SilentFeed
from index.library.builder import BuildProgress, BuildReport

_LISTED_IDS: Final = 8
_LISTED_SKIPS: Final = 10

ADMIN_COMMANDS: Final[tuple[tuple[str, str], ...]] = (
    ("add", translatable("With addresses: take in web pages. Or send me a document, or forward a message")),
    ("remove", translatable("With an id or words of a title: take an article out")),
    ("rollback", translatable("Back to the articles before the last change")),
    ("reload", translatable("Read the articles again")),
    ("status", translatable("What is in service")),
    ("stats", translatable("Figures and a picture of the last seven days")),
    ("gaps", translatable("What people asked that no article answers")),
    ("feedback", translatable("Answers that were voted down")),
    ("why", translatable("As a reply to an answer: how it came about")),
    ("names", translatable("Which names are one person's: Bill Clinton = William Clinton; two people's: A != B")),
    ("ban", translatable("As a reply, or with an id: answer somebody no more")),
    ("unban", translatable("With an id: answer somebody again")),
)

NAMES_HEADING: Final = translatable("What admins have said of names:")
NO_NAMES: Final = translatable(
    "Nothing has been said of names yet. One person: /names Bill Clinton = William Clinton. Two people:"
    " /names John Smith != Jon Smith. To take it back: /names John Smith ~ Jon Smith"
)
NAMES_KEPT: Final = translatable("Kept. /said follows it from now on.")
NAMES_UNKNOWN: Final = translatable("Nothing had been said of these two names.")
NAMES_HOW: Final = translatable(
    "Write two names with a sign between them, like this:\n/names Bill Clinton = William Clinton (one person)"
    "\n/names John Smith != Jon Smith (two people)\n/names John Smith ~ Jon Smith (take it back)"
)
RELOADING: Final = translatable("Reading the articles…")
ALREADY_RELOADING: Final = translatable("A reload is already running. Please wait for it to finish.")
CANCEL_BUTTON: Final = translatable("Cancel")
CANCELLING: Final = translatable("Calling it off…")
OVER: Final = translatable("That is over already, or has been called off.")
CANCELLED: Final = translatable(
    "Called off. The index from before stays in service. What was read so far is kept: the next /reload goes on"
    " from there."
)
BROKE: Final = translatable("That failed unexpectedly; the log says more. /status shows what is in service.")
NO_GAPS: Final = translatable("In the last thirty days every question found an answer.")
GAPS_HEADING: Final = translatable("What people asked that no article answers")
NO_FEEDBACK: Final = translatable("In the last thirty days nobody voted an answer down.")
FEEDBACK_HEADING: Final = translatable("Answers voted down, the newest first")
WHY_HOW: Final = translatable("Reply to one of my answers with /why, and I show how it came about.")
BAN_HOW: Final = translatable(
    "Reply to somebody's message, or to my answer to it, with /ban, or name an id: /ban 12345"
)
ADMINS_STAY: Final = translatable("That is an admin; admins can't be banned.")
YES_BUTTON: Final = translatable("Yes, do it")
NO_BUTTON: Final = translatable("No")
NONE_BUTTON: Final = translatable("None of them")
NOT_YOURS: Final = translatable("Only the admin who gave the command can decide that.")
SETTLED: Final = translatable("That has been decided already, or is too old. Please give the command again.")
LEFT_ALONE: Final = translatable("Nothing was changed.")
WHY_BUTTON: Final = translatable("Why")


def progress(at: BuildProgress) -> str:
    """Return how far a reload is, for a message that is edited as it goes."""
    if not at.passages_total:
        return translated("Reading the articles: {count} so far…").format(count=number(at.articles))
    return translated("{articles} read. Indexing: {done} of {total} passages ({percent}%)…").format(
        articles=articles(at.articles),
        done=number(at.passages_done),
        total=number(at.passages_total),
        percent=100 * at.passages_done // at.passages_total,
    )


def reloaded(report: BuildReport) -> str:
    """Return what a reload changed."""
    summary = translated("Reloaded in {seconds} seconds: {articles}, {passages} in service.").format(
        seconds=f"{report.seconds:.1f}", articles=articles(report.articles), passages=_passages(report.passages)
    )
    skipped_label = translated("Skipped")
    n_skipped = number(len(report.skipped)) if report.skipped else translated("none")
    lines = [
        summary,
        _changes(translated("Added"), report.added),
        _changes(translated("Changed"), report.changed),
        _changes(translated("Removed"), report.removed),
        f"{skipped_label}: {n_skipped}",
    ]
    lines += [f"• {skipped.name}: {skipped.reason}" for skipped in report.skipped[:_LISTED_SKIPS]]
    if len(report.skipped) > _LISTED_SKIPS:
        lines.append(f"• {_and_more(len(report.skipped) - _LISTED_SKIPS)}")
    return "\n".join(lines)


def not_reloaded(why: str) -> str:
    """Say that a reload failed and changed nothing."""
    return translated(
        "Not reloaded: {why}\nThe index from before stays in service, and I go on answering from it."
    ).format(why=why)


def status(now: Status, banned: int, fresh: Freshness) -> str:
    """Return what is in service, how new it is, and which feeds are silent."""
    newest = day_and_age(fresh.newest_at) if fresh.newest_at is not None else translated(NOT_KNOWN)
    silent = [f"• {silence(feed)}" for feed in fresh.silent]
    return "\n".join(
        (
            translated("In service: {articles}, {passages}").format(
                articles=articles(now.articles), passages=_passages(now.passages)
            ),
            translated("Newest article: {day}").format(day=newest),
            translated("Snapshot: {name}, built {time}").format(name=now.snapshot, time=minute(now.built_at)),
            translated("Embedding model: {name}").format(name=now.embedding_model),
            translated("Reader: {name}").format(name=now.reader),
            translated("Reload running: {yes_or_no}").format(
                yes_or_no=translated("yes") if now.reloading else translated("no")
            ),
            translated("Banned people: {count}").format(count=number(banned)),
            translated("Running since {time}").format(time=minute(now.started_at)),
            *([translated(SILENT_FEEDS), *silent] if silent else ()),
        )
    )


def silence(feed: SilentFeed) -> str:
    """Return what was last heard of a silent feed, and why it cannot be read, if that is why. Its address is shown
    without what follows a question mark: that may be somebody's key."""
    last = minute(datetime.fromtimestamp(feed.last_at, UTC))
    title = " ".join((feed.last_title or "").split())[:_TITLE_CHARS]
    heard = translated("{feed}: last heard {time}").format(feed=feed.url.partition("?")[0], time=last)
    said = f"{heard}, “{title}”" if title else heard
    failing = translated("it cannot be read: {error}").format(error=feed.error) if feed.error else None
    return f"{said}; {failing}" if failing else said


def stats(figures: Stats) -> str:
    """Return how many questions were asked, how they were answered and how fast."""
    since = translated("Since {day}:").format(day=day(figures.since))
    if not figures.questions:
        nothing = translated("no questions.")
        return f"{since} {nothing}"
    asked = translated("{questions} in {conversations}").format(
        questions=counted("{count} question", "{count} questions", figures.questions),
        conversations=counted("{count} conversation", "{count} conversations", figures.conversations),
    )
    asked_back = translated("Asked back: {count}").format(count=number(figures.asked_back))
    return "\n".join(
        (
            f"{since} {asked}",
            translated("Answered: {count} ({percent}%)").format(
                count=number(figures.answered), percent=f"{100 * figures.answered / figures.questions:.0f}"
            ),
            translated("Not answered: {count}").format(count=number(figures.refused)),
            *([asked_back] if figures.asked_back else []),
            translated("Votes: {up}  {down}").format(
                up=f"👍 {number(figures.votes_up)}", down=f"👎 {number(figures.votes_down)}"
            ),
            translated("Time to reply: half within {p50} ms, 95% within {p95} ms").format(
                p50=f"{figures.p50_ms:.0f}", p95=f"{figures.p95_ms:.0f}"
            ),
        )
    )


def watch_stats(counts: WatchCounts) -> str:
    """Return how much is watched, how many alerts came of it, and how many of the votes on them are for."""
    watched = translated("Watched: {watches} in {chats}; alerts: {alerts}").format(
        watches=number(counts.watches),
        chats=counted("{count} chat", "{count} chats", counts.chats),
        alerts=number(counts.alerts),
    )
    votes = counts.votes_up + counts.votes_down
    if not votes:
        return watched
    precision = translated("{percent}% of {count} votes on alerts are 👍").format(
        percent=f"{100 * counts.votes_up / votes:.0f}", count=number(votes)
    )
    return f"{watched}; {precision}"


def would_be_told(chats: int) -> str:
    """Return how many chats new articles would be told to."""
    return counted("{count} chat would be told of it.", "{count} chats would be told of it.", chats)


def gap(shared: Sequence[str], questions: int, people: int) -> str:
    """Return the heading of a group of questions."""
    asked = translated("{times}, by {people}").format(
        times=counted("{count} time", "{count} times", questions),
        people=counted("{count} person", "{count} people", people),
    )
    about = ", ".join(shared)
    return f"{about} ({asked})" if about else asked


def more_gaps(count: int) -> str:
    """Return how many groups a list of gaps leaves out."""
    return counted("… and {count} more group", "… and {count} more groups", count)


def ask_to_ban(user_id: int) -> str:
    """Return the question before somebody is banned."""
    return translated("Shall I stop answering {id}, here and everywhere?").format(id=user_id)


def ask_to_unban(user_id: int) -> str:
    """Return the question before a ban is lifted."""
    return translated("Shall I answer {id} again?").format(id=user_id)


def banned(user_id: int) -> str:
    """Say that somebody is banned now."""
    return translated("I no longer answer {id}. /unban {id} lifts it.").format(id=user_id)


def unbanned(user_id: int) -> str:
    """Say that a ban is lifted."""
    return translated("I answer {id} again.").format(id=user_id)


def not_banned(user_id: int) -> str:
    """Say that there is no ban to lift."""
    return translated("{id} is not banned.").format(id=user_id)


def bans(ids: Sequence[int]) -> str:
    """Return who is banned, for an admin who forgot an id."""
    if not ids:
        return translated("Nobody is banned.")
    return translated("Banned: {ids}").format(ids=_shortened([str(one) for one in ids]))


def _changes(label: str, ids: tuple[str, ...]) -> str:
    if not ids:
        return f"{label}: {translated('none')}"
    return f"{label}: {number(len(ids))} ({_shortened(ids)})"


def _shortened(ids: Sequence[str]) -> str:
    shown: Iterable[str] = ids[:_LISTED_IDS]
    more = len(ids) - _LISTED_IDS
    return ", ".join(shown) + (f" {_and_more(more)}" if more > 0 else "")


def _and_more(count: int) -> str:
    return translated("and {count} more").format(count=number(count))


def articles(count: int) -> str:
    """Return a number of articles in words."""
    return counted("{count} article", "{count} articles", count)


def _passages(count: int) -> str:
    return counted("{count} passage", "{count} passages", count)


ASKED: Final = translatable("Asked:")
SEARCHED: Final = translatable("Searched for:")
TAKEN_FOR: Final = translatable("Taken for:")
OUTCOME: Final = translatable("Outcome:")
TOOK: Final = translatable("Took:")
LANGUAGE_MODEL: Final = translatable("Language model:")
READ: Final = translatable("What was read, the surest first:")
NOTHING_QUOTED: Final = translatable("Nothing was quoted.")


def found_now(snapshot: str) -> str:
    """Return the heading of the hits."""
    return translated("What the search finds for it now (index {name}):").format(name=snapshot)


def confidence(probability: float) -> str:
    """Return how sure the bot was."""
    return translated("sure: {percent}%").format(percent=f"{100 * probability:.0f}")


PICTURE_TITLE: Final = translatable("The last seven days")
ANSWERED: Final = translatable("answered")
NOT_ANSWERED: Final = translatable("not answered")
ASKED_BACK: Final = translatable("asked back")
QUESTIONS_A_DAY: Final = translatable("Questions a day")
SHARE_ANSWERED: Final = translatable("Share answered")
TIME_TO_REPLY: Final = translatable("Time to reply, ms")
HALF: Final = translatable("half are faster (p50)")
MOST: Final = translatable("95% are faster (p95)")
VOTES: Final = translatable("Votes")
UP: Final = translatable("up")
DOWN: Final = translatable("down")


ADD_HOW: Final = translatable(
    "Write the addresses of web pages after the command, as in:\n/add https://news.example/story\nOr, in a private"
    " chat, send me a document, or forward a message to me."
)
FETCHING: Final = translatable("Reading what is there…")
NOT_ADDED_YET: Final = translatable("Read, but not added yet: somebody watches for this.")
ADDING: Final = translatable("Adding it to the articles…")
NOTHING_NEW: Final = translatable("I have all of that already, in these words.")
GIVEN_UP: Final = translatable(
    "I have given this up: time and again it broke what reads or indexes it. Perhaps it was made to."
)
NOT_TYPED: Final = translatable("That command was forwarded, or comes from another bot. Please type it yourself.")
NOT_MY_OWN: Final = translatable("Those are my own words, and I don't quote myself.")
REMOVE_HOW: Final = translatable("Write an article's id, or words of its title, after the command: /remove old bridge")
WHICH_TO_REMOVE: Final = translatable("Which one shall I take out?")
ASK_TO_REMOVE: Final = translatable("Shall I take this article out? I won't quote it any more.")
REMOVING: Final = translatable("Taking it out…")
REMOVED: Final = translatable("Taken out:")
STAYS_AWAY: Final = translatable(
    "No feed brings it back. If it is a file among the articles that /reload reads, delete that as well."
)
SNAPSHOTS: Final = translatable("What I keep, the newest first:")
IN_SERVICE: Final = translatable("in service")
NO_EARLIER: Final = translatable("There is nothing earlier to go back to.")
ROLLING_BACK: Final = translatable("Going back…")


def too_many_addresses(most: int) -> str:
    """Return how many addresses one message may hold."""
    return translated("Please name {most} addresses at most in one message.").format(most=number(most))


def too_large(megabytes: int) -> str:
    """Say that Telegram does not hand so large a document to bots."""
    return translated("That is too large: I can take documents of up to {size} MB.").format(size=number(megabytes))


def no_article() -> str:
    """Return the heading above the reasons why a document or message cannot be taken in."""
    return translated("I can't make an article of that:")


def ask_to_add(count: int) -> str:
    """Return the question before a document or message is taken in."""
    return counted("Shall I add this article?", "Shall I add these {count} articles?", count)


SILENT_FEEDS: Final = translatable("Feeds that are silent for much longer than they ever are:")
NOT_KNOWN: Final = translatable("not known")
_TITLE_CHARS: Final = 120


def given_up(lines: Sequence[str]) -> str:
    """Return what is not tried again, and why."""
    return "\n".join([translated(GIVEN_UP), *(f"• {line}" for line in lines)])


def not_added(why: str) -> str:
    """Say that nothing was added, and why."""
    return translated("Not added: {why}").format(why=why)


def kept_for_later(why: str) -> str:
    """Say that the index is being built elsewhere, and that what came is safe."""
    return translated(
        "Not in service yet: {why}\nWhat I read is kept, and the next change or /reload takes it in."
    ).format(why=why)


def none_found(words: str) -> str:
    """Say that there is nothing to remove."""
    return translated("No article has the id “{words}” or any of that in its title. /sources lists them.").format(
        words=words
    )


def not_removed(why: str) -> str:
    """Say that nothing was removed, and why."""
    return translated("Not taken out: {why}").format(why=why)


def in_service_now(count: int) -> str:
    """Return how many articles there are after a change."""
    return translated("In service now: {articles}.").format(articles=articles(count))


def and_more(count: int) -> str:
    """Return how many entries a list leaves out."""
    return translated("and {count} more").format(count=number(count))


def snapshot(kept: SnapshotInfo) -> str:
    """Return a snapshot in one line."""
    line = translated("{name}, built {time}: {articles}").format(
        name=kept.name, time=minute(kept.built_at), articles=articles(kept.articles)
    )
    return f"{line} · {translated(IN_SERVICE)}" if kept.in_service else line


def ask_to_roll_back(to: SnapshotInfo) -> str:
    """Return the question before an earlier snapshot is put in service."""
    return translated(
        "Shall I go back to {name}, with {articles}? /rollback again goes back further; /reload reads everything anew."
    ).format(name=to.name, articles=articles(to.articles))


def rolled_back(to: SnapshotInfo) -> str:
    """Return which snapshot is in service now."""
    return translated("In service now: {snapshot}").format(snapshot=snapshot(to))


def not_rolled_back(why: str) -> str:
    """Say that nothing was rolled back, and why."""
    return translated("Not rolled back: {why}").format(why=why)


def shortened(ids: Sequence[str], most: int = 8) -> str:
    """Return the ids on one line for the audit log, which is in English."""
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return f"{', '.join(ids[:most])}{more}"


def pointed(note: PointingNote) -> str:
    """Return what of a language model's words was used, what was dropped and why, and what that cost."""
    told = [note.question] if note.question else []
    told += [f"{note.kind.value.replace('_', ' ')}"] if note.kind else []
    if note.judged is not None:
        told.append(
            translated("{count} chosen, {own} likely to answer (without it: {first})").format(
                count=number(note.chosen), own=f"{note.judged.own:.2f}", first=f"{note.judged.first:.2f}"
            )
        )
    told += [f"{task.value}: {fault.value}" for task, fault in note.dropped]
    cost = translated("{tokens} tokens, {ms} ms").format(tokens=number(note.tokens), ms=number(round(note.took_ms)))
    return " · ".join((note.model, *told, cost))

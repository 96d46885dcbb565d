"""Stand-ins for what lies on either side of the adapter: the core behind it, Telegram before it."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Engine
from telegram._utils.defaultvalue import DEFAULT_NONE
from telegram._utils.types import ODVInput
from telegram.request import BaseRequest, RequestData

from bot.admin.freshness import FreshnessWatch
from bot.admin.ingest import ArticleIngest
from bot.admin.moderation import Moderation
from bot.admin.operations import IndexOperations, Status
from bot.admin.reports import Complaint, Day, Stats, UsageReports, UsageStore
from bot.admin.services import AdminServices
from bot.admin.unanswered import Asked
from bot.answering import Answer, Outcome, Refusal, RefusalReason
from bot.app import App, watcher_store
from bot.checking import Checker
from bot.corrections.desk import CorrectionDesk
from bot.dialogue import Dialogue
from bot.query.operators import EVERYTHING, Scope
from bot.query.spelling import Correction
from bot.quoting.context import QuoteContext
from bot.quoting.quotes import Citation
from bot.replies import Reply, ReplyTo, Vote
from bot.store import Store
from bot.store.engine import memory_engine
from bot.store.sent_answers import SentAnswer, SentAnswers
from bot.watches.watcher import Watcher
from index import Article
from index.ingest.fetching import Fetcher
from index.library.builder import BuildProgress, BuildReport, ProgressListener
from tests.bot.examples import BRIDGE, FERRY, LAST_FERRY, OPENED
from tests.bot.fakes import shared_memory, small_index, word_answerer
from tests.botapi.checks import MAX_CAPTION_UNITS, MAX_NOTICE_UNITS, MAX_TEXT_UNITS, check_length, check_markup
from tests.botapi.errors import ApiError, bad_request
from tests.botapi.inline import read_result
from tests.botapi.tdparse import Entity, detect_entities, parse

BOT_ID = 110201543
TOKEN = f"{BOT_ID}:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT_NAME = "newsquote_bot"
REPLY_ID = "0123456789abcdef"
ANSWER = Answer(0.87, (OPENED,), 1, "Ada Brook", ())
REFUSAL = Refusal(RefusalReason.NOT_ANSWERED, 0.1, (OPENED, LAST_FERRY), ())


def answer_of_parts(count: int) -> Answer:
    """An answer whose quote needs so many messages."""
    words = "Ten letters & more. " * (200 * count - 100)
    return Answer(0.9, (replace(OPENED, quote=replace(OPENED.quote, text=words), highlights=()),), 1, None, ())


class FakeDialogue(Dialogue):
    """Replies with `outcome` to everything and keeps what it was asked. While it is not free, whoever asks waits."""

    def __init__(self, outcome: Outcome = ANSWER, *, articles: Sequence[Article] = (FERRY, BRIDGE)) -> None:
        super().__init__(small_index(), word_answerer(), shared_memory())
        self.outcome = outcome
        self.articles = articles
        self.corrected: tuple[Correction, ...] = ()
        self.resolve: Callable[[str], str] = lambda question: question
        self.seconds: Callable[[str], float] = lambda question: 0
        self.failure: Exception | None = None
        self.contexts: dict[tuple[str, int], QuoteContext] = {}
        self.asked: list[tuple[str, str]] = []
        self.suggested: list[str] = []
        self.asked_once: list[tuple[str, str]] = []
        self.votes: dict[tuple[str, str], Vote] = {}
        self.forgotten: list[str] = []
        self.literal: list[bool] = []
        self.replying_to: list[ReplyTo | None] = []
        self.most_at_once = 0
        self.is_free = threading.Event()
        self.is_free.set()
        self.held_up = threading.Event()
        self._busy = 0
        self._lock = threading.Lock()

    def reply(
        self,
        conversation_id: str,
        text: str,
        *,
        literally: bool = False,
        replying_to: ReplyTo | None = None,
        **_: object,
    ) -> Reply:
        self._wait()
        self.literal.append(literally)
        self.replying_to.append(replying_to)
        with self._lock:
            self._busy += 1
            self.most_at_once = max(self.most_at_once, self._busy)
        time.sleep(self.seconds(text))
        with self._lock:
            self._busy -= 1
            self.asked.append((conversation_id, text))
        if self.failure is not None:
            raise self.failure
        return Reply(REPLY_ID, conversation_id, text, self.resolve(text), self.outcome, {}, self.corrected)

    def look_up(self, text: str, *, scope: Scope = EVERYTHING) -> Reply:
        self.asked.append(("", text))
        return Reply(REPLY_ID, "", text, text, self.outcome, {})

    def reply_once(self, text: str, *, about: str = "", scope: Scope = EVERYTHING) -> Reply:
        self._wait()
        with self._lock:
            self.asked_once.append((text, about))
        if self.failure is not None:
            raise self.failure
        return Reply(REPLY_ID, "", text, self.resolve(text), self.outcome, {})

    def further_questions(self, reply: Reply, most: int, may_go_on: Callable[[], bool] = lambda: True) -> list[str]:
        return self.suggested[:most] if may_go_on() else []

    def lead(self, article_id: str) -> Citation | None:
        return OPENED if article_id == BRIDGE.id else None

    def articles_found(self, reply_id: str) -> list[Article] | None:
        self._wait()
        return [replace(BRIDGE, text="")] if reply_id == REPLY_ID else None

    def recall(self, reply_id: str) -> Reply | None:
        self._wait()
        return Reply(REPLY_ID, "tg:7", "Q?", "Q?", self.outcome, {}) if reply_id == REPLY_ID else None

    def context(self, reply_id: str, number: int) -> QuoteContext | None:
        return self.contexts.get((reply_id, number))

    def vote(self, reply_id: str, voter: str, vote: Vote) -> bool:
        self.votes[reply_id, voter] = vote
        return reply_id == REPLY_ID

    def start_over(self, conversation_id: str) -> None:
        self.forgotten.append(conversation_id)

    def sources(self) -> Sequence[Article]:
        self._wait()
        return self.articles

    def _wait(self) -> None:
        if not self.is_free.is_set():
            self.held_up.set()
            self.is_free.wait(10)


REPORT = BuildReport(
    snapshot="20260101-000000",
    articles=3,
    passages=40,
    embedded=12,
    added=("bridge",),
    changed=(),
    removed=("old & gone",),
    skipped=(),
    seconds=1.25,
)
STATUS = Status(
    snapshot="20260101-000000",
    built_at=datetime(2026, 1, 1, 8, 30, tzinfo=UTC),
    articles=3,
    passages=40,
    embedding_model="all-MiniLM-L6-v2 (int8)",
    reader="shipped",
    reloading=False,
    started_at=datetime(2026, 1, 2, 9, 0, tzinfo=UTC),
)
STATS = Stats(
    since=datetime(2026, 1, 1, tzinfo=UTC),
    questions=200,
    answered=150,
    refused=50,
    asked_back=0,
    votes_up=9,
    votes_down=2,
    conversations=30,
    p50_ms=45.2,
    p95_ms=120.7,
)


class FakeOperations(IndexOperations):
    """Reloads by reporting `steps`, one each time the test lets it go on; its status is always the same."""

    def __init__(self) -> None:
        super().__init__(small_index(), self._rebuild, reader_name="shipped")
        self.steps: Sequence[BuildProgress] = ()
        self.failure: Exception | None = None
        self.report = REPORT
        self.go_on = threading.Semaphore(0)
        self.reloads = 0

    def _rebuild(self, listener: ProgressListener) -> BuildReport:
        self.reloads += 1
        for step in self.steps:
            listener(step)
            self.go_on.acquire(timeout=5)
        if self.failure is not None:
            raise self.failure
        return self.report

    def status(self) -> Status:
        return STATUS


class FakeUsage:
    """Figures of a week, and nothing that anybody complained of."""

    def __init__(self) -> None:
        self.figures = STATS

    def stats(self, since: datetime) -> Stats:
        assert datetime.now(UTC) - since > timedelta(days=6)
        return self.figures

    def days(self, since: datetime) -> tuple[Day, ...]:
        return tuple(Day(date(2026, 1, 1 + n), n, 1, 0, (12.0, 40.0), n, 1) for n in range(7))

    def unanswered(self, since: datetime, *, most: int) -> Sequence[Asked]:
        return []

    def complaints(self, since: datetime, *, most: int) -> Sequence[Complaint]:
        return []


def fake_app(
    dialogue: Dialogue | None = None,
    *,
    store: Store | None = None,
    operations: IndexOperations | None = None,
    usage: UsageStore | None = None,
) -> App:
    """An app over an index of two articles, with a memory of its own, in which a part or two may be another."""
    store, live = store or Store.in_memory(), small_index()
    articles = ArticleIngest(live, Fetcher())
    admin = AdminServices(
        operations or FakeOperations(),
        UsageReports(usage or FakeUsage(), store.load_reply, live),
        Moderation(store.moderation),
        articles,
        store.names,
        Watcher(live, word_answerer(), watcher_store(store), alerts_a_day=5),
        FreshnessWatch(live, articles),
    )
    desk = CorrectionDesk(live, store.corrections, within=timedelta(days=7))
    return App(dialogue or FakeDialogue(), Checker(live.kept_texts), admin, store, desk)


@cache
def _unused_database() -> Engine:
    return memory_engine()


class FakeSentAnswers(SentAnswers):
    """Remembers answers of replies that no store keeps."""

    def __init__(self) -> None:
        super().__init__(_unused_database())
        self.kept: list[SentAnswer] = []
        self.retracted: list[str] = []

    def remember(self, sent: SentAnswer) -> None:
        self.remove(sent.chat_id, sent.message_id)
        self.kept.insert(0, sent)

    def remove(self, chat_id: int, message_id: int) -> None:
        self.kept = [each for each in self.kept if (each.chat_id, each.message_id) != (chat_id, message_id)]

    def is_retracted(self, reply_id: str) -> bool:
        return False

    def in_message(self, chat_id: int, message_id: int) -> SentAnswer | None:
        return next((each for each in self.kept if (each.chat_id, each.message_id) == (chat_id, message_id)), None)

    def to_question(self, chat_id: int, question_id: int) -> list[SentAnswer]:
        parts = [each for each in self.kept if (each.chat_id, each.question_id) == (chat_id, question_id)]
        return sorted(parts, key=lambda each: each.message_id)

    def retract(self, reply_id: str) -> None:
        self.retracted.append(reply_id)


class Call:
    """One call of the Bot API. Whatever people read of it was parsed by TDLib: `plain` and `entities`, and what each of
    `offers` would send."""

    def __init__(self, method: str, params: dict[str, Any]) -> None:
        self.method = method
        self.params = params
        self.plain = ""
        self.entities: tuple[Entity, ...] = ()
        given = [params["result"]] if method == "answerGuestQuery" else params.get("results", ())
        self.offers = [read_result(each) for each in given]
        if method == "answerCallbackQuery":
            check_length(params.get("text", ""), MAX_NOTICE_UNITS, "MESSAGE_TOO_LONG")
        elif "text" in params:
            self._read(params["text"], MAX_TEXT_UNITS, "message is too long")
            if not self.plain.strip():
                raise bad_request("message text is empty")
        elif "caption" in params:
            self._read(params["caption"], MAX_CAPTION_UNITS, "message caption is too long")
        check_markup(params.get("reply_markup"), inline_only=True)

    def _read(self, text: str, limit: int, refusal: str) -> None:
        mode = self.params.get("parse_mode")
        self.plain, entities = parse(text, mode) if mode else (text, detect_entities(text))
        self.entities = tuple(entities)
        check_length(self.plain, limit, refusal)

    @property
    def buttons(self) -> dict[str, str]:
        """Labels and what they carry back."""
        rows = (self.params.get("reply_markup") or {}).get("inline_keyboard", [])
        return {button["text"]: button["callback_data"] for row in rows for button in row}

    def marked(self, kind: str) -> list[str]:
        """The texts of all entities of one type."""
        units = self.plain.encode("utf-16-le")
        return [
            units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
            for entity in self.entities
            if entity["type"] == kind
        ]


class RecordingRequest(BaseRequest):
    """Telegram as far as the bot can see, without a network: takes calls down, refuses what is malformed."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.faults: dict[str, list[Exception | tuple[int, dict[str, Any]]]] = {}
        self._next_message_id = 1000

    @property
    def read_timeout(self) -> float | None:
        return 1.0

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    def fail(self, method: str, *faults: Exception | tuple[int, dict[str, Any]]) -> None:
        """Lets the next calls of a method fail so, one each; a tuple is a status and a body."""
        self.faults.setdefault(method, []).extend(faults)

    def of(self, *methods: str) -> list[Call]:
        """The calls of these methods that went through, in order."""
        return [call for call in self.calls if call.method in methods]

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = DEFAULT_NONE,
        write_timeout: ODVInput[float] = DEFAULT_NONE,
        connect_timeout: ODVInput[float] = DEFAULT_NONE,
        pool_timeout: ODVInput[float] = DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        api_method = url.rpartition("/")[2]
        if self.faults.get(api_method):
            fault = self.faults[api_method].pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault[0], json.dumps(fault[1]).encode()
        try:
            call = Call(api_method, request_data.parameters if request_data else {})
        except ApiError as error:
            return error.code, json.dumps(error.as_json()).encode()
        if api_method == "editMessageText" and not 500 <= call.params["message_id"] <= self._next_message_id:
            return 400, json.dumps(bad_request("message to edit not found").as_json()).encode()
        self.calls.append(call)
        return 200, json.dumps({"ok": True, "result": self._result(call)}).encode()

    def _result(self, call: Call) -> Any:  # noqa: ANN401 - whatever Telegram would answer
        if call.method == "getMe":
            return {"id": BOT_ID, "is_bot": True, "first_name": "Newsquote", "username": BOT_NAME}
        if call.method == "answerGuestQuery":
            return {"inline_message_id": "a"}
        if call.method in ("sendMessage", "sendPhoto", "editMessageText"):
            self._next_message_id += call.method != "editMessageText"
            chat = {"id": call.params["chat_id"], "type": "private"}
            message_id = call.params.get("message_id", self._next_message_id)
            return {"message_id": message_id, "date": 0, "chat": chat, "text": call.plain}
        return True

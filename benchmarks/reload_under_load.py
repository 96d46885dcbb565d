"""Reload under load: 50 users ask through the local Bot API server while an admin reloads five times."""

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.articles import write_articles
from benchmarks.measuring import peak_mib
from benchmarks.processes import bot_environment, start
from tests.botapi import Chat, Message, ThreadedBotApiServer, User, running_server

_USERS = 50
_QUESTIONS_EACH = 6
_RELOADS = 5
_QUESTIONS = (
    "Who brokered the ceasefire?",
    "How many people were killed in the 2020 war?",
    "Where did Pashinyan and Aliyev meet?",
    "What is the capital of France?",
    "Who is Armenia's prime minister?",
    "What did Blinken say about a military solution?",
)


def measure() -> dict[str, float]:
    """Questions asked, answered once, answered more than once or never; seconds from question to answer."""
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        root = Path(folder)
        articles = root / "articles"
        articles.mkdir()
        seed = Path(__file__).parents[1] / "seeds" / "000_5c401926a82ef3ad.txt"
        (articles / seed.name).write_bytes(seed.read_bytes())
        write_articles(articles / "made.jsonl", 30, seed=0)
        return _drive(server, root, articles)


def _drive(server: ThreadedBotApiServer, root: Path, articles: Path) -> dict[str, float]:
    users = [server.user(f"User{number}") for number in range(_USERS)]
    chats = [server.private_chat(user) for user in users]
    admin = server.user("Ada")
    admin_chat = server.private_chat(admin)
    process = start(["bot", "run"], bot_environment(server, admin, articles, root / "index"))
    try:
        server.wait_until(lambda: server.calls_of("getUpdates"), timeout=120)
        waits: list[float] = []
        began = time.monotonic()
        for turn in range(_QUESTIONS_EACH):
            if turn < _RELOADS:
                write_articles(articles / "made.jsonl", 30, seed=1 + turn)
                admin.says(admin_chat, "/reload")
            waits += _ask_everybody(server, users, chats, turn)
            if turn < _RELOADS:
                _wait_for_reloads(server, admin_chat, turn + 1)
        seconds = time.monotonic() - began
        time.sleep(2)  # whatever is sent twice is sent by now
        counts = Counter(len(_sent(server, chat)) for chat in chats)
        waits.sort()
        return {
            "users": _USERS,
            "questions": len(waits),
            "reloads": _reloads_done(server, admin_chat),
            "answers": sum(count * chats_with for count, chats_with in counts.items()),
            "chats with exactly one answer a question": counts[_QUESTIONS_EACH],
            "refused API calls": sum(call.error is not None for call in server.calls),
            "questions a second, reloads included": round(len(waits) / seconds, 1),
            "s to the answer p50": round(waits[len(waits) // 2], 2),
            "s to the answer p95": round(waits[int(len(waits) * 0.95)], 2),
            "peak memory MiB": round(peak_mib(process.pid)),
        }
    finally:
        process.kill()
        process.wait()


def _ask_everybody(server: ThreadedBotApiServer, users: list[User], chats: list[Chat], turn: int) -> list[float]:
    """Seconds from question to answer of each user, who all ask at once."""
    asked = time.monotonic()
    for number, (user, chat) in enumerate(zip(users, chats, strict=True)):
        user.says(chat, _QUESTIONS[(turn + number) % len(_QUESTIONS)])
    server.wait_until(lambda: all(len(_sent(server, chat)) > turn for chat in chats), timeout=300)
    arrived: dict[int, float] = {}
    for call in server.calls_of("sendMessage"):
        if call.at > asked:
            arrived.setdefault(int(str(call.params["chat_id"])), call.at - asked)
    return [arrived[chat.id] for chat in chats]


def _wait_for_reloads(server: ThreadedBotApiServer, admin_chat: Chat, count: int) -> None:
    server.wait_until(lambda: _reloads_done(server, admin_chat) >= count, timeout=300)


def _reloads_done(server: ThreadedBotApiServer, admin_chat: Chat) -> int:
    return sum("passages" in message.text and "Reloaded" in message.text for message in _sent(server, admin_chat))


def _sent(server: ThreadedBotApiServer, chat: Chat) -> Sequence[Message]:
    return server.messages(chat)

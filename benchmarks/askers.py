"""People who ask a bot behind the local Bot API server, evenly spread over time, and how long each waits."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

from bot.adapters.telegram.views.texts import BUSY, WENT_WRONG
from tests.botapi import Chat, ThreadedBotApiServer, User

PEOPLE = 50
_QUESTIONS = (
    "Who brokered the ceasefire?",
    "How many people were killed in the 2020 war?",
    "Where did Pashinyan and Aliyev meet?",
    "What is the capital of France?",
    "Who is Armenia's prime minister?",
    "What did Blinken say about a military solution?",
)


@dataclass
class Askers:
    """People who ask in turn, each in their own chat, and when each asked."""

    server: ThreadedBotApiServer
    questions_a_second: float
    users: list[User] = field(init=False)
    chats: list[Chat] = field(init=False)
    asked: list[list[float]] = field(init=False)

    def __post_init__(self) -> None:
        self.users = [self.server.user(f"User{number}") for number in range(PEOPLE)]
        self.chats = [self.server.private_chat(user) for user in self.users]
        self.asked = [[] for _ in self.users]

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Have people ask again and again, at even distances, until the block ends."""
        over = Event()
        thread = Thread(target=self._ask, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def waits(self) -> list[tuple[float, float | None]]:
        """Return when each question was asked, and the seconds to its answer; None if there is none, or an apology."""
        answers: dict[int, list[float | None]] = {chat.id: [] for chat in self.chats}
        for call in self.server.calls_of("sendMessage"):
            if (chat_id := int(str(call.params["chat_id"]))) in answers and call.error is None:
                failed = any(apology in str(call.params["text"]) for apology in (WENT_WRONG, BUSY))
                answers[chat_id].append(None if failed else call.at)
        found: list[tuple[float, float | None]] = []
        for chat, asked in zip(self.chats, self.asked, strict=True):
            answered = answers[chat.id] + [None] * len(asked)
            found += [(at, None if then is None else then - at) for at, then in zip(asked, answered, strict=False)]
        return found

    def _ask(self, over: Event) -> None:
        began, number = time.monotonic(), 0
        while not over.wait(max(0.0, began + number / self.questions_a_second - time.monotonic())):
            user = number % PEOPLE
            self.asked[user].append(time.monotonic())
            self.users[user].says(self.chats[user], _QUESTIONS[(number + number // PEOPLE) % len(_QUESTIONS)])
            number += 1

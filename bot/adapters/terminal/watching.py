"""What is watched in a terminal, where nothing comes by itself: what arrived is told before the next answer."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from bot.adapters.terminal import texts
from bot.adapters.terminal.display import Page, Paragraph, one_line
from bot.adapters.terminal.rendering import render_reply, said
from bot.store import Store
from bot.watches.telling import watch_conversation
from bot.watches.watch import Alert, AlertState, Watch, new_watch, shown_words, watched_words
from bot.watches.watcher import Watcher

_NO_TOPIC: Final = 0
_TOLD: Final = {AlertState.DUE: AlertState.PLANNED, AlertState.HELD: AlertState.DIGESTED}
"""What becomes of alerts that are told. What is over a day's number is told with the rest: whoever sits here has come
to see what is new."""


class TerminalWatches:
    """Keeps, shows and tells what one terminal has watched."""

    def __init__(self, chat: str, store: Store, watcher: Watcher, resolve: Callable[[str], str], *, most: int) -> None:
        """`chat`: the conversation in the terminal. `resolve` makes typed words stand alone. `most` are watched."""
        self._chat = chat
        self._store = store
        self._watches = store.watches
        self._watcher = watcher
        self._resolve = resolve
        self._most = most

    def watch(self, typed: str) -> str:
        """Watch something from now on, and return what to say of it."""
        understood = watched_words(typed)
        if understood is None:
            return texts.WHAT_TO_WATCH
        words, is_said = understood
        watch = new_watch(self._chat, _NO_TOPIC, words if is_said else self._resolve(words), datetime.now(UTC))
        vector = self._watcher.vector_of(watch.words) if watch.request is None else None
        self._watcher.look()  # what is there already has not just arrived
        kept = self._watches.add(watch, self._chat, vector, most=self._most)
        return texts.watching(one_line(kept.shown)) if kept is not None else texts.too_much_watched(self._most)

    def change(self, typed: str) -> Page:
        """Return the list of what is watched, after what `typed` asks to pause, to go on with or to delete."""
        watches, words = self._all(), typed.split()
        if words:
            change = {"pause": self._pause, "resume": self._resume, "delete": self._delete}.get(words[0])
            place = int(words[1]) if len(words) == 2 and words[1].isdecimal() else 0
            if change is None or not 1 <= place <= len(watches):
                return Page((said(texts.NO_SUCH_WATCH),))
            change(watches[place - 1])
        return _listed(self._all())

    def news(self) -> Iterator[Page]:
        """Yield what has arrived since the last time. Each piece is noted as told when the next is asked for."""
        if all(watch.is_paused for watch in self._all()):
            return
        self._watcher.look()
        for state, told in _TOLD.items():
            for alert in self._watches.alerts(state, self._chat):
                yield from self._shown(alert)
                self._watches.settle([alert.id], told)

    def forget(self) -> None:
        """Delete what is watched and what came of it."""
        self._watches.forget(self._chat)
        self._store.forget(watch_conversation(self._chat))

    def _all(self) -> list[Watch]:
        return self._watches.of(self._chat, _NO_TOPIC)

    def _pause(self, watch: Watch) -> None:
        self._watches.change(watch.id, paused=True)

    def _resume(self, watch: Watch) -> None:
        self._watcher.look()  # what arrived meanwhile was not wanted
        self._watches.change(watch.id, paused=False)

    def _delete(self, watch: Watch) -> None:
        self._watches.delete(watch.id)

    def _shown(self, alert: Alert) -> Iterator[Page]:
        reply = self._store.load_reply(alert.reply_id)
        if reply is None:  # all was forgotten meanwhile
            return
        heading = said(texts.new_on(one_line(shown_words(reply.question))), "bold")
        yield Page((heading, *render_reply(reply).paragraphs))


def _listed(watches: list[Watch]) -> Page:
    if not watches:
        return Page((said(texts.NOTHING_WATCHED),))
    lines = (_line(place, watch) for place, watch in enumerate(watches, start=1))
    return Page((said(texts.WATCHES_HEADING, "bold"), *lines, said(texts.CHANGE_A_WATCH, "dim")))


def _line(place: int, watch: Watch) -> Paragraph:
    return said(f"{place:>2}  {one_line(watch.shown)}{f' ({texts.PAUSED})' if watch.is_paused else ''}")

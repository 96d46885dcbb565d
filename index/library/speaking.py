"""Who says what in the articles of a library, where it is stored and where it has to be worked out."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from index.article import Article, Span
from index.attribution import Attribution, attribute

MOST_WORKED_OUT = 200
"""In how many articles at most it is worked out for one question who says what: each takes some hundredths of a
second."""
_REMEMBERED = 512


class WorkedOut:
    """Attributions of articles for which none are stored; some are remembered. Safe to use from several threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], list[Attribution]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, article: Article, sentences: Callable[[], Sequence[Span]]) -> list[Attribution]:
        """Return the attributions of an article; `sentences` gives its own, if they are needed."""
        key = (article.id, article.revision)
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        found = attribute(article.text, sentences())
        with self._lock:
            self._known[key] = found
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found

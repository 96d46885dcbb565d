"""Questions that name an article by its headline and ask nothing more: what answers them is how the article begins.

"What is said about “Old bridge opens again”?", "What happened: Old bridge opens again?", or the headline alone.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from index import Article, Hit, Span
from index.search.retrieval import Archive

_LEAD_SENTENCES = 3
_MAX_LEAD_CHARS = 600
_LOOKED_AT = 3
"""How many articles are looked at, in the order of the hits: one whose headline was typed is among the first."""
_LEAST_WORDS = 3
"""A shorter headline ("Weather", "The president") is as likely just a topic."""
_SMALL = "a about any anything i in is it me more of on the there this to was with you your are"
_TELLING = (
    "say says said tell show give know read report reports reported write written happened happening happens news"
)
_OTHER = "article can do does has have latest new please story want what whats would"
_ASKING = frozenset(" ".join((_SMALL, _TELLING, _OTHER)).split())
_LOOKING = "articles exact exactly find for phrase quote quotes search that where which who words"
_WORD = re.compile(r"\w+")


def article_asked_for(question: str, hits: Iterable[Hit], archive: Archive) -> Article | None:
    """Return the article whose whole headline stands in the question beside words of asking alone, or None."""
    for article_id in list(dict.fromkeys(hit.passage.article_id for hit in hits))[:_LOOKED_AT]:
        article = archive.article(article_id)
        if asks_by_headline(question, article.title):
            return article
    return None


def asks_by_headline(question: str, title: str) -> bool:
    """Return whether a question consists of this headline and words of asking."""
    asked, wanted = _words(question), _words(title)
    if len(wanted) < _LEAST_WORDS:
        return False
    for start in range(len(asked) - len(wanted) + 1):
        if asked[start : start + len(wanted)] == wanted:
            return _ASKING.issuperset(asked[:start] + asked[start + len(wanted) :])
    return False


def is_asking_only(text: str) -> bool:
    """Return whether a text holds nothing but words of asking and of searching."""
    return (_ASKING | frozenset(_LOOKING.split())).issuperset(_words(text))


def lead_of(sentences: Sequence[Span], text: str) -> Span | None:
    """Return the first few sentences, as long as only blanks, and no debris, lie between them; None for none."""
    end = sentences[0].end if sentences else 0
    for before, after in pairwise(sentences[:_LEAD_SENTENCES]):
        if text[before.end : after.start].strip() or after.end - sentences[0].start > _MAX_LEAD_CHARS:
            break
        end = after.end
    return Span(sentences[0].start, end) if sentences else None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())

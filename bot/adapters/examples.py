"""Questions to try, which the articles can answer."""

from collections.abc import Sequence
from typing import Final

from index import Article

_EXAMPLES: Final = 3
_SHORTEST, _LONGEST = 15, 90
_CUT_SHORT: Final = ("...", "…")


def example_articles(articles: Sequence[Article]) -> Sequence[Article]:
    """Return a few articles with short, whole titles from all over the list, the same ones as long as it does not
    change."""
    suited = [article for article in articles if _suits(article.title.strip())]
    return suited[:: max(1, len(suited) // _EXAMPLES)][:_EXAMPLES]


def example_question(article: Article) -> str:
    """Return a question that the article should answer."""
    # Not translated: it is asked of articles in their own language.
    return f"What is said about “{' '.join(article.title.split())}”?"


def _suits(title: str) -> bool:
    return _SHORTEST <= len(title) <= _LONGEST and "\n" not in title and not title.endswith(_CUT_SHORT)

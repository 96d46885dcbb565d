"""Questions to try, which the articles can answer."""

from collections.abc import Sequence
from typing import Final

from index import Article

_EXAMPLES: Final = 3
_LONGEST_TITLE: Final = 90


def example_articles(articles: Sequence[Article]) -> Sequence[Article]:
    """Return a few articles spread over the list, the same ones as long as it does not change."""
    suited = [article for article in articles if _suits_an_example(article.title)]
    return suited[:: max(1, len(suited) // _EXAMPLES)][:_EXAMPLES]


def example_question(article: Article) -> str:
    """Return a question that the article should answer."""
    # Not translated: it is asked of articles in their own language.
    return f"What is said about “{' '.join(article.title.split())}”?"


def _suits_an_example(title: str) -> bool:
    return 15 <= len(title.strip()) <= _LONGEST_TITLE and "\n" not in title.strip()

"""A digest as scripts want it."""

from typing import Any

from bot.adapters.jsonl import citation_as_json
from bot.adapters.permalinks import Permalinks
from bot.digests import CorrectedWords, Digest, ToldStory


def digest_as_json(digest: Digest, permalinks: Permalinks | None = None) -> dict[str, Any]:
    """Return a digest as one object; `shown`: so many stories stand on the first screen."""
    return {
        "from": digest.period.first.isoformat(),
        "to": digest.period.end.isoformat(),
        "articles": digest.n_articles,
        "corrected": [_corrected(one, permalinks) for one in digest.corrected],
        "stories": [_story(one, permalinks) for one in digest.told],
        "shown": digest.n_shown,
        "left_out": digest.n_left_out,
    }


def _story(told: ToldStory, permalinks: Permalinks | None) -> dict[str, Any]:
    story = told.story
    return {
        "title": told.citation.title,
        "sources": list(story.sources),
        "articles": [article.id for article in story.articles],
        "watched": story.is_watched,
        "citation": citation_as_json(told.citation, permalinks),
    }


def _corrected(one: CorrectedWords, permalinks: Permalinks | None) -> dict[str, Any]:
    now = None
    if one.now is not None:
        link = {"permalink": permalinks.to_quote(one.now)} if permalinks else {}
        span = one.now.span
        now = {
            "article": one.now.article_id,
            "revision": one.now.revision,
            "start": span.start,
            "end": span.end,
            "quote": one.now.text,
            **link,
        }
    return {"title": one.title, "before": one.before, "now": now}

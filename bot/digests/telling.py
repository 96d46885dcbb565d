"""Which words tell a story: the first sentence of its newest article that tells something."""

from bot.answering import quote_lead, quote_passages
from bot.composing.gathering import tells
from bot.digests.stories import Story
from bot.quoting.extent import quotable_span
from bot.quoting.quotes import Citation
from index import Article, Span
from index.errors import UnknownArticle
from index.search.retrieval import Archive


def told_by_one_quote(story: Story, archive: Archive) -> Citation | None:
    """Return the quote of a story: of its newest article that can be quoted; None where none can."""
    for headline in story.articles:
        try:
            article = archive.article(headline.id)
        except UnknownArticle:  # it was taken out since
            continue
        opening = _opening(article, archive)
        shown = quote_passages([(article, opening)], archive) if opening else quote_lead(article, archive)
        if shown is not None:
            return shown.citations[0]
    return None


def _opening(article: Article, archive: Archive) -> Span | None:
    """Return the first sentence that is no byline, dateline or caption, as it can be quoted honestly."""
    for passage in archive.passages_of(article.id):
        for sentence in passage.sentences:
            if tells(sentence.slice(article.text)):
                return quotable_span(article.text, sentence, passage)
    return None

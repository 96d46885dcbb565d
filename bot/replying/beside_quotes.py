"""The words beside a quote of the last reply, for whoever asks to see them."""

from bot.answering import Answer, quote_passage
from bot.conversation import Conversation
from bot.followup import CitationRequest, Side
from bot.quoting.context import neighbours
from index import Span
from index.errors import UnknownArticle
from index.search.retrieval import Retriever


def beside(request: CitationRequest, conversation: Conversation, retriever: Retriever) -> Answer | None:
    """Return the words beside a quote of the last turn; None where the article has changed or there are none."""
    turn = conversation.turns[-1]
    words, article_id = turn.quotes[request.number - 1], turn.article_ids[request.number - 1]
    try:
        article = retriever.archive.article(article_id)
    except UnknownArticle:
        return None
    start = article.text.find(words)
    sentences = retriever.archive.sentences_of(article_id) if start >= 0 else ()
    before, after = neighbours(sentences, Span(start, start + len(words)))
    around = {Side.BEFORE: before, Side.AFTER: after, Side.AROUND: [*before, *after]}
    return quote_passage(article, around[request.side], retriever.archive)

"""What a message means in its conversation: an option that was offered, a follow-up, or a wish to see more."""

from bot.conversation import Conversation
from bot.followup.references import CitationRequest, chosen_option, citation_request
from bot.followup.resolution import Resolution, resolve
from bot.query.operators import Scope
from index.errors import UnknownArticle
from index.search.retrieval import Archive

_BACKGROUND_CHARS = 20_000


def understand(
    asked: str, conversation: Conversation, scope: Scope, archive: Archive, *, literally: bool = False
) -> Resolution:
    """Return what a message means here; one of the options that were offered, if it names one.

    `literally`: take the words as typed, whatever was said before.
    """
    if literally or not conversation.turns:
        return Resolution(" ".join(asked.split()))
    options = conversation.turns[-1].options
    taken = chosen_option(asked, tuple(label for label, _ in options)) if options else None
    if taken is not None:
        return Resolution(options[taken][1], leans=True)
    return resolve(asked, conversation, _background(conversation, scope, archive))


def requested_citation(asked: str, conversation: Conversation) -> CitationRequest | None:
    """Return what a message wants to see around a quote of the last turn; None if it is an ordinary question."""
    n_citations = len(conversation.turns[-1].quotes) if conversation.turns else 0
    return citation_request(asked, n_citations) if n_citations else None


def _background(conversation: Conversation, scope: Scope, archive: Archive) -> str:
    """Return the beginning of the article under discussion: the only one that may be searched, or the one quoted
    last."""
    cited = next((turn.article_ids[0] for turn in reversed(conversation.turns) if turn.article_ids), None)
    article_id = next(iter(scope.articles)) if scope.articles is not None and len(scope.articles) == 1 else cited
    if article_id is None:
        return ""
    try:
        return archive.article(article_id).text[:_BACKGROUND_CHARS]
    except UnknownArticle:
        return ""

"""Ready-made replies for the tests of whatever keeps or shows them."""

from datetime import UTC, datetime

from bot.answering import Answer, Clarification, Option, Refusal, RefusalReason
from bot.quoting.quotes import Citation, quote_from
from bot.replies import Reply
from index import Article, Span

BRIDGE = Article(
    id="bridge",
    title="Old bridge opens again",
    text=(
        "The old bridge was closed for two years. The mayor, Ada Brook, opened it again on 3 May 2024. "
        "Cyclists may use both lanes. The work cost 4.2 million euros, the council said."
    ),
    source="The Courier",
    published_at=datetime(2024, 5, 4, 7, 30, tzinfo=UTC),
    url="https://courier.example/bridge",
)
FERRY = Article(id="ferry", title="Ferry stops", text="The ferry ran for the last time on Sunday.")


def span_of(words: str, article: Article = BRIDGE) -> Span:
    """Where the words first stand in the article."""
    start = article.text.index(words)
    return Span(start, start + len(words))


def citation(number: int, words: str, *answering: str, article: Article = BRIDGE) -> Citation:
    """A citation of the words, with the answering ones highlighted."""
    return Citation(
        number=number,
        quote=quote_from(article, span_of(words, article)),
        title=article.title,
        source=article.source,
        published_at=article.published_at,
        url=article.url,
        highlights=tuple(span_of(each, article) for each in answering),
        score=0.87,
    )


OPENED = citation(1, "The mayor, Ada Brook, opened it again on 3 May 2024.", "Ada Brook", "3 May 2024")
COST = citation(2, "The work cost 4.2 million euros, the council said.")
LAST_FERRY = citation(1, FERRY.text, article=FERRY)


def answer(id: str = "r1", conversation_id: str = "terminal", question: str = "Who opened it?") -> Reply:
    """An answer of two citations to a follow-up question."""
    return Reply(
        id=id,
        conversation_id=conversation_id,
        question=question,
        resolved_question=f"the old bridge – {question}",
        outcome=Answer(0.87, (OPENED, COST), 1, "Ada Brook", hits=()),
        timings_ms={"retrieve": 12.5, "read": 20.0},
    )


def refusal(
    id: str = "r2",
    conversation_id: str = "terminal",
    reason: RefusalReason = RefusalReason.NOT_ANSWERED,
) -> Reply:
    """A refusal with one closest passage."""
    return Reply(
        id=id,
        conversation_id=conversation_id,
        question="Will the ferry come back?",
        resolved_question="Will the ferry come back?",
        outcome=Refusal(reason, 0.08, (LAST_FERRY,), hits=()),
        timings_ms={"retrieve": 4.0, "read": 3.5, "total": 8.0},
    )


def clarification(id: str = "r3", conversation_id: str = "terminal") -> Reply:
    """A question back, of two readings."""
    options = tuple(Option(name, f"Who did {name} meet?") for name in ("Ada Brook", "Tom Reed"))
    return Reply(
        id=id,
        conversation_id=conversation_id,
        question="Who did they meet?",
        resolved_question="Who did Ada Brook meet?",
        outcome=Clarification(options, Answer(0.6, (OPENED,), 1, None, hits=())),
        timings_ms={"retrieve": 12.5, "read": 20.0},
    )

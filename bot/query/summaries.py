"""Messages that ask for a summary and name nothing: "tldr", "summarize this", "give me the gist of the article"."""

from index.text.terms import terms_of

_ASKING = frozenset(
    terms_of(
        "summarize summarise summary tldr tl dr sum recap overview gist outline digest brief briefly short shortly"
        " quick version main key point points essential essentials important article story piece news text report"
        " whole full entire all everything it this that please pls plz thanks give make write get put do want need"
        " like few couple one two three four five sentence line word words explain tell say says said read quickly"
        " simply basics bottom what's whats happen happened going ok okay hey hi so now then"
    )
)
"""Words of asking, and those that stand for what is under discussion."""


_SUMMARY = frozenset(
    terms_of("summarize summarise summary tldr tl sum recap overview gist outline digest brief briefly short shortly")
)


def asks_for_a_summary_of_it(message: str) -> bool:
    """Return whether a message asks to sum up what is under discussion, and names nothing else."""
    terms = frozenset(terms_of(message))
    return not terms.isdisjoint(_SUMMARY) and terms <= _ASKING

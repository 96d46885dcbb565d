"""How likely an article is on the subject of a message, from what the search found of it."""

from collections.abc import Mapping

import numpy as np

from bot.composing.gathering import Gathered
from bot.reading.features import KNOWN, Floats
from index.text.terms import terms_of

ARTICLE_FEATURES = (
    "best_score",
    "passages_found",
    "similarity",
    "similarity_lead",
    "words_held",
    "words_in_title",
    "rarest_missing",
    "names_missing",
    "evidence",
    "evidence_chance",
    "reader_rank",
    "is_read",
)
"""Column names, in order."""
ABOUT_IT = 0.3
"""An article is quoted if it is at least this much as likely to be on the subject as the likeliest one."""
_MOST_PASSAGES = 5
_GOOD = 0.5
"""A passage is counted if it scores at least this share of the best: in a small library everything is found."""
_KNOWN = {name: column for column, name in enumerate(KNOWN)}


def article_features(found: Gathered) -> Mapping[str, Floats]:
    """Return what is known of each article as one on the subject, (len(ARTICLE_FEATURES),), by its id."""
    ids = np.array([one.article.id for one in found.sentences])
    titles = {one.article.id: one.article.title for one in found.sentences}
    asked = {term: found.rarity.get(term, 1.0) for term in terms_of(found.query.text)}
    scores, similarities = (found.known[:, _KNOWN[name]] for name in ("fused_score", "passage_similarity"))
    best_score, best_similarity = max(scores.max(), 1e-9), similarities.max()
    rows: dict[str, Floats] = {}
    for article in dict.fromkeys(ids.tolist()):
        of_it = ids == article
        read = of_it & found.is_read
        in_title = set(terms_of(titles[article]))
        evidence = float(found.evidence[read].max()) if read.any() else 0.0
        hits = {found.sentences[row].hit.rank for row in np.flatnonzero(of_it & (scores >= _GOOD * best_score))}
        rows[article] = np.array(
            [
                scores[of_it].max() / best_score,
                min(len(hits), _MOST_PASSAGES) / _MOST_PASSAGES,
                similarities[of_it].max(),
                similarities[of_it].max() - best_similarity,
                found.known[of_it, _KNOWN["passage_overlap"]].max(),
                sum(weight for term, weight in asked.items() if term in in_title) / (sum(asked.values()) or 1.0),
                found.known[of_it, _KNOWN["rarest_missing"]].min(),
                found.known[of_it, _KNOWN["names_missing"]].min(),
                evidence,
                1 / (1 + np.exp(-evidence)) if read.any() else 0.0,
                float(found.ranks[read].max()) if read.any() else 0.0,
                float(read.any()),
            ]
        )
    return rows

"""Nothing is read twice for one message."""

from bot.reading.shared_scores import ScoredPairs, SharingScorer
from tests.bot.reading.scorers import WordScorer


def test_what_one_part_read_the_next_need_not_read() -> None:
    scorer = WordScorer({"Ada": 3.0})
    scores: ScoredPairs = {}
    first, second = SharingScorer(scorer, scores), SharingScorer(scorer, scores)

    alone = first.score("Who?", ["Ada came.", "It rained."])
    both = second.score("Who?", ["It rained.", "Bo left.", "Ada came.", "Bo left."])

    assert scorer.read == ["Ada came.", "It rained.", "Bo left."]
    assert both[0] is alone[1]
    assert both[2] is alone[0]
    assert both[1] is both[3]


def test_another_question_or_heading_is_read_anew() -> None:
    scorer = WordScorer(reads_headings=True)
    shared = SharingScorer(scorer, {})

    shared.score("Who?", ["Ada came."], ["Visit: "])
    shared.score("Who?", ["Ada came."], ["Visitors: "])
    shared.score("When?", ["Ada came."], ["Visit: "])
    shared.score("When?", ["Ada came."], ["Visit: "])

    assert (scorer.read, scorer.above) == (["Ada came."] * 3, ["Visit: ", "Visitors: ", "Visit: "])

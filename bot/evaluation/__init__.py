"""The quality report: how often the right passage is found, quoted and trusted, and where it goes wrong.

`gold` reads what is known about a question, `judging` says what a reply was worth, `figures` defines what is reported,
`evaluating` computes it for every group of questions, `report`, `failures` and `pictures` show it. `pointing` sets the
figures with a language model beside those without.
"""

from bot.evaluation.evaluating import Evaluation, evaluate
from bot.evaluation.gold import Gold, gold_of
from bot.evaluation.judging import Judged, judge
from bot.evaluation.pointing import BothWays, compared, fit_judgement, judged_anew, judged_by
from bot.evaluation.report import as_markdown, make_folder, write_report

__all__ = [
    "BothWays",
    "Evaluation",
    "Gold",
    "Judged",
    "as_markdown",
    "compared",
    "evaluate",
    "fit_judgement",
    "gold_of",
    "judge",
    "judged_anew",
    "judged_by",
    "make_folder",
    "write_report",
]

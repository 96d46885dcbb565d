"""What the bot says of a quotation that it has checked, wherever it talks. Words of texts and articles are theirs."""

from typing import Final

from bot.adapters.translation import counted, translatable, translated
from bot.checking import CutKind, Difference, Match, Verdict

NOTHING_TO_CHECK: Final = translatable("I found no words to check in that.")

_VERDICTS: Final = {
    Verdict.VERBATIM: translatable("Word for word in my articles:"),
    Verdict.ALTERED: translatable("Not word for word. This is what an article says:"),
    Verdict.CUT: translatable("These are an article's words, but what stood around them was cut away:"),
    Verdict.STITCHED: translatable("Put together from several places:"),
    Verdict.OTHER_SPEAKER: translatable("Word for word in my articles, but somebody else says it there:"),
    Verdict.NOT_FOUND: translatable(
        "Not in my articles. That does not make it wrong: I know no more than the articles I have."
    ),
}
_CUTS: Final = {
    CutKind.DENIAL: translatable("Cut away: a denial."),
    CutKind.CONDITION: translatable("Cut away: a condition or a reservation."),
    CutKind.SPEAKER: translatable("Cut away: who says so."),
}
OLDER: Final = translatable("From an earlier version of the article.")


def verdict_of(verdict: Verdict) -> str:
    """Return what a quotation is, in a sentence that its matches follow."""
    return translated(_VERDICTS[verdict])


def cut(match: Match) -> list[str]:
    """Return what was cut away around the words of a match, a sentence each."""
    return [translated(_CUTS[kind]) for kind in match.cut.kinds] if match.cut is not None else []


def difference(one: Difference, checked: str, match: Match) -> str:
    """Return in words how a quotation differs from the article; `checked` is the text that was checked."""
    mine = " ".join(one.checked.slice(checked).split()) if one.checked is not None else ""
    theirs = " ".join(match.words(one.article).split())
    if not theirs:
        return translated("“{words}” is not in the article.").format(words=mine)
    if not mine:
        return translated("“{words}” was left out.").format(words=theirs)
    return translated("“{words}” is “{article}” in the article.").format(words=mine, article=theirs)


def left_out(count: int) -> str:
    """Return how many quotations were checked that are not shown."""
    return counted("{count} more quotation is not shown.", "{count} more quotations are not shown.", count)

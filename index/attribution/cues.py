"""Words that say that somebody says, thinks or calls for something: their forms, by what they tell of."""

from collections.abc import Iterator
from enum import Enum

from index.attribution.word_sets import word_set


class CueKind(Enum):
    """What a cue tells: that words were said; that somebody praised, blamed or promised something; or a view."""

    SPEECH = "speech"
    ACT = "act"
    VIEW = "view"


_SPEECH = """
say tell add ask answer reply respond explain note state announce declare claim argue insist maintain contend
assert allege report warn caution suggest acknowledge admit concede confirm deny reveal disclose recall observe
remark comment mention stress emphasize emphasise underline reiterate repeat continue conclude write tweet post
shout yell cry whisper joke quip lament complain boast brag predict estimate forecast promise vow pledge swear
testify recount describe read counter retort snap scream mutter elaborate clarify inform notify indicate signal
hint imply show find tout assure advise exclaim chant interject reckon proclaim opine relate quote cite restate
bemoan gush chide muse profess charge summarize summarise point go"""
_ACT = """
accuse blame criticize criticise praise condemn denounce slam blast welcome thank congratulate dismiss reject
refute dispute question challenge defend decry deplore hail laud endorse support oppose mock ridicule urge order
demand call recommend propose request beg plead implore invite encourage discuss outline address apologize
apologise appeal threaten object protest attack decline refuse agree disagree compare liken label brand dub
portray characterize characterise depict highlight reference document detail rule raise press lash rip tell
speak talk deride bash lambaste scold rebuke applaud salute tout back commend credit salute warn instruct direct
command forbid link chastise demean veto invoke underscore echo espouse advocate champion cheer unveil pitch
tease list persuade convince ask vow plan pledge promise"""
_VIEW = """
think believe hope expect fear worry want wish feel know understand realize realise doubt suspect consider see
view regard assume imagine wonder decide intend seek aim prefer like love hate admire learn judge favor favour
envision foresee anticipate remember forget guess suppose dream desire care mean trust resent regret appreciate
respect perceive recognize recognise interpret conclude contemplate weigh ponder embrace accept"""

_IRREGULAR = {
    lemma: forms.split()
    for lemma, forms in (
        line.split(":")
        for line in """say: said
tell: told;write: wrote written;read: read;find: found;swear: swore sworn;think: thought
know: knew known;see: saw seen;feel: felt;understand: understood;mean: meant;seek: sought;forbid: forbade forbidden
speak: spoke spoken;go: went;show: showed shown;forget: forgot forgotten;foresee: foresaw foreseen;beg: begged begging
dream: dreamt dreamed;quip: quipped quipping;brag: bragged bragging;snap: snapped snapping;slam: slammed slamming
plan: planned planning;dub: dubbed dubbing;rip: ripped ripping;admit: admitted admitting;plead: pleaded pled
regret: regretted regretting;label: labeled labelled labeling labelling
signal: signaled signalled signaling signalling;forecast: forecast""".replace("\n", ";").split(";")
    )
}
"""Forms that do not follow from the verb by the common rules."""
_UNFINISHED = {"go", "point", "rule", "raise", "press", "lash"}  # cues only with the word behind them
_PHRASES = {
    "go": {"on"}, "point": {"out", "to"}, "rule": {"out", "that"}, "raise": {"questions", "concerns", "doubts", "the"},
    "press": {"for"}, "lash": {"out"}, "call": {"for", "on", "it", "the", "him", "her"},
}  # fmt: skip

NOUNS = word_set(
    """claim claims statement statements promise promises pledge vow call calls demand demands view views belief
    assertion assertions allegation allegations accusation accusations comment comments remark remarks warning
    warnings criticism concern concerns fear fears hope hopes argument idea ideas plan plans opinion proposal threat
    threats suggestion admission confession refusal declaration announcement desire determination insistence message
    question questions opposition support commitment contention rhetoric account report"""
)
"""Nouns that tell of what their possessor said or thinks."""


def _forms(lemma: str) -> Iterator[str]:
    yield lemma
    yield (
        lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "o")) else "s")
        if not _ends_in_y(lemma)
        else lemma[:-1] + "ies"
    )
    irregular = _IRREGULAR.get(lemma, [])
    yield from irregular
    if lemma not in _IRREGULAR or not irregular or irregular[0].endswith(("ed", "ing")):
        yield lemma + "d" if lemma.endswith("e") else lemma[:-1] + "ied" if _ends_in_y(lemma) else lemma + "ed"
    yield lemma[:-1] + "ing" if lemma.endswith("e") and not lemma.endswith("ee") else lemma + "ing"


def _ends_in_y(lemma: str) -> bool:
    return lemma.endswith("y") and lemma[-2] not in "aeiou"


def _table() -> dict[str, tuple[str, CueKind]]:
    table: dict[str, tuple[str, CueKind]] = {}
    for words, kind in ((_SPEECH, CueKind.SPEECH), (_VIEW, CueKind.VIEW), (_ACT, CueKind.ACT)):
        for lemma in words.split():
            for form in _forms(lemma):
                table.setdefault(form, (lemma, kind))
    return table


_TABLE = _table()


def cue_of(word: str, following: str) -> tuple[str, CueKind] | None:
    """Return the verb that a word is a form of and what it tells, if it is a cue with the word that follows."""
    found = _TABLE.get(word)
    if found is None:
        found = _TABLE.get(word.lower())
    if found is not None and found[0] in _UNFINISHED and following.lower() not in _PHRASES[found[0]]:
        return None
    return found

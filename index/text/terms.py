"""Text to search terms: lower case, no stop words, stemmed. The same for articles, questions and sentences."""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import Stemmer

from index.article import Article, Passage, Span

ACCENTS = r"\u0300-\u036f"
"""Characters that stand behind a letter and belong to it, as a set of a regular expression has them."""
_WORD = re.compile(
    r"\d+(?:[.,]\d+)*|(?:[^\W\d_]\.){2,}"
    rf"|[^\W\d_]+(?:[{ACCENTS}]+[^\W\d_]*)*(?:['’][^\W\d_]+)*|\w+"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_POSSESSIVE = re.compile(r"['’]s?$")

_STOP_WORDS = """
a about after all also an and any are as at be because been before being but by can could did do does doing down
during each for from had has have having he her here hers him his how i if in into is it its itself just like me
many more most much my no nor not now of off on once only or other our out over own s said same say says she should so
some such t tell than that the their them then there these they this those through to too under until up us very was we
were what when where which while who whom whose why will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

_SHORTHAND = {
    "ppl": "people",
    "govt": "government",
    "dept": "department",
    "intl": "international",
    "yr": "year",
    "yrs": "years",
    "hrs": "hours",
    "mins": "minutes",
    "tmrw": "tomorrow",
    "wats": "what",
    "wht": "what",
    "u": "you",
    "ur": "your",
    "cuz": "because",
    "abt": "about",
    "tho": "though",
    "thru": "through",
    "smth": "something",
    "bday": "birthday",
    "wknd": "weekend",
    "pls": "please",
    "plz": "please",
}
"""What people type for longer words, where it is no other word."""

_WITHOUT_APOSTROPHES = """
aint arent cant couldnt didnt doesnt dont gonna gotta hadnt hasnt havent hes im isnt ive shes shouldnt thats theres
theyre theyve wanna wasnt werent weve whos whys wont wouldnt youre youve
"""
_NO_TERMS = STOP_WORDS.union(_WITHOUT_APOSTROPHES.split())
"""Stop words, also as people type them: no article holds those, so that each would be the rarest word of a message."""

_local = threading.local()


def words_of(text: str) -> list[str]:
    """Return the words and numbers of `text` in order, lower case, without thousands separators and possessives.

    "US" and "U.S." both become "usa": in lower case the country would read as the pronoun.
    """
    return [_normalise(word) for word in _WORD.findall(text)]


def terms_of(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in order, repeats kept."""
    return [term for term, _ in terms_as_written(text)]


def terms_as_written(text: str) -> Iterator[tuple[str, str]]:
    """Yield the stems of the words that carry meaning, in order, each with the word as it is written."""
    return ((term, word) for word in _WORD.findall(text) if (term := _term_of(word)))


def plain_words(text: str) -> Iterator[Span]:
    """Yield where the words of `text` stand that are letters only, without possessives."""
    for found in _WORD.finditer(text):
        word = _POSSESSIVE.sub("", found[0])
        if word.isalpha():
            yield Span(found.start(), found.start() + len(word))


def search_text(article: Article, passage: Passage) -> str:
    """Return what words are searched for a passage: its article's title and date, then its own, which alone are
    embedded."""
    dated = f"{article.published_at:%-d %B %Y}. " if article.published_at else ""
    return f"{article.title}. {dated}{passage.span.slice(article.text)}"


@lru_cache(1 << 15)
def _term_of(written: str) -> str:
    """Return the stem of a word as it is written; empty for a stop word. Few words make up most of any text."""
    word = _normalise(written)
    return "" if word in _NO_TERMS else str(_stemmer().stemWord(word))


def _normalise(word: str) -> str:
    if word[0].isdigit():
        return _THOUSANDS.sub("", word)
    if word in ("US", "U.S."):
        return "usa"
    if word[1:2] == ".":
        return word.replace(".", "").lower()
    if word.isalpha():  # nearly every word: nothing to be cut off
        word = word.lower()
        return _SHORTHAND.get(word, word)
    return unicodedata.normalize("NFC", _POSSESSIVE.sub("", word.lower()).replace("’", "'"))


def _stemmer() -> Stemmer.Stemmer:
    """Return one stemmer a thread: PyStemmer's objects must not be shared between threads."""
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    stemmer: Stemmer.Stemmer = _local.stemmer
    return stemmer

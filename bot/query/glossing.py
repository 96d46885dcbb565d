"""Glosses: a message in another language put into English word by word, to search English articles with.

A word list a language in `bot/query/lexicons/` says what its words and short phrases mean. Words that it lacks are
names or the same in both languages, so they stay as they are. A gloss is searched and read, and shown as what was
searched; it never stands in a quote.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import Stemmer

IsHeld = Callable[[str], bool]
"""Whether articles hold a word as it is written."""
_STEMMERS: Final = {
    "de": "german",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pl": "polish",
    "pt": "portuguese",
    "ru": "russian",
}
GLOSSED_LANGUAGES: Final = frozenset(_STEMMERS)
"""The languages of which there is a word list."""
_COMPOUNDING: Final = frozenset({"de", "nl"})
_NAMES_ARE_DECLINED: Final = frozenset({"pl", "ru"})
_LONGEST_ENDING: Final = 2
_LINKING: Final = ("", "s", "es", "n", "en", "e")
"""What may stand between the parts of a compound."""
_SHORTEST_PART: Final = 4
_SHORTEST_HELD: Final = 4
"""Letters from which on a word that articles hold is rather theirs than an ending of a foreign one."""
_NO_MEANING: Final = "-"
_WORD: Final = re.compile(r"[^\W_]+")
_LONGEST_PHRASE: Final = 4
_LATIN: Final = str.maketrans(
    dict(zip("абвгдеёзийклмнопрстуфыэіґ", "abvgdeeziyklmnoprstufyeig", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": ""}
    | {"ю": "yu", "я": "ya", "ї": "yi", "є": "ye"}
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the words of a language mean in English, "" where they mean nothing alone.

    `phrases`: by one to four words in lower case; `folded`: the same without accents; `stems`: by the stem of single
    words.
    """

    language: str
    phrases: Mapping[str, str]
    folded: Mapping[str, str]
    stems: Mapping[str, str]

    @classmethod
    def read(cls, language: str, lines: Sequence[str]) -> "Lexicon":
        """Read lines of an English word or phrase, a tab, and the forms that mean it, the likeliest first.

        Of several meanings of a form the one counts for which it is named first.
        """
        meanings = sorted(
            (
                (place, number, form.strip().lower(), "" if english == _NO_MEANING else english)
                for number, (english, forms) in enumerate(line.rstrip("\n").split("\t") for line in lines)
                for place, form in enumerate(forms.split(","))
            ),
        )
        stemmer = Stemmer.Stemmer(_STEMMERS[language])
        phrases: dict[str, str] = {}
        folded: dict[str, str] = {}
        stems: dict[str, str] = {}
        for _, _, form, english in meanings:
            words = _WORD.findall(form)
            phrases.setdefault(" ".join(words), english)
            folded.setdefault(_fold(" ".join(words)), english)
            if len(words) == 1:
                stems.setdefault(_fold(stemmer.stemWord(words[0])), english)
        return cls(language, phrases, folded, stems)

    def gloss(self, text: str, is_held: IsHeld) -> str:
        """Return the text in English, word by word; the longest phrases that are known first."""
        words = _WORD.findall(text)
        return " ".join(filter(None, self._meanings(words, is_held))) + ("?" if "?" in text else "")

    def _meanings(self, words: Sequence[str], is_held: IsHeld) -> Iterator[str]:
        stemmer = Stemmer.Stemmer(_STEMMERS[self.language])
        start = 0
        while start < len(words):
            length, meaning = self._phrase_at(words, start)
            yield meaning if meaning is not None else self._meaning_of(words[start], stemmer, is_held)
            start += length

    def _phrase_at(self, words: Sequence[str], start: int) -> tuple[int, str | None]:
        """Return the length of the longest known phrase from here on, and what it means; one word and None if there is
        none."""
        for length in range(min(_LONGEST_PHRASE, len(words) - start), 0, -1):
            phrase = " ".join(words[start : start + length]).lower()
            meaning = self.phrases.get(phrase, self.folded.get(_fold(phrase)))
            if meaning is not None:
                return length, meaning
        return 1, None

    def _meaning_of(self, word: str, stemmer: Stemmer.Stemmer, is_held: IsHeld) -> str:
        """Return what a word means that is no known phrase: a name, an inflected word, a compound, or what it is."""
        if len(word) >= _SHORTEST_HELD and is_held(word):
            return word
        by_stem = self.stems.get(_fold(stemmer.stemWord(word.lower())))
        if by_stem is not None:
            return by_stem
        parts = self._parts_of(word.lower(), stemmer) if self.language in _COMPOUNDING else None
        return parts or self._name_in(in_latin(word), is_held)

    def _name_in(self, word: str, is_held: IsHeld) -> str:
        """Return a name without the ending of its case, where articles hold it so; else the word."""
        if self.language not in _NAMES_ARE_DECLINED:
            return word
        shorter = (word[:-cut] for cut in range(1, _LONGEST_ENDING + 1) if len(word) - cut >= _SHORTEST_HELD)
        return next(filter(is_held, shorter), word)

    def _parts_of(self, word: str, stemmer: Stemmer.Stemmer) -> str | None:
        """Return what the two parts of a compound mean, of which the shorter is as long as can be; None if none is."""
        found: list[tuple[int, str]] = []
        for end in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
            second = self._known(word[end:], stemmer)
            if not second:
                continue
            for link in _LINKING:
                first = self._known(word[:end].removesuffix(link), stemmer) if word[:end].endswith(link) else None
                if first:
                    found.append((min(end, len(word) - end), f"{first} {second}"))
                    break
        return max(found)[1] if found else None

    def _known(self, word: str, stemmer: Stemmer.Stemmer) -> str | None:
        if len(word) < _SHORTEST_PART - 1:
            return None
        return self.phrases.get(word) or self.stems.get(_fold(stemmer.stemWord(word)))


@lru_cache
def lexicon_of(language: str) -> Lexicon:
    """Return the word list of one of `GLOSSED_LANGUAGES`, read once."""
    path = files("bot.query") / "lexicons" / f"{language}.tsv"
    return Lexicon.read(language, path.read_text(encoding="utf-8").splitlines())


def is_of(word: str, language: str) -> bool:
    """Return whether a word, in lower case, is in the word list of a language; False where there is no list."""
    if language not in GLOSSED_LANGUAGES:
        return False
    lexicon = lexicon_of(language)
    return word in lexicon.phrases or _fold(word) in lexicon.folded


def in_latin(word: str) -> str:
    """Return a word in Latin letters, as names from Cyrillic are mostly written in English; any other as it is."""
    written = word.lower().translate(_LATIN)
    if written == word.lower():
        return word
    return written.capitalize() if word[:1].isupper() else written


def _fold(text: str) -> str:
    """Return a text without accents."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ł", "l"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))

"""Whether a message only asks for another one to be checked: "is this true?", "stimmt das?"."""

import re
from typing import Final

_REQUEST: Final = re.compile(
    r"(?:please|pls|bitte|hey|hi|hallo)?[\s,]*"
    r"(?:(?:can|could) you |k[oö]nnt?est du |kannst du )?"
    r"(?:"
    r"(?:fact[\s-]*)?check(?:e?n)?(?: (?:this|that|it|das|dies|es))?(?: out)?"
    r"|verify(?: (?:this|that|it))?"
    r"|(?:is|was) (?:this|that|it)(?: quote| quotation| claim)?(?: really)?"
    r" (?:true|real|right|correct|accurate|genuine|authentic|fake|verbatim)"
    r"|(?:is|was) (?:this|that) (?:a )?(?:real|genuine|true|fake) (?:quote|quotation|claim)"
    r"|(?:true|real|fake|really|source|quelle|wirklich|echt|wahr|falsch)"
    r"|did (?:he|she|they) (?:really |actually )?say (?:this|that|it|so)"
    r"|stimmt (?:das|es|dies)(?: so| wirklich)?"
    r"|ist (?:das|dies|es)(?: zitat)?(?: wirklich)? (?:wahr|echt|richtig|korrekt|falsch|w[oö]rtlich)"
    r"|hat (?:er|sie) das (?:wirklich |so |tats[aä]chlich )?gesagt"
    r"|(?:[uü]ber)?pr[uü]f(?:e|en)?(?: (?:das|es|dies))?(?: (?:mal|bitte|nach))*"
    r")[\s,]*(?:please|pls|bitte)?[\s?!.]*",
    re.IGNORECASE,
)


def asks_to_check(message: str) -> bool:
    """Return whether a message asks nothing but whether another one is true."""
    return _REQUEST.fullmatch(" ".join(message.split())) is not None

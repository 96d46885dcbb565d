"""Who is named right beside a quotation without a word for speaking: “Name: ‘...’”, “‘...’ (Name)”, “as Name put it”.

Only people with a given name that is known count: "Breaking news: ..." names nobody.
"""

import re
from typing import Final

from index import Span
from index.attribution import Attribution, Speaker
from index.attribution.people import is_given_name

_NAME: Final = r"(?P<name>[A-Z][\w'’.-]*(?: (?:de|del|van|von|der|bin|al|[A-Z][\w'’.-]*)){1,3})"
_ROLE: Final = r"(?:, (?P<role>[^:()\n“”„«»\"]{1,60}))?"
_IN_FRONT: Final = re.compile(rf"(?:^|[\n.!?;]\s*){_NAME}{_ROLE}:\s*$")
_AS_PUT: Final = re.compile(rf"\b[Aa]s {_NAME}{_ROLE}(?:,)? (?:put|puts|has put) it[,:]?\s*$")
_BEHIND: Final = re.compile(rf"[^\w(\n]*\({_NAME}{_ROLE}\)")
_MARKS: Final = " \t\"'“”„‘’«»‹›"
_SIGHT: Final = 160


def named_beside(text: str, span: Span) -> Attribution | None:
    """Return who is named in front of a quotation or behind it; None where nobody is."""
    start = max(0, span.start - _SIGHT)
    in_front = text[start : span.start].rstrip(_MARKS)
    found = _IN_FRONT.search(in_front) or _AS_PUT.search(in_front)
    if found is None:
        start = span.end
        found = _BEHIND.match(text[span.end : span.end + _SIGHT])
    if found is None or not is_given_name(found["name"].partition(" ")[0]):
        return None
    mention = Span(start + found.start("name"), start + found.end("name"))
    return Attribution(span, "direct", mention, None, Speaker(found["name"], found["role"], True), True)

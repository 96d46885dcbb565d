"""Writes an Atom feed (RFC 4287)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

_ATOM: Final = "http://www.w3.org/2005/Atom"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold."""

register_namespace("", _ATOM)


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What a feed says of itself; `id` never changes, `address` is where it is fetched."""

    id: str
    title: str
    updated: datetime
    address: str
    page: str
    author: str
    language: str


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry; `id` never changes. `content` is HTML."""

    id: str
    title: str
    updated: datetime
    page: str
    content: str


def atom_feed(head: FeedHead, entries: Sequence[FeedEntry]) -> bytes:
    """Return the document, in UTF-8."""
    feed = Element(f"{{{_ATOM}}}feed", {_LANG: head.language})
    _begin(feed, head.id, head.title, head.updated)
    _add(_child(feed, "author"), "name", head.author)
    _child(feed, "link", rel="self", type="application/atom+xml", href=head.address)
    _child(feed, "link", rel="alternate", type="text/html", href=head.page)
    for one in entries:
        entry = _child(feed, "entry")
        _begin(entry, one.id, one.title, one.updated)
        _child(entry, "link", rel="alternate", type="text/html", href=one.page)
        _child(entry, "content", type="html").text = _NO_XML.sub("\ufffd", one.content)
    body: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


def _begin(element: Element, name: str, title: str, updated: datetime) -> None:
    _add(element, "id", name)
    _add(element, "title", title)
    _add(element, "updated", updated.isoformat())


def _add(parent: Element, tag: str, text: str) -> None:
    _child(parent, tag).text = _NO_XML.sub("\ufffd", text)


def _child(parent: Element, tag: str, **attributes: str) -> Element:
    return SubElement(parent, f"{{{_ATOM}}}{tag}", attributes)

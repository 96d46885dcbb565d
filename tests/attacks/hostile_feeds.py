"""What publishers who mean harm serve: by name, the feeds of each attack, and the pages that they lead to."""

import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from tests.index.ingest.test_sources_web import page_of
from tests.web import Page, Site

LIE: Final = (
    "A harbour on the moon was bought for 99 million florins, and the astronomers of Ulm were glad of it. " * 13
)
_HOSTS: Final = 30


def _feed(*items: str) -> Page:
    return Page(f'<rss version="2.0"><channel>{"".join(items)}</channel></rss>', kind="text/xml")


def _item(link: str, rest: str = "", title: str = "News") -> str:
    return f"<item><title>{title}</title><link>{link}</link><guid>{link[:50]}</guid>{rest}</item>"


def _author(_: Site) -> Page:
    """An e-mail address that a pattern of the library goes back and forth over."""
    return _feed(_item("/a", f"<author>{'a.' * 200_000}</author>"))


def _comments(_: Site) -> Page:
    """Comments that begin and never end."""
    return _feed(_item("/b", f"<description><![CDATA[{'<!--' * 100_000}]]></description>"))


def _attributes(site: Site) -> Page:
    """A page of one tag with very many attributes."""
    attributes = " ".join(f"a{number}=x" for number in range(60_000))
    site.pages["/attributes"] = Page(f"<html><body><div {attributes}>{'word ' * 200}</div></body></html>")
    return _feed(_item(site.url("/attributes", "attributes.example")))


def _tables(site: Site) -> Page:
    """A page of very many small tables."""
    site.pages["/tables"] = Page(f"<html><body>{'<table><tr><td>a word</td></tr></table>' * 15_000}</body></html>")
    return _feed(_item(site.url("/tables", "tables.example")))


def _title(_: Site) -> Page:
    """A title as long as a book, over a text of many passages."""
    story = " ".join(f"Sentence number {number} says something else again." for number in range(4_000))
    return _feed(_item("/long", f"<description>{story}</description>", title="word " * 80_000))


def _rules(site: Site) -> Page:
    """Many hosts, each with rules for robots that fill half a megabyte."""
    rules = "User-agent: *\n" + "".join(f"Disallow: /*/{number}*x\n" for number in range(24_000))
    site.pages["/robots.txt"] = Page(rules[:500_000], kind="text/plain")
    return _feed(*(_item(site.url(f"/rules/{number}", f"n{number}.example")) for number in range(_HOSTS)))


def _document(site: Site) -> Page:
    """A PDF of a few kilobytes that holds a hundred million characters."""
    site.pages["/bomb.pdf"] = Page(shared_pages(words=20_000_000, pages=5), kind="application/pdf")
    return _feed(_item(site.url("/bomb.pdf", "bomb.example")))


def _words(_: Site) -> Page:
    """Words of its own under another publisher's address."""
    return _feed(_item("https://courier.example/bridge", f"<description>{LIE}</description>"))


def _link(_: Site) -> Page:
    """Links that are no addresses."""
    return _feed(_item("http://xn--/"), _item("http://xn--a"))


ATTACKS: Final[Mapping[str, Callable[[Site], Page]]] = MappingProxyType(
    {
        "H1 author": _author,
        "H1 comments": _comments,
        "H2 attributes": _attributes,
        "H2 tables": _tables,
        "H3 title": _title,
        "H3 robots": _rules,
        "H3 pdf": _document,
        "H4 words": _words,
        "H5 link": _link,
    }
)


def serve_attacks(site: Site, *names: str) -> list[str]:
    """Serve the feeds of these attacks, and an honest one; return the addresses of all, the honest one last."""
    site.pages["/story"] = Page(page_of())
    feeds = {name.lower().replace(" ", "-"): ATTACKS[name](site) for name in names}
    feeds["honest"] = _feed(_item(site.url("/story", "honest.example")))
    for name, feed in feeds.items():
        site.pages[f"/{name}.xml"] = feed
    return [site.url(f"/{name}.xml", f"{name}.example") for name in feeds]


def shared_pages(words: int, pages: int) -> bytes:
    """A PDF whose pages all show the same text of so many letters."""
    stream = zlib.compress(b"BT /F1 12 Tf 72 720 Td (" + b"a" * words + b") Tj ET", 9)
    kids = b" ".join(b"%d 0 R" % (5 + page) for page in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(stream) + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *[
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 3 0 R "
            b"/Resources << /Font << /F1 4 0 R >> >> >>"
        ]
        * pages,
    ]
    content, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(content))
    return content + head + table + trailer

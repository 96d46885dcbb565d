"""Web pages and PDFs: what the extractor gives is stored, and a broken one costs that file only."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from index.article import Article, Skipped
from index.ingest.sources import read_articles
from index.text.cleaning import find_debris

PARAGRAPHS = [
    "At least 49 servicemen were killed on Tuesday in clashes that were the deadliest since the war in 2020.",
    "The prime minister told parliament that “this is not the final number”, and asked for help from abroad.",
]
PAGE = f"""<html><head><title>Talks fail in Geneva | The Site</title>
<meta property="og:title" content="Talks fail in Geneva"><meta property="og:site_name" content="The Site">
<meta property="article:published_time" content="2022-09-13T10:00:00Z">
<link rel="canonical" href="https://site.example/talks"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Talks fail in Geneva</h1>
<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p></article><footer>© 2022 The Site</footer></body></html>"""


def read_one(path: Path, content: bytes) -> Article | Skipped:
    path.write_bytes(content)
    (item,) = read_articles(path)
    return item


def make_pdf(text: str, *, title: str = "", password: str = "") -> bytes:
    """Return a PDF of one page that says `text`, written by hand, then locked by pypdf if there is a password."""
    stream = b"BT /F1 12 Tf 72 720 Td (" + text.encode() + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(content))
        content += str(number).encode() + b" 0 obj\n" + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n"
    writer = pypdf.PdfWriter(clone_from=BytesIO(content + trailer + str(len(content)).encode() + b"\n%%EOF"))
    if title:
        writer.add_metadata({"/Title": title})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_page_gives_its_article_with_what_it_says_of_it(tmp_path: Path, encoding: str) -> None:
    article = read_one(tmp_path / "talks.html", PAGE.encode(encoding))
    assert article == Article(
        id="talks.html",
        title="Talks fail in Geneva",
        text="\n".join(["Talks fail in Geneva", *PARAGRAPHS]),
        source="The Site",
        published_at=datetime(2022, 9, 13, tzinfo=UTC),
        url="https://site.example/talks",
    )
    assert [span.slice(article.text) for span in find_debris(article.text, article.title)] == [article.title]


def test_page_without_an_article_is_skipped(tmp_path: Path) -> None:
    reason = "holds no article text: only menus, scripts or too few words"
    assert read_one(tmp_path / "a.htm", b"<html><body></body></html>") == Skipped("a.htm", reason)
    assert read_one(tmp_path / "b.html", b"") == Skipped("b.html", reason)


def test_pdf_gives_the_text_of_its_pages_and_its_title(tmp_path: Path) -> None:
    assert read_one(tmp_path / "a.pdf", make_pdf("The two sides met.", title="Talks fail")) == Article(
        "a.pdf", "Talks fail", "The two sides met."
    )
    assert read_one(tmp_path / "late_talks.pdf", make_pdf("They met.", title="draft3.docx")) == Article(
        "late_talks.pdf", "Late talks", "They met."
    )


def test_pdf_that_is_locked_empty_or_broken_is_skipped(tmp_path: Path) -> None:
    assert read_one(tmp_path / "a.pdf", make_pdf("They met.", password="secret")) == Skipped(
        "a.pdf", "is locked with a password"
    )
    assert read_one(tmp_path / "b.pdf", make_pdf("")) == Skipped(
        "b.pdf", "holds no text, only pictures of it; run a text recogniser (OCR) over it first"
    )
    broken = read_one(tmp_path / "c.pdf", b"%PDF-1.4 and nothing else")
    assert isinstance(broken, Skipped)
    assert broken.reason.startswith("is not a PDF that can be read: ")


def test_pdf_locked_with_an_empty_password_is_read(tmp_path: Path) -> None:
    reader = pypdf.PdfReader(BytesIO(make_pdf("The two sides met.")))
    writer = pypdf.PdfWriter(clone_from=reader)
    writer.encrypt("", owner_password="owner", algorithm="RC4-128")
    written = BytesIO()
    writer.write(written)
    assert read_one(tmp_path / "some_talks.pdf", written.getvalue()) == Article(
        "some_talks.pdf", "Some talks", "The two sides met."
    )

"""Articles, addresses and requests of people who mean harm, against the pages: none of it runs, loads or leads on."""

import asyncio
import html
import logging
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
import pytest_asyncio

from bot.adapters.permalinks import article_path, reading_path
from index import Article
from tests.bot.examples import BRIDGE, FERRY
from tests.bot.web.site import Site, served_site

_SCRIPT = "<script>document.title='owned'</script>"
HOSTILE = Article(
    id='hostile"><img src=x onerror=alert(1)>/../x?y#z',
    title=f"Museum </title>{_SCRIPT} reopens\u202e\x00\x1b[31m",
    text=(
        f"The museum reopened on Monday.\r\n\r\n{_SCRIPT}<style>body{{display:none}}</style>"
        '<img src="https://evil.example/x.png" onerror="alert(1)"><a href="javascript:alert(1)">tap</a>'
        '<iframe srcdoc="x"></iframe></div></article><form action="https://evil.example/"><input name="token">'
        "<base href='//evil.example/'><meta http-equiv=refresh content='0;url=//evil.example'> &lt;b&gt; {{ 7*7 }} "
        "\x00 \x0b <!-- --> ]]> 'quoted' \"twice\" said director Nora Vale."
    ),
    source=f'Gazette"{_SCRIPT}',
    url="javascript:alert(document.cookie)",
)
_NAMES = """
html head meta title link script body a header span nav main article p bdi h1 time div section figure blockquote del ins
figcaption details summary label textarea button mark footer code form input ol ul li h2 h3 strong svg path dl dt dd
"""
_ELEMENTS = frozenset(_NAMES.split())


class _Reader(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.scripts = ""
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.elements.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts += data

    def addresses(self) -> set[str]:
        """All that it loads, links to or sends to."""
        return {value for _, name, value in self.attributes if name in ("href", "src", "action", "srcdoc", "data")}


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with served_site(tmp_path, [BRIDGE, FERRY, HOSTILE]) as site:
        yield site


def _assert_inert(page: str) -> None:
    read = _Reader(page)
    assert read.elements <= _ELEMENTS
    assert read.scripts == ""
    assert [name for _, name, _ in read.attributes if name.startswith("on") or name == "style"] == []
    assert [each for each in read.addresses() if not re.match(r"/|#|\?|https://courier\.example/", each)] == []


@pytest.mark.parametrize("query", ["", "?q=0-30", "?q=0-9&q=34-200"])
async def test_nothing_an_article_says_runs_or_loads(site: Site, query: str) -> None:
    page = await site.client.get(reading_path(HOSTILE.id, HOSTILE.revision) + query)
    assert page.status_code == 200
    _assert_inert(page.text)
    shown = page.text.partition('<div id="text"')[2].partition(">")[2].partition("</div>")[0]
    told = html.unescape(re.sub(r"<[^>]*>", "", shown).replace("&#13;", "\x01")).replace("\x01", "\r")
    assert told == HOSTILE.text.replace("\x00", "\ufffd")
    assert "default-src 'none'; script-src 'self'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/sources", "/sources?words=%22%3E%3Cscript%3E", "/a/x%22%3E%3Cscript%3E/"])
async def test_no_page_runs_what_others_wrote(site: Site, path: str) -> None:
    await site.ask(f"Who is the director of the museum? {_SCRIPT}")
    _assert_inert((await site.client.get(path)).text)


async def test_what_is_checked_runs_nothing(site: Site) -> None:
    checked = await site.send("/check", text=f"“The museum reopened on Monday.” {_SCRIPT} “{_SCRIPT}”")
    assert checked.status_code == 200
    _assert_inert(checked.text)
    fields, cross = {"text": "x", "token": await site.token()}, {"Sec-Fetch-Site": "cross-site"}
    assert (await site.client.post("/check", data=fields, headers=cross)).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/../website.py",
        "/static/..%2fwebsite.py",
        "/static/%2e%2e/website.py",
        "/static//etc/passwd",
        "/static/site.css%00.html",
        "/a/../../etc/passwd",
        "/a/..%2f..%2fetc%2fpasswd/0123456789abcdef",
        "/a/bridge/0123456789ABCDEF",
        f"/a/bridge/{BRIDGE.revision}/",
        f"/a/bridge%00/{BRIDGE.revision}",
        f"/a/%ff%fe/{BRIDGE.revision}",
        "/context/../../x/1",
        "/templates/base.html",
    ],
)
async def test_paths_lead_to_articles_and_style_alone(site: Site, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.client.base_url.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert answer.split()[1] in (b"404", b"410", b"400")
    assert b"import" not in answer


async def test_an_id_that_looks_like_a_path_is_an_id(site: Site) -> None:
    led = await site.client.get(article_path(HOSTILE.id))
    assert (led.status_code, led.headers["location"]) == (302, reading_path(HOSTILE.id, HOSTILE.revision))


@pytest.mark.parametrize("name", ["question", "reply", "vote"])
async def test_no_header_can_be_smuggled_in(site: Site, name: str) -> None:
    await site.ask()
    for path in ("/ask", "/vote"):
        answer = await site.send(path, **{name: "x\r\nSet-Cookie: owned=1\r\n\r\n<script>"})
        assert "owned" not in str(answer.headers)
    led = await site.client.get("/a/x%0d%0aSet-Cookie:%20owned=1")
    assert "owned" not in str(led.headers)
    forwarded = await site.client.get(
        "/a/bridge", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "x"}
    )
    assert "evil" not in forwarded.headers["location"]


async def test_bodies_without_end_and_odd_ones_are_refused(site: Site) -> None:
    token = await site.token()
    large = await site.client.post("/ask", content=b"question=" + b"a" * 10_000_000)
    assert large.status_code == 413
    file = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n--x--'
    for kind, body in (
        ("multipart/form-data; boundary=x", file),
        ("multipart/form-data", b"nonsense"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(2_000))),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"question=\xff\xfe%ff"),
    ):
        answer = await site.client.post("/ask", content=body, headers={"Content-Type": kind})
        assert answer.status_code in (400, 403)
    odd = f"token={token}&question=%ED%A0%80%00+bridge".encode()
    as_form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await site.client.post("/ask", content=odd, headers=as_form)).status_code == 303


async def test_heads_without_end_are_refused(site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.client.base_url.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000)
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(1_000), 5)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")


async def test_no_question_and_no_cookie_is_logged(site: Site) -> None:
    written = StringIO()
    handler, root, level = logging.StreamHandler(written), logging.getLogger(), logging.getLogger().level
    handler.addFilter(lambda record: not record.name.startswith(("httpx", "httpcore")))  # the test's own client
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        await site.ask("Who opened the xylophone bridge again?")
        await site.client.get("/sources?words=xylophone")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert "answered in" in written.getvalue() or "refused in" in written.getvalue()
    assert "xylophone" not in written.getvalue()
    assert site.client.cookies["newsquote"] not in written.getvalue()


async def test_a_cookie_is_for_this_site_and_no_script(site: Site) -> None:
    given = (await site.client.get("/")).headers["set-cookie"]
    assert "HttpOnly" in given
    assert "SameSite=lax" in given

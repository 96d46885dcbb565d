"""Fetching from the web: what is let in, what is not, and what is said about it. Over real connections."""

import asyncio
import gzip
import shutil
import ssl
import subprocess
import zlib
from collections.abc import Iterator, Sequence
from email.message import Message
from pathlib import Path

import pytest

from index.errors import FetchError, FetchFailed, FetchRefused
from index.ingest.fetching import Fetched, Fetcher, FetchLimits
from index.ingest.fetching.addresses import check_address, is_public
from tests.web import QUICK, Page, Site, serve_site

_HTML = frozenset({"text/html"})


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve one page, and no robots.txt."""
    with serve_site() as site:
        site.pages["/story"] = Page("<p>Hello</p>", headers={"ETag": '"1"', "Last-Modified": "yesterday"})
        yield site


def _get(fetcher: Fetcher, url: str, **validators: str) -> Fetched:
    return asyncio.run(fetcher.get(url, _HTML, **validators))


def _refusal(fetcher: Fetcher, url: str, error: type[FetchError] = FetchRefused) -> str:
    with pytest.raises(error) as raised:
        _get(fetcher, url)
    return str(raised.value)


def test_a_page_is_fetched_from_the_address_that_was_checked(site: Site) -> None:
    """The system's resolver knows no news.example: one more look-up, where it could change, would fail."""
    fetched = _get(site.fetcher(), site.url("/story#part"))

    assert fetched == Fetched(site.url("/story"), "text/html", b"<p>Hello</p>", '"1"', "yesterday")
    assert site.requests == [(f"news.example:{site.port}", "/robots.txt"), (f"news.example:{site.port}", "/story")]


def test_a_page_that_has_not_changed_is_not_sent_again(site: Site) -> None:
    def unchanged(headers: Message) -> Page:
        return Page(status=304 if headers.get("If-None-Match") == '"1"' else 200, headers={"ETag": '"1"'})

    site.pages["/story"] = unchanged
    fetched = _get(site.fetcher(), site.url("/story"), etag='"1"', last_modified="yesterday")
    assert (fetched.is_unchanged, fetched.content, fetched.etag) == (True, b"", '"1"')


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::1",
        "2001:db8::1", "nonsense", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_open_internet_is_told(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808"])
def test_a_public_address_is_told(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://news.example/a", "gopher://news.example", "javascript:alert(1)", "news.example/a",
        "http://", "https:///a", "http://user:secret@news.example/", "http://news.example:22/", "http://[::1", "",
        "http://news.example/" + "a" * 2000, "http://news.example/" + "ä" * 400,
    ],
)  # fmt: skip
def test_what_is_no_ordinary_web_address_is_refused(url: str) -> None:
    with pytest.raises(FetchRefused):
        check_address(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_this_machine_is_refused_under_whatever_name(host: str, site: Site) -> None:
    """The system's own resolver is asked, which reads numbers in any notation."""
    message = _refusal(Fetcher(QUICK), site.url("/story", host))
    assert "which is not a public address" in message
    assert site.requests == []


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["127.0.0.1", "192.168.0.1"], ["fe80::1"]])
def test_a_name_that_leads_to_a_private_address_is_refused(addresses: list[str], site: Site) -> None:
    message = _refusal(site.fetcher(hosts={"evil.example": addresses}), site.url("/story", "evil.example"))
    assert message == f"evil.example is not fetched: it leads to {addresses[-1]}, which is not a public address"


def test_a_name_that_turns_private_between_two_requests_is_refused(site: Site) -> None:
    answers = iter(["127.0.0.1", "10.0.0.1"])

    async def resolve(host: str, port: int) -> Sequence[str]:
        return [next(answers)]

    message = _refusal(Fetcher(QUICK, resolve=resolve, trusted=site.trusted), site.url("/story"))
    assert "10.0.0.1, which is not a public address" in message
    assert site.paths() == []


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://evil.example/", "it leads to 10.0.0.1, which is not a public address"),
        ("http://169.254.169.254/latest/meta-data/", "it leads to 169.254.169.254, which is not a public address"),
        ("file:///etc/passwd", "only addresses that start with https:// or http:// are"),
        ("http://news.example:22/", "port 22 is not one that web sites use"),
        ("/round", "redirects more than 5 times"),
    ],
)
def test_every_hop_of_a_redirect_is_checked(location: str, reason: str, site: Site) -> None:
    site.pages["/round"] = Page(status=302, headers={"Location": location})
    site.pages["/start"] = Page(status=301, headers={"Location": "/round"})
    hosts = {"evil.example": ["10.0.0.1"], "169.254.169.254": ["169.254.169.254"]}
    assert reason in _refusal(site.fetcher(hosts=hosts), site.url("/start"))


def test_a_redirect_to_another_public_host_is_followed_with_its_own_name(site: Site) -> None:
    site.pages["/old"] = Page(status=301, headers={"Location": site.url("/story", "new.example")})

    fetched = _get(site.fetcher(), site.url("/old"))

    assert fetched.url == site.url("/story", "new.example")
    assert site.requests[-2:] == [
        (f"new.example:{site.port}", "/robots.txt"),
        (f"new.example:{site.port}", "/story"),
    ]


def test_another_address_of_the_host_is_tried_when_one_cannot_be_connected_to(site: Site) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.3", "127.0.0.1"]

    trusted = site.trusted | {("127.0.0.3", site.port)}
    fetched = asyncio.run(Fetcher(QUICK, resolve=resolve, trusted=trusted).get(site.url("/story"), _HTML))
    assert fetched.content == b"<p>Hello</p>"


def test_a_page_of_another_kind_is_refused(site: Site) -> None:
    site.pages["/film"] = Page(b"\0", kind="video/mp4")
    assert _refusal(site.fetcher(), site.url("/film")).endswith("is of the kind video/mp4, which is not read here")


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "100001"}])
def test_a_page_that_is_too_large_is_refused(headers: dict[str, str], site: Site) -> None:
    site.pages["/huge"] = Page(b"x" * 100_001, headers=headers)
    assert _refusal(site.fetcher(), site.url("/huge")).endswith("is larger than 0.1 MB, the most that is read")


def test_a_packed_page_is_unpacked_and_a_bomb_is_stopped_at_the_limit(site: Site) -> None:
    packed = {"Content-Encoding": "gzip"}
    site.pages["/packed"] = Page(gzip.compress(b"<p>Packed</p>"), headers=packed)
    site.pages["/deflated"] = Page(zlib.compress(b"<p>Packed</p>"), headers={"Content-Encoding": "deflate"})
    site.pages["/bomb"] = Page(gzip.compress(b"0" * 50_000_000), headers=packed)
    site.pages["/twice"] = Page(b"", headers={"Content-Encoding": "gzip, gzip"})
    site.pages["/cut"] = Page(gzip.compress(b"<p>Packed</p>")[:-12], headers=packed)
    site.pages["/mess"] = Page(b"not packed at all", headers=packed)
    fetcher = site.fetcher()

    assert _get(fetcher, site.url("/packed")).content == b"<p>Packed</p>"
    assert _get(fetcher, site.url("/deflated")).content == b"<p>Packed</p>"
    assert "is larger than 0.1 MB" in _refusal(fetcher, site.url("/bomb"))
    assert "in a way that is not read (gzip, gzip)" in _refusal(fetcher, site.url("/twice"))
    assert "broke off" in _refusal(fetcher, site.url("/cut"), FetchFailed)
    assert "cannot be unpacked" in _refusal(fetcher, site.url("/mess"), FetchFailed)


def test_a_page_that_drips_is_given_up_when_the_time_is_over(site: Site) -> None:
    """Each byte comes in time; all of them together do not."""
    site.pages["/drip"] = Page(b"x" * 100, drip_seconds=0.05)
    limits = FetchLimits(total_seconds=0.4, step_seconds=0.3, pause_seconds=0)
    message = _refusal(site.fetcher(limits), site.url("/drip"), FetchFailed)
    assert message == "news.example did not send everything within the time it gets (0.4 s)"


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (404, FetchRefused, "the site has no such page (404)"),
        (410, FetchRefused, "the site has removed the page (410)"),
        (403, FetchRefused, "the site refuses us (403)"),
        (204, FetchRefused, "the site gave an answer of no use (204)"),
        (500, FetchFailed, "/page cannot be served just now (500)"),
        (429, FetchFailed, "/page cannot be served just now (429)"),
    ],
)
def test_an_answer_that_is_no_page_says_whether_to_try_again(
    status: int, error: type[FetchError], reason: str, site: Site
) -> None:
    site.pages["/page"] = Page(status=status)
    assert reason in _refusal(site.fetcher(), site.url("/page"), error)


@pytest.mark.parametrize(
    ("retry_after", "seconds"), [("120", 120.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0), ("soon", None)]
)
def test_a_server_can_say_how_long_to_stay_away(retry_after: str, seconds: float | None, site: Site) -> None:
    site.pages["/page"] = Page(status=503, headers={"Retry-After": retry_after})
    with pytest.raises(FetchFailed) as raised:
        _get(site.fetcher(), site.url("/page"))
    assert raised.value.retry_after_seconds == seconds


def test_a_host_that_is_not_there_can_be_tried_again(site: Site) -> None:
    assert "no such host" in _refusal(site.fetcher(hosts={"gone.example": []}), "http://gone.example/", FetchFailed)
    with serve_site() as closed:
        url, fetcher = closed.url("/story"), closed.fetcher()
    assert "news.example is out of reach" in _refusal(fetcher, url, FetchFailed)


def test_robots_txt_is_obeyed_and_read_once(site: Site) -> None:
    rules = "User-agent: *\nDisallow: /\nUser-agent: Newsquote\nDisallow: /private\nAllow: /private/open$\n"
    site.pages |= {"/robots.txt": Page(rules, kind="text/plain"), "/private/open": Page("<p>Open</p>")}
    fetcher = site.fetcher()

    assert _get(fetcher, site.url("/story")).content == b"<p>Hello</p>"
    assert _get(fetcher, site.url("/private/open")).content == b"<p>Open</p>"
    complaint = "news.example does not want programs to fetch /private/a (its robots.txt says so)"
    assert _refusal(fetcher, site.url("/private/a")) == complaint
    site.pages["/aside"] = Page(status=302, headers={"Location": "/private/a"})
    assert _refusal(fetcher, site.url("/aside")) == complaint
    assert [path for _, path in site.requests].count("/robots.txt") == 1
    assert site.paths() == ["/story", "/private/open", "/aside"]


def test_a_site_whose_rules_cannot_be_had_is_left_alone_for_now(site: Site) -> None:
    site.pages["/robots.txt"] = Page(status=503)
    assert "its robots.txt cannot be had now (503)" in _refusal(site.fetcher(), site.url("/story"), FetchFailed)
    assert site.paths() == []


def test_two_documents_of_a_host_are_fetched_apart(site: Site) -> None:
    site.pages["/robots.txt"] = Page("User-agent: *\nCrawl-delay: 0.3\n", kind="text/plain")
    fetcher = site.fetcher()

    async def fetch_both() -> float:
        started = asyncio.get_running_loop().time()
        for _ in range(2):
            await fetcher.get(site.url("/story"), _HTML)
        return asyncio.get_running_loop().time() - started

    assert asyncio.run(fetch_both()) >= 0.3


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Write the certificate of news.example, signed by itself, with its key."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is needed to make a certificate")
    path = tmp_path / "news.pem"
    subject = ["-subj", "/CN=news.example", "-addext", "subjectAltName=DNS:news.example"]
    making = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(path), "-out"]
    subprocess.run([*making, str(tmp_path / "only.pem"), *subject], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + (tmp_path / "only.pem").read_bytes())
    return path


def test_a_certificate_must_be_of_the_host_and_not_of_its_number(certificate: Path) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    names: list[str | None] = []
    serving.sni_callback = lambda connection, name, context: names.append(name)
    with serve_site(serving) as site:
        site.pages["/story"] = Page("<p>Safe</p>")
        fetcher = site.fetcher(ssl_context=ssl.create_default_context(cafile=certificate))

        assert _get(fetcher, site.url("/story")).content == b"<p>Safe</p>"
        assert "certificate" in _refusal(fetcher, site.url("/story", "other.example"), FetchFailed)
        assert "certificate" in _refusal(site.fetcher(), site.url("/story"), FetchFailed)
    assert names[:2] == ["news.example", "news.example"]


def test_no_setting_makes_a_private_address_public() -> None:
    from bot.settings import Settings

    assert not {"trusted", "resolve"} & Settings.model_fields.keys()
    assert Fetcher()._trusted == frozenset()

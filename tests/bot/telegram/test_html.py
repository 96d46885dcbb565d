"""No text may break a message, and no word may be lost on the way into one."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.addresses import safe_url
from bot.adapters.telegram.views.html import (
    Segment,
    displayable,
    plain_text,
    styled,
    to_html,
    words_of_others,
)
from tests.bot.telegram.hostile import hostile_segments, hostile_texts
from tests.botapi.checks import format_text
from tests.botapi.tdparse import parse_html


@given(st.lists(hostile_segments(), max_size=8))
def test_html_parses_to_exactly_the_text_of_the_segments(segments: list[Segment]) -> None:
    assert parse_html(to_html(segments))[0] == plain_text(segments)


@given(hostile_texts)
def test_displayable_text_is_left_alone_the_second_time(text: str) -> None:
    assert displayable(displayable(text)) == displayable(text)


@settings(max_examples=50)
@given(st.text(st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs"))))
def test_words_of_every_script_are_not_altered(text: str) -> None:
    composed = text.replace("\u030a", "")
    assert displayable(composed) == composed


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("nul\x00tab\tbell\x07", "nul tab bell "),
        ("end\u2028start", "end\nstart"),
        ("\u202enever\u202c \u2066said\u2069", "never said"),
        ("lone \ud83d half", "lone \ufffd half"),
        ("A\u030angstro\u0308m", "\u00c5ngstro\u0308m"),
        ("family 👨\u200d👩\u200d👧 and نص\u200f", "family 👨\u200d👩\u200d👧 and نص\u200f"),
    ],
)
def test_what_telegram_drops_or_misdraws_is_made_displayable(stored: str, shown: str) -> None:
    assert displayable(stored) == shown


def test_quoted_neighbours_share_one_blockquote() -> None:
    segments = [
        styled("They "),
        styled("did", quoted=True, bold=True),
        styled(" <not>", quoted=True),
        styled("\n"),
        styled("A & B", url="https://a.example/?x=1&y=2"),
        styled("!", italic=True),
    ]
    assert to_html(segments) == (
        "They <blockquote expandable><b>did</b> &lt;not&gt;</blockquote>\n"
        '<a href="https://a.example/?x=1&amp;y=2">A &amp; B</a><i>!</i>'
    )


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "tg://resolve?domain=x",
        "file:///etc/passwd",
        "https://",
        "https://localhost/",
        "https://good.example@evil.example/",
        "https://a.example/ b",
        "https://a.example/\u0000",
        "http://[::1/",
        "news.example/1",
        "https://a.example/" + "x" * 2000,
        "",
    ],
)
def test_only_plain_web_addresses_become_links(url: str) -> None:
    assert safe_url(url) is None


@given(hostile_texts)
def test_a_hostile_address_never_breaks_the_message(rest: str) -> None:
    plain, entities = parse_html(to_html([styled("title", url=f"https://a.example/{rest}")]))
    assert plain == "title"
    assert {entity["type"] for entity in entities} <= {"text_link"}


@given(hostile_texts)
def test_only_our_own_tags_are_written(text: str) -> None:
    written = to_html([styled(text, bold=True, quoted=True)])
    tags = set(re.findall(r"<[^>]*>", written))
    assert tags <= {"<b>", "</b>", "<blockquote expandable>", "</blockquote>"}
    assert html.unescape(re.sub(r"<[^>]*>", "", written)) == displayable(text)


@pytest.mark.parametrize(
    ("words", "inert"),
    [
        ("It costs 4.2 million, said J.R. Smith of the U.S. in No.10.It was and/or 24/7 e.g. $5.", []),
        ("See evil.example/x, t.me/foo and EVIL.COM", ["evil.example/x,", "t.me/foo", "EVIL.COM"]),
        ("Write @ticketbot or a@b.de #now $USD /ask@bot", ["@ticketbot", "a@b.de", "#now", "$USD", "/ask@bot"]),
        ("tg://resolve?domain=x http://1.2.3.4:8/", ["tg://resolve?domain=x", "http://1.2.3.4:8/"]),
        ("ev\u202eil.com", ["evil.com"]),
        ("\u202b/ask", ["/ask"]),
        ("evil.exampleA\u030a", ["evil.example\u00c5"]),
    ],
)
def test_what_telegram_would_make_tappable_is_set_as_code(words: str, inert: list[str]) -> None:
    segments = list(words_of_others(words, quoted=True))
    assert [segment.text for segment in segments if segment.code] == inert
    assert plain_text(segments) == displayable(words)


@given(hostile_texts, st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=3))
def test_words_of_others_keep_every_character_and_can_lead_nowhere(text: str, bold: list[tuple[int, int]]) -> None:
    segments = list(words_of_others(text, bold=[(min(pair), max(pair)) for pair in bold], quoted=True))
    assert plain_text(segments) == displayable(text)
    _, entities = format_text(to_html(segments), "HTML", None)
    assert {entity["type"] for entity in entities} <= {"bold", "code", "expandable_blockquote"}


@given(hostile_texts)
def test_words_with_a_link_lead_to_that_link_only(text: str) -> None:
    _, entities = format_text(to_html(list(words_of_others(text, url="https://a.example/"))), "HTML", None)
    assert {entity.get("url") for entity in entities} <= {"https://a.example/"}

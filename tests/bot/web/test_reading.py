"""The reading page: an article word for word, the quoted words marked, every version that is kept."""

import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.permalinks import article_path, reading_path
from bot.adapters.web.pages.article_text import Piece, Remembered, exact, paragraphs_of
from bot.adapters.web.pages.citing import CitedWords, cite
from index import Article, Span
from tests.bot.examples import BRIDGE, FERRY, OPENED, span_of
from tests.bot.web.site import ANSWERING, QUESTION, Site, embedder, served_site

_PAGE = reading_path("bridge", BRIDGE.revision)
_MARK = re.compile(r'<mark( id="q1" tabindex="-1")?[^>]*>(.*?)</mark>', re.DOTALL)


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with served_site(tmp_path) as site:
        yield site


def _text_of(page: str) -> str:
    """The text of the article as a browser reads it."""
    inside = page.partition('<div id="text"')[2].partition(">")[2].partition("</div>")[0]
    return html.unescape(re.sub(r"<[^>]*>", "", inside))


def _marked(page: str) -> list[str]:
    return [html.unescape(words) for _, words in _MARK.findall(page)]


async def test_the_words_of_a_link_are_marked_where_they_stand(site: Site) -> None:
    span = OPENED.quote.span
    page = await site.client.get(f"{_PAGE}?q={span.start}-{span.end}")
    assert page.status_code == 200
    assert _text_of(page.text) == BRIDGE.text
    assert _marked(page.text) == [ANSWERING]
    assert 'id="q1"' in page.text
    assert f"Characters {span.start}–{span.end} of revision {BRIDGE.revision}, checked just now." in page.text
    assert '<link rel="canonical" href="https://courier.example/bridge#:~:text=' in page.text
    for told in (BRIDGE.title, "The Courier", "4 May 2024", "Read it at the publisher"):
        assert told in page.text


async def test_several_words_are_marked_whatever_their_order(site: Site) -> None:
    first, second = span_of("3 May 2024"), span_of("closed for two years")
    page = await site.client.get(f"{_PAGE}?q={first.start}-{first.end}&q={second.start}-{second.end}")
    assert _marked(page.text) == ["closed for two years", "3 May 2024"]
    assert page.text.index('id="q2"') < page.text.index('id="q1"')


async def test_places_that_mean_nothing_are_passed_over(site: Site) -> None:
    page = await site.client.get(f"{_PAGE}?q=5-5&q=x&q=9-3&q=-1-4&q=0-3&q=0-3&q=4-99999999999999999999&q=%00")
    assert _marked(page.text) == [BRIDGE.text[:3]]
    beyond = await site.client.get(f"{_PAGE}?q=0-{len(BRIDGE.text) + 1}")
    assert _marked(beyond.text) == []
    assert "beyond the end of this version" in beyond.text


async def test_an_article_without_an_address_is_shown_and_says_so(site: Site) -> None:
    page = await site.client.get(reading_path("ferry", FERRY.revision))
    assert "The publisher’s page is not known." in page.text
    assert _text_of(page.text) == FERRY.text


async def test_a_link_without_a_revision_leads_to_the_one_in_service(site: Site) -> None:
    led = await site.client.get(article_path("bridge"))
    assert (led.status_code, led.headers["location"]) == (302, _PAGE)
    assert (await site.client.get(article_path("nobody knows"))).status_code == 404


async def test_an_older_version_says_what_has_changed(site: Site) -> None:
    later = replace(BRIDGE, text=BRIDGE.text.replace("two years", "three years"))
    site.library.add([later], embedder())
    site.core.live.refresh()
    old = await site.client.get(_PAGE)
    assert (old.status_code, _text_of(old.text)) == (200, BRIDGE.text)
    assert "<del>two</del><ins>three</ins>" in old.text
    assert "They differ in 1 place." in old.text
    assert f'href="{reading_path("bridge", later.revision)}"' in old.text
    new = await site.client.get(reading_path("bridge", later.revision))
    assert _text_of(new.text) == later.text
    assert "<del>" not in new.text
    assert f'href="{_PAGE}"' in new.text


async def test_a_version_that_is_not_kept_leads_to_the_one_that_is(site: Site) -> None:
    gone = await site.client.get(reading_path("bridge", "0123456789abcdef"))
    assert gone.status_code == 410
    assert f'href="{_PAGE}"' in gone.text
    site.library.remove(["bridge"], embedder())
    site.core.live.refresh()
    assert (await site.client.get(_PAGE)).status_code == 404


async def test_what_this_conversation_quoted_is_marked_in_the_margin(site: Site) -> None:
    await site.ask()
    page = await site.client.get(_PAGE)
    span = OPENED.quote.span
    told = f'class="note" href="?q={span.start}-{span.end}#q1" aria-label="Quoted in reply to “{QUESTION}”"'
    assert told in page.text
    assert f'<span class="said">{ANSWERING}</span>' in page.text
    site.client.cookies.clear()
    assert 'class="note"' not in (await site.client.get(_PAGE)).text


async def test_who_asks_in_german_reads_german(site: Site) -> None:
    page = await site.client.get(_PAGE, headers={"Accept-Language": "fr;q=.9, de-AT, en"})
    assert '<html lang="de">' in page.text
    assert "Beim Verlag lesen" in page.text
    assert "4. Mai 2024" in page.text


def test_words_are_cited_in_three_ways() -> None:
    article = replace(BRIDGE, title="Old <bridge> [opens]")
    link = "https://news.example/a/bridge/0a?q=1-2#q1"
    assert cite(article, OPENED.quote.span, link) == CitedWords(
        f"“{ANSWERING}”\n— Old <bridge> [opens], The Courier, 4 May 2024\n{link}",
        f"> {ANSWERING}\n>\n> — [Old \\<bridge\\> \\[opens\\]](<{link}>), The Courier, 4 May 2024",
        f'<blockquote cite="https://courier.example/bridge"><p>{ANSWERING}</p><footer>— <cite><a href="{link}">'
        "Old &lt;bridge&gt; [opens]</a></cite>, The Courier, 4 May 2024</footer></blockquote>",
    )


def test_a_citation_in_markdown_shows_signs_as_they_are() -> None:
    article = Article("x", "Title", "# not a heading *nor* this\n1. nor a list\n- nor this", url="javascript:alert(1)")
    cited = cite(article, Span(0, len(article.text)), "https://news.example/")
    assert cited.markdown.startswith("> \\# not a heading \\*nor\\* this\n> \\1. nor a list\n> \\- nor this\n>\n> — ")
    assert 'cite="https://news.example/"' in cited.html


def test_words_over_two_paragraphs_are_marked_in_both() -> None:
    found = paragraphs_of("One two.\n\nThree four.\n", [Span(4, 15)], [Remembered(Span(0, 3), "Who?")])
    assert [paragraph.pieces for paragraph in found] == [
        (Piece("One", is_remembered=True), Piece(" "), Piece("two.", (1,), (1,))),
        (Piece("Three", (1,)), Piece(" four.")),
    ]
    assert [(paragraph.gap, len(paragraph.remembered)) for paragraph in found] == [("\n\n", 1), ("\n", 0)]


_SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 40)).map(lambda pair: Span(pair[0], sum(pair))), max_size=4
)


@given(st.text(st.characters(), max_size=60), _SPANS, _SPANS)
def test_paragraphs_and_gaps_make_up_the_text(text: str, marks: list[Span], remembered: list[Span]) -> None:
    found = paragraphs_of(text, marks, [Remembered(span, "") for span in remembered])
    assert "".join("".join(piece.text for piece in each.pieces) + each.gap for each in found) == text
    numbers = [number for each in found for piece in each.pieces for number in piece.begins]
    assert len(numbers) == len(set(numbers))


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_a_browser_reads_as_many_characters_as_there_are(text: str) -> None:
    written = str(exact(text))
    assert "<" not in written
    assert "\r" not in written
    read = html.unescape(written.replace("&#13;", "\x01"))
    assert len(read) == len(text)
    written.encode()  # which halves of characters would not allow

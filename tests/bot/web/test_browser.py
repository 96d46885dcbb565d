"""The pages in a real browser: with and without scripts, on a phone and on a desk, light and dark."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot.adapters.permalinks import reading_path
from index import Article
from tests.attacks.test_pages import HOSTILE
from tests.bot.examples import BRIDGE, FERRY, OPENED
from tests.bot.web.site import ANSWERING, QUESTION, Site, embedder, served_site

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

_PHONE, _DESK = (375, 812), (1280, 900)
_ODD = Article(
    "odd",
    "An odd article",
    "First line 😀 of emoji.\r\n\r\nSecond \x00 line:\r\ncafé au lait, e\u0301clair & <b>bold</b>.\n\n\n"
    "  Third, the last.",
)
_PAGE = reading_path("bridge", BRIDGE.revision)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium, which `.ci/run` installs where it is missing; each test has a profile of its own in it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("there is no Chromium: install Debian's package chromium")
        pytest.skip("there is no Chromium here")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with served_site(tmp_path, [BRIDGE, FERRY, HOSTILE, _ODD]) as site:
        yield site


async def _context(
    browser: Browser,
    site: Site,
    size: tuple[int, int] = _DESK,
    *,
    scheme: Literal["light", "dark"] = "light",
    scripts: bool = True,
) -> BrowserContext:
    context = await browser.new_context(
        base_url=str(site.client.base_url),
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        java_script_enabled=scripts,
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(20_000)
    return context


async def _fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("size", [_PHONE, _DESK], ids=["phone", "desk"])
async def test_somebody_asks_follows_up_opens_a_quote_and_votes(
    browser: Browser, site: Site, size: tuple[int, int]
) -> None:
    context = await _context(browser, site, size)
    page = await context.new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    await page.goto("/")
    await page.get_by_label("Your question").fill(QUESTION)
    await page.keyboard.press("Enter")
    first = page.locator(".turn").first
    await expect(first.locator("blockquote").first).to_have_text(ANSWERING)
    await page.get_by_label("Your question").fill("And what did the work cost?")
    await page.get_by_role("button", name="Ask", exact=True).click()
    await expect(page.locator(".turn")).to_have_count(2)
    assert await _fits(page)
    await first.get_by_role("link", name="In context").first.click()
    await expect(first.locator(".around mark").first).to_have_text(ANSWERING)
    await first.get_by_role("button", name="This answered my question").click()
    await expect(first.get_by_text("Thank you! That helps.")).to_be_visible()
    await first.locator("a.number").first.click()
    mark = page.locator("#q1")
    await expect(mark).to_have_text(ANSWERING)
    await expect(mark).to_be_in_viewport(ratio=1)
    assert await _fits(page)
    await page.go_back()
    await expect(page.locator(".turn")).to_have_count(2)
    assert trouble == []
    await context.close()


async def test_without_scripts_it_is_the_same(browser: Browser, site: Site) -> None:
    context = await _context(browser, site, _PHONE, scripts=False)
    page = await context.new_page()
    await page.goto("/")
    await page.get_by_label("Your question").fill(QUESTION)
    await page.get_by_role("button", name="Ask", exact=True).click()
    turn = page.locator(".turn").last
    await expect(turn.locator("blockquote").first).to_have_text(ANSWERING)
    await turn.get_by_role("button", name="This answered my question").click()
    await expect(page.get_by_text("Thank you! That helps.")).to_be_visible()
    await page.locator(".turn").last.locator("a.number").first.click()
    await expect(page.locator("#q1")).to_be_in_viewport(ratio=1)
    await page.get_by_text("Copy with citation").click()
    await expect(page.get_by_label("Markdown", exact=True)).to_be_visible()
    await page.go_back()
    await page.locator(".turn").last.get_by_role("link", name="In context").first.click()
    await expect(page.locator(".around mark")).to_have_text(ANSWERING)
    await page.get_by_role("link", name="Back to the conversation").click()
    await page.get_by_role("button", name="Start afresh").click()
    await expect(page.locator(".turn")).to_have_count(0)
    await page.locator("button.example").first.click()
    await expect(page.locator(".turn")).to_have_count(1)
    await context.close()


_SELECT = """([id, from, to]) => {
  const text = document.getElementById(id);
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let seen = 0, node;
  while ((node = walker.nextNode())) {
    for (let unit = 0; unit < node.data.length; unit += node.data.codePointAt(unit) > 0xffff ? 2 : 1) {
      if (seen === from) range.setStart(node, unit);
      seen += 1;
      if (seen === to) range.setEnd(node, unit + (node.data.codePointAt(unit) > 0xffff ? 2 : 1));
    }
  }
  document.getSelection().removeAllRanges();
  document.getSelection().addRange(range);
}"""


@pytest.mark.parametrize(
    ("article", "words"),
    [
        (BRIDGE, "opened it again"),
        (_ODD, "café au lait, e\u0301clair & <b>bold</b>"),
        (_ODD, "😀 of emoji.\r\n\r\nSecond"),
        (_ODD, "Third, the last."),
        (HOSTILE, "said director Nora Vale."),
    ],
    ids=["plain", "signs", "paragraphs", "end", "hostile"],
)
async def test_any_words_that_are_selected_get_a_link_to_them(
    browser: Browser, site: Site, article: Article, words: str
) -> None:
    context = await _context(browser, site, _PHONE)
    page = await context.new_page()
    await page.goto(reading_path(article.id, article.revision))
    start = article.text.index(words)
    await page.evaluate(_SELECT, ["text", start, start + len(words)])
    link = page.get_by_role("link", name="Link to these words")
    await link.click()
    await page.wait_for_url(f"**?q={start}-{start + len(words)}#q1")
    marked = "".join(await page.locator("#text mark").all_text_contents())
    hidden = "".join(words.split())
    assert "".join(marked.split()) == hidden.replace("\x00", "\ufffd")
    await context.close()


async def test_a_citation_is_copied(browser: Browser, site: Site) -> None:
    context = await _context(browser, site)
    page = await context.new_page()
    span = OPENED.quote.span
    await page.goto(f"{_PAGE}?q={span.start}-{span.end}")
    await page.get_by_text("Copy with citation").click()
    await page.get_by_role("button", name="Copy: Markdown").click()
    await expect(page.get_by_role("button", name="Copy: Markdown")).to_have_text("Copied")
    copied = await page.evaluate("navigator.clipboard.readText()")
    link = f"{str(site.client.base_url).rstrip('/')}{_PAGE}?q={span.start}-{span.end}#q1"
    assert copied == f"> {ANSWERING}\n>\n> — [Old bridge opens again](<{link}>), The Courier, 4 May 2024"
    await context.close()


async def test_what_an_article_says_does_nothing_in_a_browser(browser: Browser, site: Site) -> None:
    context = await _context(browser, site)
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{reading_path(HOSTILE.id, HOSTILE.revision)}?q=0-300")
    await page.wait_for_load_state("networkidle")
    assert "reopens" in await page.title()
    assert await page.title() != "owned"
    assert [url for url in asked if not url.startswith(str(site.client.base_url))] == []
    assert await page.locator("#text script, #text img, #text a:not(.note), #text iframe, #text form").count() == 0
    assert await page.evaluate("document.querySelector('#text').textContent") == HOSTILE.text.replace("\x00", "\ufffd")
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [_PHONE, _DESK], ids=["phone", "desk"])
async def test_nothing_bars_anybody_from_a_page(
    browser: Browser, site: Site, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    later = replace(BRIDGE, text=BRIDGE.text.replace("two years", "three years"))
    context = await _context(browser, site, size, scheme=scheme)
    page = await context.new_page()
    await _assert_open_to_all(page, "/")
    for question in (QUESTION, "any news on the bridge?", "What is the capital of Mongolia?", "hello"):
        count = await page.locator(".turn").count()
        await page.get_by_label("Your question").fill(question)
        await page.keyboard.press("Enter")
        await expect(page.locator(".turn")).to_have_count(count + 1)
    await _assert_open_to_all(page, "/")
    reply = await page.locator(".turn").first.get_attribute("id")
    assert reply is not None
    span = OPENED.quote.span
    site.library.add([later], embedder())
    site.core.live.refresh()
    for path in (
        f"{_PAGE}?q={span.start}-{span.end}",
        f"{reading_path('bridge', later.revision)}?q=0-20&q=30-50",
        "/sources",
        "/check",
        "/digest?day=2024-05-04",
        f"/context/{reply.removeprefix('r-')}/1",
        f"/articles/{reply.removeprefix('r-')}",
        "/nowhere",
    ):
        await _assert_open_to_all(page, path)
    await context.close()


async def _assert_open_to_all(page: Page, path: str) -> None:
    await page.goto(path)
    for details in await page.locator("details").all():
        await details.evaluate("element => element.open = true")
    found = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
    told = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found.response["violations"]]
    assert told == [], path
    assert await _fits(page)

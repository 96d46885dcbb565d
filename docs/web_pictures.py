"""Draws docs/web-*.png: the pages in a browser. Run `python -m docs.web_pictures` after changes; it takes Chromium.

The real site answers over the made-up articles of the composed replies' golden tests, and tells what came in of made-up
news of two days.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from bot.adapters.metrics import Metrics
from bot.adapters.permalinks import DIGEST_PAGE
from bot.adapters.web import WebConfig, WebCore, served_beside
from bot.admin.services import AdminServices
from bot.app import build_core, build_first_index, load_models
from bot.settings import Settings
from bot.store import Store
from index.library.disk.library import DiskLibrary
from tests.bot.digests.news import news_until
from tests.ports import free_port

_HERE: Final = Path(__file__).parent
_STORIES: Final = _HERE.parent / "tests/golden/composed/lighthouse.jsonl"
_SIZES: Final = {"phone": (375, 812), "desk": (1280, 900)}
_SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
_ASKED: Final = "what caused the fire on skarn island?"
_NEXT: Final = "any news on the skarn lighthouse?"
_COLOURS: Final = 64


def main() -> None:
    """Draw every picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for index, draw in ((_stories, _draw), (_two_days, _draw_digest)):
            with tempfile.TemporaryDirectory() as folder, _served(index(Path(folder))) as address:
                _in_every_look(browser, address, draw)
        browser.close()


def _in_every_look(browser: Browser, address: str, draw: Callable[[Page, str], None]) -> None:
    """Draw in each size and each scheme of colours."""
    for size, (width, height) in _SIZES.items():
        for scheme in _SCHEMES:
            viewport = {"width": width, "height": height}
            context = browser.new_context(base_url=address, viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
            draw(context.new_page(), f"{size}-{scheme}")
            context.close()


def _draw(page: Page, name: str) -> None:
    page.goto("/")
    _keep(page, f"web-start-{name}")
    for count, question in enumerate((_ASKED, _NEXT), start=1):
        page.get_by_label("Your question").fill(question)
        page.keyboard.press("Enter")
        page.locator(".turn").nth(count - 1).wait_for()
        page.wait_for_timeout(700)
        if count == 1:
            _keep(page, f"web-answer-{name}")
    _keep(page, f"web-latest-{name}")
    page.locator(".turn").first.locator("a.number").first.click()
    page.locator("#q1").wait_for()
    page.wait_for_timeout(700)
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    _keep(page, f"web-reading-{name}")


def _draw_digest(page: Page, name: str) -> None:
    page.goto(DIGEST_PAGE)
    _keep(page, f"web-digest-{name}")


def _keep(page: Page, name: str) -> None:
    """Keep what is seen, in few colours: such pictures are a third as large."""
    path = _HERE / f"{name}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(_COLOURS).save(path, optimize=True)


def _stories(folder: Path) -> Settings:
    """Index the stories, and return the settings that serve them."""
    settings = Settings.from_environment(articles=_STORIES, index=folder / "index")
    build_first_index(settings)
    return settings


def _two_days(folder: Path) -> Settings:
    """Index the news of two days as those just past, and return the settings that serve them."""
    settings = Settings.from_environment(index=folder / "index")
    DiskLibrary(settings.index).rebuild(news_until(datetime.now(UTC)), load_models(settings).embedder)
    return settings


@contextmanager
def _served(settings: Settings) -> Iterator[str]:
    def no_admin() -> AdminServices:
        raise AssertionError("nobody asked for it")

    port = free_port()
    with Store.in_memory() as store:
        core = build_core(settings, store)
        web = WebCore(core.dialogue, core.live, no_admin, Metrics(), WebConfig(("127.0.0.1", port)))
        with served_beside(web, lambda _: None):
            yield f"http://127.0.0.1:{port}"


if __name__ == "__main__":
    main()

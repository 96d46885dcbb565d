"""Templates of pages, with every value escaped, and what all of them show."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.adapters import wording
from bot.adapters.permalinks import article_path
from bot.adapters.translation import number, spoken_locale, translated
from bot.adapters.web.pages import texts
from bot.adapters.web.pages.article_text import exact

_TEMPLATES: Final = Path(__file__).parents[1] / "templates"


class _Sentences:
    """The bot's own sentences, each by its name in `texts`, in the language being spoken."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # a sentence, or a function that makes one
        sentence = getattr(texts, name)
        return translated(sentence) if isinstance(sentence, str) else sentence


def render(name: str, **shown: object) -> str:
    """Return the page of a template."""
    return _environment().get_template(name).render(language=spoken_locale().language, **shown)


def page(name: str, status: int = 200, **shown: object) -> HTMLResponse:
    """Return the page as a response."""
    return HTMLResponse(render(name, **shown), status)


def message_page(status: int, heading: str, *sentences: str, link: tuple[str, str] | None = None) -> HTMLResponse:
    """Return a page that says something, and perhaps leads on by `link`, of an address and its label."""
    said = [translated(sentence) for sentence in sentences]
    return page("message.html", status, heading=translated(heading), sentences=said, link=link)


def wants_part(request: Request) -> bool:
    """Return whether a script asks, which shows what comes back on the page that is there."""
    return request.headers.get("x-part") == "1"


def base_of(request: Request) -> str:
    """Return what links to these pages begin with, as the browser asks for them."""
    return str(request.base_url).rstrip("/")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(t=_Sentences(), wording=wording)
    environment.filters.update(
        exact=exact, article_path=article_path, number=number, day=wording.day, day_and_age=wording.day_and_age
    )
    return environment

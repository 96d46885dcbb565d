"""What programs send: the models that read bodies, of which the OpenAPI document is made."""

from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request

from bot.adapters.web.problems import Refused
from bot.query.operators import Scope

_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
_Id = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
_Ids = Annotated[list[_Id], Field(max_length=1_000)]
_BodyT = TypeVar("_BodyT", bound=BaseModel)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Scoped(_Body):
    articles: _Ids | None = Field(None, description="Search these articles alone, by id")
    sources: _Ids | None = Field(None, description="Search articles of these sources alone")
    before: date | None = Field(None, description="Search what was published before this day alone")

    def scope(self, asked_on: date | None = None) -> Scope:
        """Return what may be searched."""
        articles, sources = (None if names is None else frozenset(names) for names in (self.articles, self.sources))
        return Scope(articles, self.before, asked_on, sources)


class AskBody(_Scoped):
    """A question; `conversation` is any name: a follow-up has the same."""

    question: _Words
    conversation: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,100}$")] | None = None
    asked_on: date | None = Field(None, description='What "this week" means')


class SearchBody(_Scoped):
    """Words to find passages for."""

    query: _Words
    limit: int = Field(10, ge=1, le=50)


class CheckBody(_Body):
    """A text whose quotations are to be checked."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=50_000)]


class FeedbackBody(_Body):
    """A vote on a reply, by the id that came with it."""

    reply: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{1,40}$")]
    vote: Literal["up", "down"]


class ArticleBody(_Body):
    """An article as in JSON lines."""

    id: _Id | None = None
    title: Annotated[str, StringConstraints(max_length=1_000)] | None = None
    text: Annotated[str, StringConstraints(min_length=1)]
    source: Annotated[str, StringConstraints(max_length=200)] | None = None
    published: Annotated[str, StringConstraints(max_length=40)] | None = None
    url: Annotated[str, StringConstraints(max_length=2_000)] | None = None


class AddBody(_Body):
    """Articles to take in, or addresses of pages to read them from."""

    articles: Annotated[list[ArticleBody], Field(max_length=1_000)] = []
    addresses: Annotated[list[Annotated[str, StringConstraints(max_length=2_000)]], Field(max_length=20)] = []


class Message(BaseModel):
    """What somebody said, as OpenAI's API has it: a text, or parts of which some are text."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    role: Annotated[str, StringConstraints(max_length=40)]
    content: str | list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        """The words of the message."""
        if isinstance(self.content, list):
            return "\n".join(str(part["text"]) for part in self.content if isinstance(part.get("text"), str)).strip()
        return (self.content or "").strip()


class ChatBody(BaseModel):
    """A chat whose last message asks; what else OpenAI's API knows makes no difference."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    model: Annotated[str, StringConstraints(max_length=200)] = "newsquote"
    messages: Annotated[list[Message], Field(min_length=1, max_length=500)]
    stream: bool = False


async def read_body(request: Request, model: type[_BodyT]) -> _BodyT:
    """Return the body of a request.

    Raises:
        Refused: it is not JSON.
        ValidationError: it is not as the model says.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, "Send JSON, as Content-Type: application/json.")
    return model.model_validate_json(await request.body())

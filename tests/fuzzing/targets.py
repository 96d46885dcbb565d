"""What is fuzzed: from bytes to where strangers' bytes go, and what must hold of all that comes out.

A target returns if it is content; whatever it raises is a finding. Errors that callers expect are no findings.
"""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from bot.adapters.addresses import link_to_words
from bot.adapters.jsonl import read_questions
from bot.adapters.telegram.views.keyboards import read_press
from bot.adapters.telegram.views.links import read_payload
from bot.errors import InvalidQuestion
from index.article import Article
from index.attribution import attribute
from index.errors import FetchError, Unreadable
from index.ingest.feeds.items import fallback_of
from index.ingest.feeds.parsing import parse_feed
from index.ingest.fetching import Fetched
from index.ingest.fetching.addresses import check_address
from index.ingest.parsing_apart import adapter_of
from index.ingest.sources.files import check_storable
from index.ingest.sources.html import read_html
from index.ingest.sources.jsonl import read_jsonl
from index.ingest.sources.metadata import Metadata, not_in_future
from index.ingest.sources.pdf import read_pdf
from index.ingest.sources.web import article_from, is_of_one_site, own_address
from index.sizes import MAX_TITLE_CHARS, fitted
from index.text.chunking import chunk_article

if TYPE_CHECKING:
    from tests.bot.telegram.test_any_update import Errors, Handled
    from tests.fuzzing.hook import RunningHook

_PAGE: Final = "https://www.news.example/story"
_OPENED: Final = ExitStack()
"""Bots and folders that targets share, until `close_targets`."""
_FEED: Final = "https://feeds.news.example/all.xml"


def fuzz_addresses(content: bytes) -> None:
    """Addresses of links and canonical ones: refused, or known by an address of the same site."""
    text = content.decode("utf-8", "surrogateescape")
    link_to_words(_PAGE, text)
    assert is_of_one_site(own_address(text, _PAGE), _PAGE)
    try:
        found = check_address(text)
    except FetchError:
        return
    assert found.scheme in ("http", "https")
    assert found.host
    assert check_address(own_address(None, text)).host == found.host


def fuzz_feeds(content: bytes) -> None:
    """Feeds: not one, or items that can be stored, sent between processes, and speak for the feed's own site."""
    try:
        feed = parse_feed(content, _FEED)
    except FetchError:
        return
    adapter = adapter_of(parse_feed)
    assert adapter.validate_python(json.loads(json.dumps(adapter.dump_python(feed, mode="json")))) == feed
    for item in feed.items:
        article = fallback_of(item, _FEED)
        if article is not None:
            _check_article(article)
            assert article.url is None or is_of_one_site(article.url, _FEED)


def fuzz_pages(content: bytes) -> None:
    """Web pages: unreadable, or an article of the site that they were fetched from."""
    try:
        text, metadata = read_html(content, _PAGE, _PAGE)
        check_storable(text)
    except Unreadable:
        return
    _check_between_processes(read_html, (text, metadata))
    article = article_from(Fetched(_PAGE, "text/html", content), text, metadata)
    _check_article(article)
    assert is_of_one_site(article.url or "", _PAGE)


def fuzz_documents(content: bytes) -> None:
    """PDFs: unreadable, or text."""
    try:
        text, metadata = read_pdf(content, "story.pdf")
        check_storable(text)
    except Unreadable:
        return
    _check_between_processes(read_pdf, (text, metadata))


def fuzz_article_lines(content: bytes) -> None:
    """Articles in JSON lines: each line an article or the reason why not, whatever the others hold."""
    path = _scratch() / "articles.jsonl"
    path.write_bytes(content)
    try:
        for name, read in read_jsonl(path, "articles.jsonl"):
            assert name.startswith("articles.jsonl:")
            if isinstance(read, Article):
                _check_article(read)
    except Unreadable:
        return


def fuzz_texts(content: bytes) -> None:
    """Texts of articles: passages and sentences one behind the other, and words that are said by somebody inside."""
    text = content.decode("utf-8", "replace")
    article = fitted(Article("a", text[:80], text))
    if not isinstance(article, Article):
        return
    sentences = [sentence for passage in chunk_article(article) for sentence in passage.sentences]
    assert all(one.end <= other.start for one, other in pairwise(sentences))
    for said in attribute(article.text, sentences):
        assert 0 <= said.span.start < said.span.end <= len(article.text)


def fuzz_question_lines(content: bytes) -> None:
    """Questions in JSON lines: questions that a model can be asked, or a sentence about the line that is none."""
    try:
        for asked in read_questions(content.decode("utf-8", "surrogateescape").split("\n")):
            "".join([asked.question, *(f"{turn.question}{turn.answer}" for turn in asked.history)]).encode()
    except InvalidQuestion:
        return


def fuzz_presses(content: bytes) -> None:
    """Callback data and payloads of links, given to the whole bot as presses and commands: no error is logged."""
    data = content.decode(errors="replace")
    read_press(data)
    read_payload(data)
    chat = {"id": 7, "type": "private", "first_name": "Ada"}
    person = {"id": 7, "is_bot": False, "first_name": "Ada"}
    bot = {"id": 1, "is_bot": True, "first_name": "Newsquote"}
    button = {"text": "A button", "callback_data": data}
    under = {"message_id": 5, "date": 1, "chat": chat, "from": bot, "reply_markup": {"inline_keyboard": [[button]]}}
    press = {"id": "1", "from": person, "chat_instance": "1", "data": data, "message": under}
    entities = [{"type": "bot_command", "offset": 0, "length": 6}]
    start = {"message_id": 6, "date": 1, "chat": chat, "from": person, "text": f"/start {data}", "entities": entities}
    for update in ({"callback_query": press}, {"message": start}):
        _handle(update)


def fuzz_updates(content: bytes) -> None:
    """Bodies that come by webhook with the secret: taken, or turned away; never an error, never left unfinished."""
    _hook().post(content)


def close_targets() -> None:
    """Ends whatever the targets started."""
    _OPENED.close()
    for opened in (_bot, _hook, _scratch):
        opened.cache_clear()


def _handle(update: dict[str, Any]) -> None:
    handled, errors = _bot()
    errors.messages.clear()
    handled.handle(update)
    assert errors.messages == [], errors.messages
    assert handled.store.outbox.pending() == []


@cache
def _bot() -> "tuple[Handled, Errors]":
    from tests.bot.telegram.test_any_update import handling  # which builds a bot

    os.environ["PTB_TIMEDELTA"] = "true"
    return _OPENED.enter_context(handling())


@cache
def _hook() -> "RunningHook":
    from tests.fuzzing.hook import running_hook  # which starts a bot that listens

    return _OPENED.enter_context(running_hook())


@cache
def _scratch() -> Path:
    return Path(_OPENED.enter_context(tempfile.TemporaryDirectory()))


def _check_article(article: Article) -> None:
    check_storable(f"{article.id}{article.url}{article.title}{article.source}{article.text}")
    assert len(article.title) <= MAX_TITLE_CHARS
    assert article.published_at is None or not_in_future(article.published_at) == article.published_at


def _check_between_processes(parse: Callable[..., Any], result: tuple[str, Metadata]) -> None:
    adapter = adapter_of(parse)
    assert adapter.validate_python(json.loads(json.dumps(adapter.dump_python(result, mode="json")))) == result


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = MappingProxyType(
    {
        "addresses": fuzz_addresses,
        "feeds": fuzz_feeds,
        "pages": fuzz_pages,
        "documents": fuzz_documents,
        "article_lines": fuzz_article_lines,
        "texts": fuzz_texts,
        "question_lines": fuzz_question_lines,
        "presses": fuzz_presses,
        "updates": fuzz_updates,
    }
)

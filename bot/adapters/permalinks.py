"""Addresses of the reading page: an article in one revision, with the words that are quoted."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote as quoted
from urllib.parse import urlsplit

from itsdangerous import BadSignature, SignatureExpired, Signer, TimestampSigner

from bot.quoting.quotes import Quote
from bot.settings import Settings
from index import Span

FIRST_MARK: Final = "q1"
"""The fragment of the first words that a page marks."""
SIGNED: Final = "s"
"""The parameter that carries the signature."""
DIGEST_PAGE: Final = "/digest"
DIGEST_FEED: Final = "/digest.atom"
READER: Final = "for"
"""The parameter that says for whom a link to what came in was made."""
_LIFE_SECONDS: Final = 30 * 24 * 60 * 60
_PLAIN: Final = "!$'()*,:;@"
"""What stands for itself in a part of a path, beside letters, digits and - . _ ~."""


@dataclass(frozen=True, slots=True)
class Permalinks:
    """Makes links that begin with `base`. With a `key` they are signed and have a life, and no others open."""

    base: str
    key: bytes | None = field(default=None, repr=False)

    def to_quote(self, quote: Quote) -> str:
        """Return the link to a quote where it stands."""
        return self.to_words(quote.article_id, quote.revision, [quote.span])

    def to_words(self, article_id: str, revision: str, spans: Sequence[Span] = ()) -> str:
        """Return the link to an article, and to words of it."""
        path = reading_path(article_id, revision)
        parameters = [f"q={span.start}-{span.end}" for span in spans]
        if self.key is not None:
            parameters.append(f"{SIGNED}={signature(self.key, article_id, revision)}")
        query = f"?{'&'.join(parameters)}" if parameters else ""
        return f"{self.base}{path}{query}{f'#{FIRST_MARK}' if spans else ''}"

    def to_digest(self, reader: int, *, as_feed: bool = False) -> str:
        """Return the link to what came in, as a page or as a feed, for a person or chat."""
        path = DIGEST_FEED if as_feed else DIGEST_PAGE
        return f"{self.base}{path}{digest_query(self.key, reader)}"

    @property
    def is_secure(self) -> bool:
        """Whether they are https, without which Telegram opens no Mini App."""
        return urlsplit(self.base).scheme == "https"


def permalinks_from(settings: Settings) -> Permalinks | None:
    """Return what makes links as the settings say; None where the pages cannot be reached by a public address."""
    if settings.public_url is None:
        return None
    return Permalinks(settings.public_url, link_key(settings) if settings.allowed_ids else None)


def link_key(settings: Settings) -> bytes | None:
    """Return what links are signed with where only some people may ask: the same for every replica, and not to be found
    without the bot's token."""
    token = settings.telegram_bot_token
    return hmac.digest(token.get_secret_value().encode(), b"the key of links to pages", "sha256") if token else None


def reading_path(article_id: str, revision: str) -> str:
    """Return where an article is read on any host."""
    return f"{article_path(article_id)}/{revision}"


def article_path(article_id: str) -> str:
    """Return where an article is read in the revision in service."""
    return f"/a/{quoted(article_id, safe=_PLAIN, errors='replace')}"


def signature(key: bytes, article_id: str, revision: str) -> str:
    """Return what opens an article in one revision, from now on for a month."""
    return _signer(key).sign(_named(article_id, revision)).decode().removeprefix(_named(article_id, revision) + ".")


def is_signed(key: bytes, given: str, article_id: str, revision: str) -> bool | None:
    """Return whether a signature opens an article; None if it did and its life is over."""
    try:
        _signer(key).unsign(f"{_named(article_id, revision)}.{given}", max_age=_LIFE_SECONDS)
    except SignatureExpired:
        return None
    except (BadSignature, UnicodeError):
        return False
    return True


def digest_query(key: bytes | None, reader: int) -> str:
    """Return what opens what came in for somebody, for as long as they may ask; nothing where everybody may."""
    if key is None:
        return ""
    return f"?{READER}={reader}&{SIGNED}={_digest_signer(key).get_signature(str(reader)).decode()}"


def opens_digest(key: bytes, given: str, reader: str) -> bool:
    """Return whether a signature was made for this reader."""
    return _digest_signer(key).verify_signature(reader.encode("utf-8", "replace"), given.encode("utf-8", "replace"))


def _digest_signer(key: bytes) -> Signer:
    return Signer(key, salt="digest", digest_method="sha256", key_derivation="hmac")


def _named(article_id: str, revision: str) -> str:
    return f"{quoted(article_id, safe='', errors='replace')}/{revision}"


def _signer(key: bytes) -> TimestampSigner:
    return TimestampSigner(key, salt="reading page", digest_method="sha256", key_derivation="hmac")

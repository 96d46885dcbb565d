"""A digest as a reply of the bot's: so its quotes can be opened, replied to and asked about like those of an answer."""

from collections.abc import Callable
from typing import Final

from bot.answering import Answer, Block
from bot.digests.digest import Digest, ToldStory
from bot.query.kinds import MessageKind
from bot.replies import Reply

COMMAND: Final = "/digest"


def reply_of(
    digest: Digest, reply_id: str, conversation_id: str, heading: Callable[[ToldStory], str] = lambda _: ""
) -> Reply:
    """Return a digest that tells at least one story as a reply; `heading`: what stands above a story, if anything."""
    citations = tuple(one.citation for one in digest.told)
    blocks = tuple(Block(words, (one.citation.number,)) for one in digest.told if (words := heading(one)))
    answer = Answer(1.0, citations, len(citations), None, (), blocks)
    return Reply(reply_id, conversation_id, COMMAND, COMMAND, answer, {}, kind=MessageKind.LATEST)

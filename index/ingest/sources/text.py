"""`.txt` and `.md` files: the decoded file is the article's text, front matter and all."""

import logging

from index.errors import Unreadable
from index.ingest.sources.files import decode
from index.ingest.sources.metadata import Metadata, headline_of, read_front_matter

logger = logging.getLogger(__name__)


def read_text(content: bytes, name: str) -> tuple[str, Metadata]:
    """Return the text of a file, and what its front matter and first line say of it.

    Front matter that is broken is logged with `name` and ignored.

    Raises:
        Unreadable: the file is binary.
    """
    text = decode(content)
    known = Metadata(title=headline_of(text))
    try:
        return text, read_front_matter(text, name).or_else(known)
    except Unreadable as reason:
        logger.warning("%s: its front matter %s; ignored", name, reason)
        return text, known

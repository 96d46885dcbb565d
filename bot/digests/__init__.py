"""Digests: what came in a span of days as stories, one quote each. Knows no messenger."""

from bot.digests.digest import CorrectedWords, Digest, DigestMaker, DigestReader, RetrieverSource, ToldStory
from bot.digests.period import Period

__all__ = ["CorrectedWords", "Digest", "DigestMaker", "DigestReader", "Period", "RetrieverSource", "ToldStory"]

"""Who said what in an article: quotations and reported statements, each with its speaker where that is sure."""

from index.attribution.attribution import Attribution, attribute
from index.attribution.people import Speaker
from index.attribution.voices import Appearance, voice_of

__all__ = ["Appearance", "Attribution", "Speaker", "attribute", "voice_of"]

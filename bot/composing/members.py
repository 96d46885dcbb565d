"""Every sentence that names further members of what a list is asked of, the surest first, each once."""

from bot.composing.choosing import Choice
from bot.composing.draft import Arrangement
from bot.composing.weighed import Weighed


def members(weighed: Weighed, how: Choice) -> Arrangement:
    """Return one part without a heading."""
    chosen = weighed.chosen(how, first=weighed.opening)
    return Arrangement((("", chosen.rows),), chosen.left_out)

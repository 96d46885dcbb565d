"""What happened, in a few quotes: the newest state first, each further quote adding what was not told yet."""

from bot.composing.choosing import Choice
from bot.composing.draft import Arrangement
from bot.composing.weighed import Weighed


def overview(weighed: Weighed, how: Choice) -> Arrangement:
    """Return one part without a heading.

    The sentence that opens it best comes first, and what else its article tells follows; then come the others, newest
    article first, each in its own order. Where one article is all there is, its order is that of the reply.
    """
    chosen = weighed.chosen(how, first=weighed.opening)
    if len(weighed.on_subject) == 1:
        in_order = tuple(sorted(chosen.rows, key=lambda row: weighed.found.places[row]))
        return Arrangement((("", in_order),), chosen.left_out)
    first, *others = chosen.rows
    opening = weighed.article_of(first)

    def place(row: int) -> tuple[bool, int, str, int]:
        article = weighed.article_of(row)
        return article != opening, -weighed.day_of(row), article, int(weighed.found.places[row])

    return Arrangement((("", (first, *sorted(others, key=place))),), chosen.left_out)

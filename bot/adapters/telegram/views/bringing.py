"""Offers to read what a reader sent, and says what came of it."""

from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.html import styled
from bot.adapters.telegram.views.keyboards import offer_keyboard
from bot.adapters.telegram.views.messages import Outgoing, source_line
from bot.adapters.translation import translated
from index import Article


def link_offer() -> Outgoing:
    """Return the offer to read what a link leads to; it has to reply to that, for the button to know."""
    return Outgoing((styled(translated(texts.OFFER_TO_READ)),), offer_keyboard(check=False, bring=True))


def brought_message(article: Article) -> Outgoing:
    """Return that an article can be asked about now, and for how long and by whom."""
    heading = styled(f"{translated(texts.HAVE_READ)}\n", bold=True)
    return Outgoing((heading, *source_line("", article), styled(f"\n\n{texts.brought_for()}")))

"""What is watched, and alerts of it, as messages."""

from collections.abc import Sequence

from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.html import styled, words_of_others
from bot.adapters.telegram.views.keyboards import alert_keyboard, watches_keyboard
from bot.adapters.telegram.views.messages import Outgoing, one_line, plain_message, quote_segments
from bot.adapters.translation import translated
from bot.replies import Reply
from bot.watches.watch import Watch

_LONGEST_LINE = 120
_GAP = "\0"
"""What no sentence holds."""


def watching_message(watch: Watch) -> Outgoing:
    """Say what is watched from now on. Of that, only the bot's own command can be tapped."""
    before, after = texts.watching(_GAP).split(_GAP)
    words = words_of_others(one_line(watch.shown, _LONGEST_LINE))
    return Outgoing((styled(before), *words, styled(after)))


def watches_message(watches: Sequence[Watch], *, in_channel: bool = False) -> Outgoing:
    """Return the list of what is watched in a chat, with buttons for each; in a channel, with the words for them."""
    if not watches:
        return plain_message(texts.NOTHING_WATCHED)
    segments = [styled(translated(texts.WATCHES_HEADING), bold=True)]
    for place, watch in enumerate(watches, start=1):
        segments += [styled("\n"), *words_of_others(f"{place}. {one_line(watch.shown, _LONGEST_LINE)}")]
        if watch.is_paused:
            segments.append(styled(f" ({translated(texts.RESTING)})", italic=True))
    if in_channel:
        # A tap would post the command without what stands behind it.
        return Outgoing((*segments, *words_of_others(f"\n\n{translated(texts.CHANGE_IN_CHANNEL)}")))
    return Outgoing(tuple(segments), watches_keyboard(watches))


def alert_message(reply: Reply, shown: str, *, in_channel: bool = False) -> Outgoing:
    """Return an alert: what it is for, and the quotes with what is new in bold. In a channel it has no buttons, which
    anybody there could press, and speaks to readers who watch nothing."""
    heading = translated(texts.ALERT_HEADING_IN_CHANNEL if in_channel else texts.ALERT_HEADING)
    segments = [styled(f"{heading} ", bold=True)]
    segments += words_of_others(one_line(shown, _LONGEST_LINE), italic=True)
    mark = None if len(reply.citations) > 1 else ""
    for citation in reply.citations:
        segments += [styled("\n\n"), *quote_segments(citation, mark)]
    return Outgoing(tuple(segments), None if in_channel else alert_keyboard(reply.id, reply.citations))

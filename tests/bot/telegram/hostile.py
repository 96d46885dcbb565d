"""Texts as an enemy, or a careless scraper, would write them."""

from hypothesis import strategies as st

from bot.adapters.telegram.views.html import Segment, styled

_NASTY = (
    "<b>",
    "</b>",
    "</blockquote>",
    "<a href='tg://user?id=1'>",
    "&",
    "&amp;",
    "&#60;",
    "]]>",
    "<!--",
    '"',
    "👩\u200d🚀",
    "🇫🇷",
    "\u202e",
    "\u2066",
    "\u2028",
    "\ud83d",
    "\x00",
    "\r\n",
    "\n\n",
    "   ",
    "e\u0301",
    "A\u030a",
    "Somebody said so. ",
    "evil.example",
    "@ticketbot",
    "/new",
    "#now",
    "tg://x",
    "不会。",
    "x" * 300,
)

hostile_texts = st.lists(st.one_of(st.sampled_from(_NASTY), st.text(st.characters(), max_size=12)), max_size=30).map(
    "".join
)
"""Any characters at all, lone surrogates and NUL too, thick with markup."""


def hostile_segments() -> st.SearchStrategy[Segment]:
    """Segments in every style, some of them long."""
    long_texts = st.builds(lambda text, times: text * times, hostile_texts, st.integers(1, 40))
    return st.builds(
        styled,
        st.one_of(hostile_texts, long_texts),
        bold=st.booleans(),
        italic=st.booleans(),
        quoted=st.booleans(),
        url=st.sampled_from([None, "https://news.example/?a=1&b=<2>", "javascript:alert(1)"]),
    )

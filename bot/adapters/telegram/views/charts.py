"""The picture of /stats. It imports matplotlib, which takes a second: import it only to draw."""

import math
from collections.abc import Sequence
from io import BytesIO
from typing import Final

from babel.dates import format_date
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from bot.adapters.telegram.views import admin_texts
from bot.adapters.translation import spoken_locale, translated
from bot.admin.reports import Day

_BLUE, _RED, _INK, _GREY, _FAINT, _SAND = "#1f5f8b", "#c0472f", "#2b2b2b", "#7d7d7d", "#e9e9e9", "#d9b48f"
_DPI: Final = 150


def draw_stats(days: Sequence[Day]) -> bytes:
    """Return a PNG of questions a day, share answered, time to reply and votes; a day without questions leaves a
    gap."""
    picture = Figure(figsize=(8, 6), layout="constrained", facecolor="white")
    (questions, share), (times, votes) = picture.subplots(2, 2, sharex=True)
    labels = [format_date(day.date, "EEE d", locale=spoken_locale()) for day in days]
    places = range(len(days))
    answered, refused = [day.answered for day in days], [day.refused for day in days]
    questions.bar(places, answered, color=_BLUE, width=0.7, label=translated(admin_texts.ANSWERED))
    questions.bar(places, refused, bottom=answered, color=_SAND, width=0.7, label=translated(admin_texts.NOT_ANSWERED))
    if any(day.asked_back for day in days):
        below, asked_back = [day.answered + day.refused for day in days], [day.asked_back for day in days]
        questions.bar(
            places, asked_back, bottom=below, color=_GREY, width=0.7, label=translated(admin_texts.ASKED_BACK)
        )
    _dress(questions, admin_texts.QUESTIONS_A_DAY, whole=True)
    shares = [day.answered / day.questions if day.questions else math.nan for day in days]
    share.plot(places, shares, "o-", color=_BLUE, linewidth=2, markersize=6, clip_on=False)
    _dress(share, admin_texts.SHARE_ANSWERED)
    share.set_ylim(0, 1)
    share.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    for portion, colour, label in ((0.5, _BLUE, admin_texts.HALF), (0.95, _RED, admin_texts.MOST)):
        line = [percentile(day.durations_ms, portion) for day in days]
        times.plot(places, line, "o-", color=colour, linewidth=2, markersize=6, label=translated(label))
    _dress(times, admin_texts.TIME_TO_REPLY)
    times.set_ylim(bottom=0)
    ups, downs = [day.votes_up for day in days], [-day.votes_down for day in days]
    votes.bar(places, ups, color=_BLUE, width=0.7, label=translated(admin_texts.UP))
    votes.bar(places, downs, color=_RED, width=0.7, label=translated(admin_texts.DOWN))
    votes.axhline(0, color=_GREY, linewidth=0.8)
    _dress(votes, admin_texts.VOTES, whole=True)
    votes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")
    for axes in (times, votes):
        axes.set_xticks(list(places), labels)
    for axes in (questions, times, votes):
        axes.legend(frameon=False, fontsize=8, labelcolor=_INK, loc="upper left", ncols=2, handlelength=1.2)
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + (high - low) * 0.25)
    picture.suptitle(translated(admin_texts.PICTURE_TITLE), color=_INK, fontsize=13, fontweight="bold")
    drawn = BytesIO()
    picture.savefig(drawn, format="png", dpi=_DPI)
    return drawn.getvalue()


def percentile(ascending: Sequence[float], portion: float) -> float:
    """Return the nearest-rank percentile, NaN if there are no values."""
    return ascending[math.ceil(portion * len(ascending)) - 1] if ascending else math.nan


def _dress(axes: Axes, title: str, *, whole: bool = False) -> None:
    axes.set_title(translated(title), loc="left", color=_INK, fontsize=10, fontweight="bold")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_GREY)
    axes.tick_params(colors=_INK, length=3, labelsize=8)
    axes.grid(axis="y", color=_FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    if whole:
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))

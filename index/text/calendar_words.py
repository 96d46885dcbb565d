"""The words of the calendar, as news and questions write them."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# Patterns, to be put together with others.
MONTH_NAME = "|".join(MONTHS)
WEEKDAY_NAME = "|".join(WEEKDAYS)
SHORT_MONTH = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
MONTH = rf"(?:{MONTH_NAME}|(?:{SHORT_MONTH})\b\.?)"
"""A month in full, or as it is shortened, with or without a full stop."""
MONTH_OF_AGENCIES = rf"(?:{MONTH_NAME}|Jan\.|Feb\.|Aug\.|Sept?\.|Oct\.|Nov\.|Dec\.)"
"""A month in full, or as news agencies shorten it: not the short ones, and never without a full stop."""


def month_number(name: str) -> int | None:
    """Return 1 to 12 for a month's English name or its abbreviation, with or without a full stop."""
    start = name.lower().rstrip(".")[:3]
    return next((number for number, month in enumerate(MONTHS, start=1) if month.lower().startswith(start)), None)

"""What the bot says about its limits and about what it keeps."""

from typing import Final

YES_FORGET: Final = "Yes, delete it"
NO_KEEP: Final = "No, keep it"
ASK_FORGET: Final = (
    "Shall I delete everything I keep about you: your questions here and in groups, my answers to them, and your"
    " votes? It cannot be undone, and buttons under my earlier answers will stop working."
)
FORGOTTEN: Final = "Done. I have deleted your questions, my answers to them and your votes."
KEPT: Final = "All right, nothing was deleted."
NOT_YOURS: Final = "That was asked by somebody else. Send /forget yourself to delete what I keep about you."
BUSY: Final = (
    "Sorry, more people are asking right now than I can answer, so I have not read your question. Please ask again in"
    " a minute."
)


def too_many(limit: int, wait_seconds: int) -> str:
    """A polite brake for one person."""
    seconds = "1 second" if wait_seconds == 1 else f"{wait_seconds} seconds"
    return (
        f"That was more than {limit} questions in a minute, which is as fast as I read for one person. Please ask"
        f" again in {seconds}."
    )


def privacy(retention_days: int, *, in_hours: int = 48) -> str:
    """What is stored, why and for how long. Keep it true: see the tables in `bot/store`."""
    return "\n".join(
        (
            "What I keep, and for how long:",
            f"• Your questions, what I understood them as and my answers, so that you can ask follow-up questions and"
            f" use the buttons: {_days(retention_days)}.",
            f"• Your 👍 and 👎, with your Telegram number: {_days(retention_days)}.",
            "• A message of yours that I have not answered yet, as Telegram sent it, your name included: until it is"
            " answered.",
            f"• The numbers of your message, your account, this chat and my answer, so that nothing is answered twice:"
            f" {in_hours} hours.",
            "",
            "I do not keep your name, your picture or anything you say to others, and my logs hold no words of yours."
            " Nothing is given to anybody else or used for anything else; the people who run this bot can see"
            " questions and votes to make it better.",
            "",
            "/new makes me leave out what we talked about. /forget deletes everything about you.",
        )
    )


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"

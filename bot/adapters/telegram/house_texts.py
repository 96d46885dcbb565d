"""What the bot says about its limits and about what it keeps."""

from typing import Final

from bot.adapters.translation import counted, number, translatable, translated

YES_FORGET: Final = translatable("Yes, delete it")
NO_KEEP: Final = translatable("No, keep it")
ASK_FORGET: Final = translatable(
    "Shall I delete everything I keep about you: your questions here and in groups, my answers to them, and your"
    " votes? It cannot be undone, and buttons under my earlier answers will stop working."
)
FORGOTTEN: Final = translatable("Done. I have deleted your questions, my answers to them and your votes.")
KEPT: Final = translatable("All right, nothing was deleted.")
NOT_YOURS: Final = translatable(
    "That was asked by somebody else. Send /forget yourself to delete what I keep about you."
)
BUSY: Final = translatable(
    "Sorry, more people are asking right now than I can answer, so I have not read your question. Please ask again in"
    " a minute."
)


def too_many(limit: int, wait_seconds: int) -> str:
    """A polite brake for one person."""
    return translated(
        "That was more than {limit} questions in a minute, which is as fast as I read for one person. Please ask"
        " again in {seconds}."
    ).format(limit=number(limit), seconds=counted("{count} second", "{count} seconds", wait_seconds))


def privacy(retention_days: int, *, in_hours: int = 48) -> str:
    """What is stored, why and for how long. Keep it true: see the tables in `bot/store`."""
    retention = counted("{count} day", "{count} days", retention_days)
    return "\n".join(
        (
            translated("What I keep, and for how long:"),
            translated(
                "• Your questions, what I understood them as, my answers and which message each is in, so that you can"
                " ask follow-up questions, edit a question and use the buttons: {days}."
            ).format(days=retention),
            translated("• Your 👍 and 👎, with your Telegram number: {days}.").format(days=retention),
            translated(
                "• A message of yours that I have not answered yet, as Telegram sent it, your name included: until it"
                " is answered."
            ),
            translated(
                "• The numbers of your message, your account, this chat and my answer, so that nothing is answered"
                " twice: {hours} hours."
            ).format(hours=number(in_hours)),
            translated(
                "• If an admin tells me not to answer you, your Telegram number: until that is lifted. What admins tell"
                " me to do, with their number."
            ),
            "",
            translated(
                "I do not keep your name, your picture or anything you say to others, nor what you type behind my name"
                " in other chats, and my logs hold no words of yours. Nothing is given to anybody else or used for"
                " anything else; the people who run this bot can see questions and votes to make it better."
            ),
            "",
            translated("/new makes me leave out what we talked about. /forget deletes everything about you."),
        )
    )

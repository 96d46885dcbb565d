"""What the bot says, wherever it talks, to messages that ask for nothing in the news."""

from typing import Final
from zlib import crc32

from bot.adapters.languages import ask_in_english, every_request_for_english
from bot.adapters.translation import translatable, translated
from bot.answering import Remark
from bot.query.kinds import Topic

_REMARKS: Final = {
    Topic.GREETING: (
        translatable("Hello! What would you like to know from the news? A few words are enough."),
        translatable("Hi there! Ask me about anything in the news, and I quote what the articles say."),
        translatable("Hello! Name a person, a place or an event, and I look it up in the news."),
    ),
    Topic.THANKS: (
        translatable("Any time! Ask me about the news whenever you like: a few words are enough."),
        translatable("You are welcome! Is there anything else you would like to know?"),
        translatable("Glad that helped. I am here for the next question."),
    ),
    Topic.FAREWELL: (
        translatable("Goodbye! Come back when there is news."),
        translatable("See you! I keep reading the papers meanwhile."),
    ),
    Topic.OK: (
        translatable("All right. Ask on whenever you like."),
        translatable("Good. What would you like to know next?"),
        translatable("I am listening: ask about anything in the news."),
    ),
    Topic.WHO: (
        translatable(
            "I am Newsquote, a bot that answers questions about the news with quotes from articles, word for word. I"
            " add nothing of my own, so I cannot make anything up; where no article answers, I say so."
        ),
        translatable(
            "I am a bot, not a person, and no chatbot that writes texts: I search news articles and show you their own"
            " words, with title, source and date. My name is Newsquote."
        ),
    ),
    Topic.HELP: (
        translatable(
            "Ask in your own words, short or long: “who won the election”, “any news on the strike”, “what did the"
            " minister say”. Then ask on: “why?”, “and in August?”, “where is that from?”. Words in quotation marks are"
            " looked for exactly as they stand. /help says more, /sources lists the articles."
        ),
    ),
    Topic.COMPLAINT: (
        translatable(
            "I am sorry that I was no help. I only find what articles say; other words often find more. Try a name, or"
            " ask in a whole sentence."
        ),
        translatable(
            "Sorry! Let us try again: say in a few more words what you are looking for, with a name or a place if you"
            " know one."
        ),
    ),
    Topic.CHORE: (
        translatable("That is beyond me: I only quote what news articles say. Ask me about something in the news."),
        translatable("I cannot help with that, I am afraid. What I can do is find and quote what is in the news."),
    ),
    Topic.NEWEST: (
        translatable(
            "None of my articles says when it was published, so I cannot tell which are new. /sources lists them."
        ),
    ),
    Topic.ARTICLE: (
        translatable(
            "I have not quoted anything yet. Ask about the news first; each quote comes with its title, source, date"
            " and link."
        ),
    ),
}
"""What is said where no article is quoted. Of several any one is said."""


def remarks_on(topic: Topic) -> list[str]:
    """Return what may be said of a topic; of another language, all that is said in one."""
    if topic is Topic.LANGUAGE:
        return every_request_for_english()
    return [translated(choice) for choice in _REMARKS[topic]]


def remark(outcome: Remark, reply_id: str) -> str:
    """Return a few words of the bot's own; of several it may say, which ones depends on the reply."""
    if outcome.topic is Topic.LANGUAGE:
        return ask_in_english(outcome.language)
    choices = remarks_on(outcome.topic)
    return choices[crc32(reply_id.encode()) % len(choices)]

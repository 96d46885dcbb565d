"""Every sentence the pages say in the bot's own voice. None of them is about the news.

Constants are in English, to be `translated` where they are shown; functions return what they say translated.
"""

from typing import Final

from bot.adapters import digest_wording, wording
from bot.adapters.translation import counted, number, translatable, translated

THANKS: Final = wording.THANKS
FORGOTTEN: Final = wording.FORGOTTEN
CHANGED_SINCE: Final = wording.CHANGED_SINCE
SHOWING_RESULTS_FOR: Final = wording.SHOWING_RESULTS_FOR
UNTITLED: Final = wording.UNTITLED
CHANGED_SINCE_QUOTED: Final = wording.CHANGED_SINCE_QUOTED
WORDS_GONE: Final = wording.WORDS_GONE
PUBLISHER_SAYS: Final = wording.PUBLISHER_SAYS

NAME: Final = "Newsquote"
TAGLINE: Final = translatable("The news in its own words")
SKIP: Final = translatable("Skip to the text")
ASK: Final = translatable("Ask")
SOURCES: Final = translatable("Sources")
CHECK: Final = translatable("Check")
CHECK_HEADING: Final = translatable("Is a quote real?")
CHECK_WHAT: Final = translatable(
    "A text with quotations, or the words themselves: each is looked for in all articles, word for word."
)
MAIN_MENU: Final = translatable("Pages")

WHAT_CAME_IN: Final = translatable("What came in")
A_DAY: Final = translatable("One day")
A_WEEK: Final = translatable("One week")
AS_FEED: Final = digest_wording.AS_FEED

READ_AT_PUBLISHER: Final = translatable("Read it at the publisher")
NO_ADDRESS: Final = translatable("The publisher’s page is not known.")
CHECKED: Final = translatable("checked just now")
AS_INDEXED: Final = translatable("The article word for word, as it was when it was added.")
QUOTED_WORDS: Final = translatable("Quoted words")
SEE_IN_ARTICLE: Final = translatable("See it in the article")
COPY_WITH_CITATION: Final = translatable("Copy with citation")
AS_TEXT: Final = translatable("Text")
AS_MARKDOWN: Final = translatable("Markdown")
AS_HTML: Final = translatable("HTML")
COPY: Final = translatable("Copy")
COPIED: Final = translatable("Copied")
LINK_TO_WORDS: Final = translatable("Link to these words")
THE_ARTICLE: Final = translatable("The article")
SELECT_HINT: Final = translatable("Select any words of the article to get a link that leads to them.")
EARLIER_VERSION: Final = translatable("This is another version of the article than the one that I quote now.")
SEE_CURRENT: Final = translatable("See the version that I quote now")
OTHER_VERSIONS: Final = translatable("Other versions that are kept")
WHAT_DIFFERS: Final = translatable("What differs from the version that I quote now")
STRUCK_OUT: Final = translatable("Struck out: only in this version. Underlined: only in the one that I quote now.")
TOO_LONG_TO_COMPARE: Final = translatable("The versions are too long to compare word by word.")
NOT_IN_THIS_VERSION: Final = translatable("Some of the places that this link names are beyond the end of this version.")
HOW_IT_IS_CHECKED: Final = translatable("How this is checked")
FINGERPRINT: Final = translatable(
    "The revision is the beginning of the SHA-256 of the article’s text in UTF-8. It was computed anew from the text"
    " above before this page was made, and places are counted in characters (Unicode code points) of that text."
)

NO_SUCH_PAGE: Final = translatable("There is no such page.")
NOT_KEPT: Final = translatable("This article, or this version of it, is not kept any more.")
NOT_KEPT_WHY: Final = translatable(
    "It may have been changed or taken out since it was quoted, or the link is not complete."
)
LINK_EXPIRED: Final = translatable("This link has expired.")
LINK_EXPIRED_WHY: Final = translatable("Ask the bot again: each answer comes with new links.")
NOT_OPEN: Final = translatable("These pages are open to the people on this bot’s list.")
NOT_OPEN_WHY: Final = translatable("Open them by a link that the bot has sent you on Telegram, or by its button.")
GO_ASK: Final = translatable("Ask a question")

WHAT_I_DO: Final = translatable(
    "I answer questions about news articles by quoting them, word for word, and I show you where each quote comes from."
)
NOTHING_MADE_UP: Final = translatable(
    "I write nothing of my own, so I can’t make anything up. When no article answers, I say so."
)
YOUR_QUESTION: Final = translatable("Your question")
PLACEHOLDER: Final = translatable("Ask about the news…")
TRY_ONE: Final = translatable("Try one of these")
NO_ARTICLES: Final = translatable("I have no articles yet. As soon as I have some, just ask in your own words.")
CONVERSATION: Final = translatable("Conversation")
YOU_ASKED: Final = translatable("You asked")
IN_CONTEXT: Final = translatable("In context")
AROUND_IT: Final = translatable("The words around it")
LESS_LIKELY: Final = translatable("Less likely to answer it, but close:")
CLOSEST: Final = translatable("The closest I have")
AS_TYPED: Final = translatable("Search my exact words")
WITHOUT_MARKS: Final = translatable("Without the quotation marks")
WHICH_ONE: Final = translatable("Which one do you mean?")
ARTICLES: Final = translatable("Articles")
ARTICLES_FOUND: Final = translatable("Articles I found, the likeliest first")
NO_ARTICLES_FOUND: Final = translatable("I found no articles for it.")
HELPFUL: Final = translatable("This answered my question")
NOT_HELPFUL: Final = translatable("This did not answer my question")
START_AFRESH: Final = translatable("Start afresh")
DELETE_ALL: Final = translatable("Delete this conversation")
ALL_BY: Final = translatable("All by")
CONFIRM_DELETE: Final = translatable(
    "This deletes your questions, my answers to them and your votes. It cannot be undone."
)
PRIVACY: Final = translatable(
    "Your questions and my answers are kept under a cookie that holds nothing but chance, so that you can ask on."
    " Nothing of it is given to anybody else."
)
BACK: Final = translatable("Back to the conversation")
SEARCH_SOURCES: Final = translatable("Words of a title or source")
SEARCH: Final = translatable("Search")
PREVIOUS: Final = translatable("Previous")
NEXT: Final = translatable("Next")
THINKING: Final = translatable("Looking it up…")
WENT_WRONG: Final = translatable("Sorry, something went wrong on my side. Please try again in a moment.")
FORM_EXPIRED: Final = translatable("That form is out of date, so nothing was done.")
FORM_EXPIRED_WHY: Final = translatable("Go back to the page, load it again, and send it once more.")
TOO_BUSY: Final = translatable(
    "Sorry, more people are asking right now than I can answer. Please ask again in a minute."
)


def privacy_with_model(model: str) -> str:
    """Return what is kept, and what is sent to a language model."""
    return translated(
        "Your questions and my answers are kept under a cookie that holds nothing but chance, so that you can ask on."
        " To be understood, your questions, what was said before and sentences of articles are sent to the language"
        " model {model}, which the people who run this bot have chosen. Nothing else of it is given to anybody else."
    ).format(model=model)


def place(start: int, end: int) -> str:
    """Return which characters of an article are meant."""
    return translated("Characters {start}–{end}").format(start=number(start), end=number(end))


def of_revision(revision: str) -> str:
    """Return which revision they are of."""
    return translated("of revision {revision}").format(revision=revision)


def selected(count: int) -> str:
    """Return how many characters are selected."""
    return counted("{count} character", "{count} characters", count)


def changes(count: int) -> str:
    """Return how often two versions differ."""
    return counted("They differ in {count} place.", "They differ in {count} places.", count)


def quoted_in_reply_to(question: str) -> str:
    """Return what a mark in the margin says."""
    return translated("Quoted in reply to “{question}”").format(question=question)


def vote_label(place_in_chat: int) -> str:
    """Return what the two buttons under an answer are about."""
    return translated("Was answer {number} any help?").format(number=number(place_in_chat))


def sources_heading(total: int) -> str:
    """Return the heading of the list of sources."""
    return counted("I can quote {count} article", "I can quote {count} articles", total)


def page_of(current: int, last: int) -> str:
    """Return which page of a list is shown."""
    return translated("Page {page} of {pages}.").format(page=number(current), pages=number(last))


def none_found(words: str) -> str:
    """Say that these words match nothing in a list."""
    return translated("No article has “{words}” in its title or source.").format(words=words)


def more(count: int) -> str:
    """Return the label of what opens further quotes."""
    return counted("{count} more quote", "{count} more quotes", count)


def too_many(wait_seconds: int) -> str:
    """Say that somebody asked too much, and how long to wait."""
    return translated("That was a lot of questions in a minute. Please ask again in {seconds}.").format(
        seconds=counted("{count} second", "{count} seconds", wait_seconds)
    )


def too_long_to_check(limit: int) -> str:
    """Return what to do about a text that is too long to be checked."""
    return translated("That is a long one! Please check at most {limit} characters at once.").format(
        limit=number(limit)
    )


def too_long(limit: int) -> str:
    """Return what to do about a question that is too long."""
    return translated("That is a long one! Please shorten your question to at most {limit} characters.").format(
        limit=number(limit)
    )

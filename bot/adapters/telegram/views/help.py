"""The welcome: what the bot does, questions to try, and its commands."""

from collections.abc import Iterator, Sequence

from bot.adapters.examples import example_articles, example_question
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.admin_texts import ADMIN_COMMANDS
from bot.adapters.telegram.views.html import Segment, styled, words_of_others
from bot.adapters.telegram.views.keyboards import examples_keyboard
from bot.adapters.telegram.views.links import article_key
from bot.adapters.telegram.views.messages import Outgoing
from bot.adapters.translation import translated
from index import Article


def help_message(articles: Sequence[Article], bot_name: str, *, for_admin: bool, is_a_guest: bool = False) -> Outgoing:
    """Return how to use the bot, with questions that its own articles can answer, each under a button.

    `is_a_guest`: it may be called into chats that it is no member of.
    """
    chosen = example_articles(articles)
    segments = [
        styled(f"{translated(texts.WHAT_I_DO)}\n\n"),
        styled(f"{translated(texts.EXAMPLES if chosen else texts.NO_EXAMPLES)}\n", bold=bool(chosen)),
    ]
    for position, article in enumerate(chosen, start=1):
        segments += [styled(f"{position}. "), *words_of_others(example_question(article), italic=True), styled("\n")]
    segments += [
        styled(f"\n{translated(texts.FOLLOW_UPS)}\n{translated(texts.NARROWER)}\n\n"),
        *_commands(texts.COMMANDS_HEADING, texts.READER_COMMANDS),
        styled(f"\n{texts.in_groups(bot_name)}{f' {translated(texts.AS_A_GUEST)}' if is_a_guest else ''}"),
    ]
    if for_admin:
        segments += [styled("\n\n"), *_commands(texts.ADMIN_HEADING, ADMIN_COMMANDS)]
    return Outgoing(tuple(segments), examples_keyboard([article_key(article.id) for article in chosen]))


def _commands(heading: str, commands: Sequence[tuple[str, str]]) -> Iterator[Segment]:
    yield styled(f"{translated(heading)}\n", bold=True)
    for name, meaning in commands:
        yield styled(f"/{name} – {translated(meaning)}\n")

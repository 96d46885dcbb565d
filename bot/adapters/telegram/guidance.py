"""The welcome: what the bot does, questions to try, and its commands."""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.adapters.telegram import texts
from bot.adapters.telegram.markup import Segment, styled
from bot.adapters.telegram.rendering import Message
from index import Article

_EXAMPLES: Final = 3
_LONGEST_EXAMPLE_TITLE: Final = 90


def help_message(articles: Sequence[Article], bot_name: str, *, for_admin: bool) -> Message:
    """How to use the bot, with questions that its own articles can answer."""
    segments = [
        styled(f"{texts.WHAT_I_DO}\n\n"),
        styled(f"{texts.EXAMPLES}\n", bold=True),
        *(styled(f"• {question}\n", italic=True) for question in example_questions(articles)),
        styled(f"{texts.FOLLOW_UPS}\n\n"),
        *_commands(texts.COMMANDS_HEADING, texts.READER_COMMANDS),
        styled(f"\n{texts.in_groups(bot_name)}"),
    ]
    if for_admin:
        segments += [styled("\n\n"), *_commands(texts.ADMIN_HEADING, texts.ADMIN_COMMANDS)]
    return Message(tuple(segments))


def example_questions(articles: Sequence[Article]) -> Sequence[str]:
    """A few questions from titles spread over the list, the same ones as long as it does not change."""
    titles = [article.title.strip() for article in articles if _suits_an_example(article.title)]
    if not titles:
        return texts.FALLBACK_EXAMPLES
    step = max(1, len(titles) // _EXAMPLES)
    return [texts.example_about(title) for title in titles[::step][:_EXAMPLES]]


def _suits_an_example(title: str) -> bool:
    return 15 <= len(title.strip()) <= _LONGEST_EXAMPLE_TITLE and "\n" not in title.strip()


def _commands(heading: str, commands: Sequence[tuple[str, str]]) -> Iterator[Segment]:
    yield styled(f"{heading}\n", bold=True)
    for name, meaning in commands:
        yield styled(f"/{name} – {meaning[0].lower()}{meaning[1:]}\n")

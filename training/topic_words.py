"""Learn which words of messages tell what a chat is about, from chats about made-up news.

    python -m training.topic_words --talks FOLDER [--out bot/query/topic_words.npz]

FOLDER holds `train/`, with `articles.jsonl.gz` and `messages.jsonl.gz`. A word names a subject as far as the articles
of the story that a message is about have it in their titles or at their beginnings oftener than others. Seconds.
"""

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from bot.query.topic_words import LEAD_CHARS, TopicWords
from index import Article
from index.text.terms import terms_of
from training.newschat import Message, Newschat

_LEAST_MESSAGES = 2
"""Of a word that fewer messages hold nothing is known."""
_PRIOR_MESSAGES = 3.0
"""What is expected of any word counts as much as so many messages."""
_OUT = Path("bot/query/topic_words.npz")


def learn(talks: Newschat) -> TopicWords:
    """Return how often each term of messages stands where an article of their story says what it is about, less how
    often it does where any other does."""
    beginnings = {story: _beginnings(articles) for story, articles in talks.stories.items()}
    anywhere = Counter(term for terms in beginnings.values() for term in terms)
    held, total = Counter[str](), Counter[str]()
    for message in talks.messages:
        terms = set(terms_of(message.typed))
        total.update(terms)
        held.update(terms & beginnings[message.story])
    expected = held.total() / total.total()
    shares = {
        term: max(
            0.0,
            (held[term] + _PRIOR_MESSAGES * expected) / (count + _PRIOR_MESSAGES) - anywhere[term] / len(beginnings),
        )
        for term, count in sorted(total.items())
        if count >= _LEAST_MESSAGES
    }
    return TopicWords(shares)


def naming_share(messages: Iterable[Message], words: TopicWords) -> float:
    """Return in which share of messages some word names a subject."""
    named = [any(map(words.names_subject, terms_of(one.typed))) for one in messages]
    return float(np.mean(named))


def main() -> None:
    """Learn, tell what was learnt, and write."""
    parser = argparse.ArgumentParser(
        "python -m training.topic_words", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--talks", type=Path, required=True, help="folder with train/")
    parser.add_argument("--out", type=Path, default=_OUT, help="where to write the shares")
    options = parser.parse_args()
    talks = Newschat.load(options.talks / "train")
    words = learn(talks)
    words.save(options.out)
    for name, some in (
        ("first messages", [one for one in talks.messages if not one.earlier]),
        ("messages that lean", [one for one in talks.messages if one.earlier and one.typed != one.complete]),
    ):
        print(f"{len(some)} {name}: {naming_share(some, words):.3f} hold a word that names a subject")
    print(f"{len(words.shares)} terms, {options.out.stat().st_size / 1024:.0f} KiB")


def _beginnings(articles: Iterable[Article]) -> set[str]:
    return {term for one in articles for term in terms_of(f"{one.title}. {one.text[:LEAD_CHARS]}")}


if __name__ == "__main__":
    main()

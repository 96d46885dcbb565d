"""Plays the chats of question sets through the bot that ships, for follow-ups behind what it answered itself.

    python -m training.playing --sets DIR [DIR ...] --out DIR

Each set is a folder as `training.ranking` takes it, all of the same articles; an id is that of a chat, a hyphen and the
message's place there. A message stands behind what the bot answered to those before it, with the words that it quoted,
in place of what the set says. Only follow-ups are written.
"""

import argparse
import json
import shutil
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.progress import track

from bot.adapters.jsonl import AskedQuestion, read_questions, reply_as_json
from bot.app import build_dialogue
from bot.dialogue import Dialogue
from bot.settings import Settings
from bot.store import Store
from index import Article
from index.embedding.embedder import OnnxEmbedder
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from index.settings import IndexSettings

_ARTICLES, _GOLD = "articles.jsonl", "gold.jsonl"


def main() -> None:
    """Play all chats and write the follow-ups with what was answered."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    shutil.copy(options.sets[0] / _ARTICLES, options.out / _ARTICLES)
    index = options.out / "index"
    articles = (one for one in read_articles(options.out / _ARTICLES) if isinstance(one, Article))
    DiskLibrary(index).rebuild(articles, OnnxEmbedder.load(IndexSettings.from_environment().model_cache))
    asked = [one for folder in options.sets for one in _asked(folder)]
    chats = [list(some) for _, some in groupby(sorted(asked, key=_place), key=lambda one: _place(one)[0])]
    with Store.in_memory() as store, (options.out / _GOLD).open("w", encoding="utf-8") as file:
        dialogue = build_dialogue(Settings.from_environment().model_copy(update={"index": index}), store)
        for chat in track(chats, description="playing"):
            for line in play(chat, dialogue):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _asked(folder: Path) -> list[AskedQuestion]:
    with (folder / _GOLD).open(encoding="utf-8") as lines:
        return list(read_questions(lines))


def _place(asked: AskedQuestion) -> tuple[str, int]:
    """Return the chat that a message stands in, and its place there."""
    chat, _, place = str(asked.id).rpartition("-")
    return chat, int(place)


def play(chat: Sequence[AskedQuestion], dialogue: Dialogue) -> Iterator[dict[str, Any]]:
    """Yield the follow-ups of a chat, each behind what was answered to those before it."""
    history: list[dict[str, Any]] = []
    for asked in chat:
        if history:
            yield {**asked.fields, "history": list(history)}
        reply = reply_as_json(dialogue.reply(_place(asked)[0], asked.question, scope=asked.scope))
        said = {"answer": reply["answer"], "citations": reply["citations"]} if reply["answered"] else {}
        history.append({"question": asked.question, **said})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m training.playing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=Path, nargs="+", required=True, help="folders of the same articles")
    parser.add_argument("--out", type=Path, required=True, help="folder for the set that is made")
    return parser.parse_args()


if __name__ == "__main__":
    main()

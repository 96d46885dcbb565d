"""Training what judges whether a message leans on the chat before it."""

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.followup.leaning import Leaning
from tests.late_imports import imported_when_used
from training.area_under_roc import area_under_roc

if TYPE_CHECKING:
    from training import resolver
else:
    resolver = imported_when_used("training.resolver")


def _message(story: str, turn: int, question: str, standalone: str) -> dict[str, object]:
    return {
        "conversation": f"{story}-1",
        "story": story,
        "turn": turn,
        "question": question,
        "standalone": standalone,
        "follow_up": turn > 1,
        "answer": None,
        "evidence": [{"article": story, "start": 0, "end": 5}],
    }


def _folder(path: Path) -> Path:
    stories = {"ferry": "Ferry sank.", "bridge": "Bridge opened."}
    articles = [{"id": story, "title": story, "text": text} for story, text in stories.items()]
    messages = [
        message
        for story in stories
        for message in (
            _message(story, 1, f"latest on the {story}", f"latest on the {story}"),
            _message(story, 2, "when", f"When was it, with the {story}?"),
        )
    ]
    for name, rows in (("articles", articles), ("messages", messages)):
        with gzip.open(path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def test_messages_lean_on_their_own_chat_and_not_on_one_about_another_story(tmp_path: Path) -> None:
    chats = resolver.Chats.load(_folder(tmp_path))

    found = [one for seed in range(20) for one in resolver.examples_of(chats, seed=seed)]

    assert all(one.message.endswith("when") for one in found if one.leans)
    assert {one.kind for one in found if one.message.startswith(resolver._CHANGES)} == {"another story"}
    assert "thanks, when" in {one.message for seed in range(200) for one in resolver.examples_of(chats, seed=seed)}
    for one in found:
        if one.kind == "another story":
            own = "ferry" if "ferry" in one.message else "bridge"
            assert own in one.message
            assert own not in one.turns[0].question
    assert {turn.answer for one in found for turn in one.turns} == {None, "Ferry", "Bridg"}


def test_a_network_learns_what_facts_and_words_tell_and_ships_rounded(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    facts = chance.normal(5.0, 3.0, size=(4000, 3)).astype(np.float32)
    says_and = chance.random(4000) < 0.5
    messages = ["and when was it" if one else "when was it" for one in says_and]
    leans = ((facts[:, 0] > 5.0) & says_and).astype(np.float32)

    resolver.train(facts, messages, leans).save(tmp_path / "leaning.npz")
    with (tmp_path / "leaning.npz").open("rb") as file:
        leaning = Leaning.load(file)

    chances = [leaning.chance_by(*one) for one in zip(messages, facts, strict=True)]
    assert area_under_roc(np.array(chances), leans > 0) > 0.97
    assert set(leaning.places) >= {"and", "when", "< and", "and when"}

"""Chats of question sets, played through the bot that ships."""

import json
from typing import Any

from bot.adapters.jsonl import read_questions
from bot.dialogue import Dialogue
from training.playing import play


def test_a_follow_up_stands_behind_what_the_bot_itself_answered(dialogue: Dialogue) -> None:
    asked: list[dict[str, Any]] = [
        {"id": "c-1", "question": "Who brokered the ceasefire?", "cluster": "c"},
        {"id": "c-2", "question": "thanks", "history": [{"question": "Who brokered it?", "answer": "Paris"}]},
        {"id": "c-3", "question": "and when was that", "answerable": False},
    ]

    thanked, dated = play(list(read_questions(map(json.dumps, asked))), dialogue)

    (brokered,) = thanked["history"]
    assert brokered["question"] == "Who brokered the ceasefire?"
    assert "brokered by Moscow" in brokered["citations"][0]["quote"]
    assert dated == asked[2] | {"history": [brokered, {"question": "thanks"}]}

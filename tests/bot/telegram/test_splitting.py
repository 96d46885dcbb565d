"""Long messages arrive whole, in parts that Telegram takes."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.telegram.views.html import Segment, plain_text, styled, to_html, utf16_length
from bot.adapters.telegram.views.splitting import MESSAGE_LIMIT, split_segments
from tests.bot.telegram.hostile import hostile_segments
from tests.botapi.tdparse import parse_html


@settings(max_examples=60)
@given(st.lists(hostile_segments(), max_size=8), st.sampled_from([2, 40, MESSAGE_LIMIT]))
def test_parts_join_to_the_whole_and_each_is_valid(segments: list[Segment], limit: int) -> None:
    parts = split_segments(segments, limit)
    assert "".join(plain_text(part) for part in parts) == plain_text(segments)
    for part in parts[:20]:
        assert utf16_length(plain_text(part)) <= limit
        assert parse_html(to_html(part))[0] == plain_text(part)


@settings(max_examples=30)
@given(st.lists(hostile_segments(), max_size=4))
def test_every_character_keeps_its_style(segments: list[Segment]) -> None:
    parts = split_segments(segments, 50)
    assert _styles(chain.from_iterable(parts)) == _styles(segments)


def test_a_short_message_stays_in_one_part() -> None:
    segments = [styled("Short answer", bold=True), styled("\n"), styled("quote", quoted=True)]
    assert split_segments(segments) == [segments]


def test_a_paragraph_is_the_first_choice_and_then_a_sentence_and_then_a_word() -> None:
    assert _split("One. Two.\n\nThree four.", 14) == ["One. Two.\n\n", "Three four."]
    assert _split("One two. Three four five.", 14) == ["One two. ", "Three four ", "five."]
    assert _split("One two three four", 10) == ["One two ", "three four"]
    assert _split("他说没有人受伤。她说有人受伤了。", 12) == ["他说没有人受伤。", "她说有人受伤了。"]


def test_a_word_longer_than_a_message_is_cut_between_whole_characters() -> None:
    assert _split("abc👩\u200d🚀de", 6) == ["abc", "👩\u200d🚀d", "e"]
    assert _split("ace\u0301e\u0301", 3) == ["ac", "e\u0301", "e\u0301"]


def test_ten_thousand_emoji_count_double() -> None:
    assert [len(part) for part in _split("🎈" * 10_000, MESSAGE_LIMIT)] == [2048] * 4 + [1808]


def test_no_part_has_more_entities_than_telegram_keeps() -> None:
    segments = [styled(f"{number} ", bold=number % 2 == 0) for number in range(500)]
    parts = split_segments(segments)
    assert max(len(parse_html(to_html(part))[1]) for part in parts) <= 100
    assert sum(len(parse_html(to_html(part))[1]) for part in parts) == 250


def _split(text: str, limit: int) -> list[str]:
    return [plain_text(part) for part in split_segments([styled(text)], limit)]


def _styles(segments: Iterable[Segment]) -> list[Segment]:
    return [replace(segment, text=character) for segment in segments for character in segment.text]

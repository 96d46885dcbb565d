"""Questions without an answer, grouped."""

from hypothesis import given
from hypothesis import strategies as st

from bot.admin.unanswered import Asked, Gap, find_gaps


def test_questions_that_share_their_words_are_one_gap_the_most_peoples_first() -> None:
    asked = [
        Asked("What is the capital of Mongolia?", "1"),
        Asked("When will the new airport open?", "1"),
        Asked("Who builds the airport?", "2"),
        Asked("when will  the new airport open?", "2"),
        Asked("When will the new airport open?", "3"),
        Asked("Is it?", "4"),
    ]
    assert find_gaps(asked) == [
        Gap(
            ("airport", "new", "open"),
            ("When will the new airport open?", "Who builds the airport?", "when will the new airport open?"),
            times=4,
            people=3,
        ),
        Gap(("capital", "mongolia"), ("What is the capital of Mongolia?",), times=1, people=1),
        Gap((), ("Is it?",), times=1, people=1),
    ]


@given(st.lists(st.builds(Asked, st.text(), st.sampled_from("abc")), max_size=15))
def test_every_question_is_in_exactly_one_gap(asked: list[Asked]) -> None:
    gaps = find_gaps(asked)
    assert sum(gap.times for gap in gaps) == len(asked)
    listed = {question for gap in gaps for question in gap.questions}
    assert listed == {" ".join(each.question.split()) for each in asked}
    assert gaps == sorted(gaps, key=lambda gap: (-gap.people, -gap.times))

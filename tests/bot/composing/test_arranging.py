"""How chosen sentences are put in order and in parts."""

from bot.composing.choosing import Choice
from bot.composing.latest import latest
from bot.composing.members import members
from bot.composing.overview import overview
from bot.composing.sides import sides
from bot.composing.timeline import timeline
from index import Article, Span
from tests.bot.composing.stories import Line, story, words_of


def _first_word(article: Article, span: Span) -> str | None:
    first = span.slice(article.text).split()[0]
    return first if first == "Kim" else None


_HOW = Choice(most=6, most_chars=1500, floor=0.1, share=0.1, novelty=0.5, alike=0.6)


def test_an_overview_opens_with_its_best_sentence_and_goes_on_newest_first() -> None:
    weighed = story(
        {
            "old": [Line("Two trams crashed near the market.", 0.9), Line("Nobody knew why they did.", 0.8)],
            "new": [Line("A signal had failed, the inquiry found.", 0.7), Line("Trams run again.", 0.6, opening=1)],
        },
        {"old": "2026-05-01", "new": "2026-05-09"},
    )

    (part,) = overview(weighed, _HOW).parts

    assert words_of(weighed, part[1]) == [
        "Trams run again.",
        "A signal had failed, the inquiry found.",
        "Two trams crashed near the market.",
        "Nobody knew why they did.",
    ]


def test_a_list_names_each_member_once_and_counts_what_it_left_out() -> None:
    weighed = story(
        {
            "a": [Line("Germany takes part.", 0.9, opening=1), Line("France joined as well.", 0.8)],
            "b": [Line("Germany takes part.", 0.7), Line("Spain came in May.", 0.6), Line("It rained.", 0.01)],
        },
        {},
    )

    arranged = members(weighed, Choice(2, 1500, 0.1, 0.1, 0.5, 0.6))

    assert (words_of(weighed, arranged.rows), arranged.left_out) == (
        ["Germany takes part.", "France joined as well."],
        1,
    )


def test_the_latest_begins_with_the_newest_article_on_the_subject() -> None:
    weighed = story(
        {
            "first": [Line("The strike began at dawn.", 0.9)],
            "second": [Line("The strike began at dawn.", 0.8), Line("Both sides agreed on a raise.", 0.5)],
            "other": [Line("A cat was found.", 0.6)],
        },
        {"first": "2026-05-01", "second": "2026-05-03", "other": "2026-06-01"},
        {"first": 0.9, "second": 0.8, "other": 0.1},
    )

    arranged = latest(weighed, _HOW)

    assert [(heading, words_of(weighed, rows)) for heading, rows in arranged.parts] == [
        ("2026-05-03", ["Both sides agreed on a raise."]),
        ("2026-05-01", ["The strike began at dawn."]),
    ]


def test_what_a_voice_says_on_a_later_day_stands_as_later() -> None:
    weighed = story(
        {
            "late": [Line("Kim said the dam is full.", 0.9, opening=1)],
            "early": [Line("Kim said the dam is safe.", 0.5), Line("The dam leaks, engineers found.", 0.8)],
        },
        {"late": "2026-05-03", "early": "2026-05-01"},
        sources={"early": "The Courier", "late": "The Post"},
    )

    arranged = sides(weighed, Choice(6, 1500, 0.1, 0.1, 0.5, 0.95), _first_word)

    assert [(voice, words_of(weighed, rows)) for voice, rows in arranged.parts] == [
        ("Kim", ["Kim said the dam is safe."]),
        ("Kim", ["Kim said the dam is full."]),
        ("The Courier", ["The dam leaks, engineers found."]),
    ]
    assert arranged.later == {1}


def test_a_timeline_is_in_the_order_of_events_and_counts_undated_ones() -> None:
    weighed = story(
        {
            "a": [Line("It ended on Friday.", 0.9), Line("Nobody was hurt there.", 0.8)],
            "b": [Line("The fire broke out on Monday.", 0.8), Line("A like fire was in 1984.", 0.2)],
        },
        {"a": "2026-05-09", "b": "2026-05-05"},
    )

    arranged = timeline(weighed, _HOW)

    assert [(day, words_of(weighed, rows)) for day, rows in arranged.parts] == [
        ("2026-05-04", ["The fire broke out on Monday."]),
        ("2026-05-08", ["It ended on Friday."]),
    ]
    assert arranged.left_out == 2


def test_how_an_undated_article_begins_is_news_of_its_day() -> None:
    weighed = story({"a": [Line("The mayor resigned.", 0.9), Line("She gave no reason.", 0.9)]}, {"a": "2026-05-09"})

    assert timeline(weighed, _HOW).parts == (("2026-05-09", (0,)),)


def test_without_days_there_is_no_timeline() -> None:
    assert timeline(story({"a": [Line("The mayor resigned.", 0.9)]}, {}), _HOW).parts == ()


def test_what_happened_years_before_a_story_does_not_open_its_timeline() -> None:
    lines = [
        Line("The volcano last erupted in 1984.", 0.9),
        Line("It erupted on Monday.", 0.9),
        Line("Lava reached a road on Tuesday.", 0.8),
        Line("The road was closed on Wednesday.", 0.8),
    ]

    arranged = timeline(story({"a": lines}, {"a": "2026-05-07"}), _HOW)

    assert [day for day, _ in arranged.parts] == ["2026-05-04", "2026-05-05", "2026-05-06"]
    assert arranged.left_out == 1


def test_a_long_history_keeps_its_beginning() -> None:
    lines = [
        Line("The firm was founded in 1943.", 0.9),
        Line("It bought a rival in 2006.", 0.8),
        Line("It went bankrupt on Monday.", 0.9),
        Line("Its shops closed on Tuesday.", 0.8),
        Line("A buyer came on Wednesday.", 0.8),
    ]

    arranged = timeline(story({"a": lines}, {"a": "2026-05-07"}), _HOW)

    assert arranged.parts[0][0] == "1943"


def test_the_latest_rather_opens_with_how_the_newest_article_begins() -> None:
    weighed = story(
        {
            "new": [
                Line("Workers rejected the offer on Wednesday.", 0.2, opening=1.0),
                Line("The minister had helped to get it.", 0.6, opening=2.0),
            ],
        },
        {"new": "2026-05-03"},
    )

    ((_, rows),) = latest(weighed, _HOW).parts

    assert words_of(weighed, rows)[0] == "Workers rejected the offer on Wednesday."

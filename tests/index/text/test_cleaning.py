"""What may not be quoted is marked, and nothing that says something is."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.cleaning import find_debris, front_matter_end

SEED = Path(__file__).parents[3] / "seeds" / "000_5c401926a82ef3ad.txt"
PROSE = "The ministry said on Tuesday that the two sides had agreed to meet again next week in Geneva."
MORE_PROSE = "Neither side gave details of the talks, which went on late into the night behind closed doors."


def marked(text: str, title: str = "") -> list[str]:
    return [span.slice(text) for span in find_debris(text, title)]


def test_seed_article_loses_its_headlines_junk_headings_and_stray_tag() -> None:
    text = SEED.read_text(encoding="utf-8")
    headline = "Nearly 50 Armenian soldiers killed in clashes with Azerbaijan"
    assert marked(text, headline) == [
        headline,
        f"{headline} ;djan",
        "Deep Concern”",
        "p>",
        "Frequent clashes",
    ]


@pytest.mark.parametrize(
    ("line", "debris"),
    [
        (f"<p>{PROSE}</p>", ["<p>", "</p>"]),
        (f'<div class="lead"><b>{PROSE}</b></div>', ['<div class="lead"><b>', "</b></div>"]),
        (f"{PROSE} p>", ["p>"]),
        (f"{PROSE}/div>", ["/div>"]),
        (f"{PROSE} <br", ["<br"]),
        (f'{PROSE} class="x" id="y">', ['class="x" id="y">']),
        (f"{PROSE}&nbsp;&nbsp;", ["&nbsp;&nbsp;"]),
        (f"{PROSE} ;xyz", [";xyz"]),
        (f'{PROSE}<script type="x">var a = 1;</script>', ['<script type="x">var a = 1;</script>']),
        (f"{PROSE}<!-- an advert -->", ["<!-- an advert -->"]),
        (f'<amp-img src="a.png"></amp-img>{PROSE}', ['<amp-img src="a.png"></amp-img>']),
    ],
)
def test_leftover_markup_is_marked_and_its_sentence_is_not(line: str, debris: list[str]) -> None:
    assert marked(f"{line}\n\n{MORE_PROSE}\n") == debris


@pytest.mark.parametrize(
    "line",
    [
        "He did <b>not</b> say that the attack was over.",  # cut there, it would say the opposite
        "The share <CGE.P> rose by 5 < 6 and a > b, AT&amp;T said; the trial found p > 0.05 and p>0.01.",
        "Write to <editor@example.org> or see <PPG> for more of it.",
        "The talks went on;\nthey ended at noon ; nobody won.",
    ],
)
def test_text_that_only_looks_like_markup_stays(line: str) -> None:
    assert marked(f"{line}\n\n{MORE_PROSE}\n") == []


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement",
        "Story continues below advertisement",
        "Read more: How the war began",
        "RELATED:How the war began",
        "Sign up for our daily newsletter and get the news in your inbox.",
        "Subscribe to our newsletter",
        "Share this article",
        "Share on Facebook",
        "Follow Ann Smith on Twitter: @annsmith",
        "© 2022 The Example Times",
        "Copyright 2022 The Associated Press. All rights reserved.",
        "We use cookies to improve your experience on this site.",
        "Skip to main content",
        "Image source: Getty Images",
        "***",
        "”",
    ],
)
def test_boilerplate_line_is_marked(line: str) -> None:
    assert marked(f"{PROSE}\n\n{line}\n\n{MORE_PROSE}\n") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Copyright law does not cover the recipes, the court found.",
        "Subscribe numbers fell by 4 million.",
        "Follow the money, he said.",
        "Advertisement spending fell.",
        "Facebook lost 4 million",
        "Photos: A soldier carries a baby across a bridge. He had walked for days. The town was empty.",
    ],
)
def test_news_in_the_words_of_boilerplate_stays(line: str) -> None:
    assert marked(f"{PROSE}\n\n{line}\n\n{MORE_PROSE}\n") == []


@pytest.mark.parametrize("label", ["AI-assisted summary", "Key takeaways:"])
def test_label_in_front_of_a_sentence_is_marked_and_its_sentence_is_not(label: str) -> None:
    text = f"{label} The strike of 30,000 workers stretched into its fourth day."
    assert [span.slice(text) for span in find_debris(text, "")] == [label]


def test_end_of_a_gallery_is_marked_and_its_captions_are_not() -> None:
    end = "Marco Garcia/AP In pictures: a volcano Prev Next"
    text = f"People watch lava erupt. Cars drive down the road on November 28. {end}"
    assert [span.slice(text) for span in find_debris(text, "")] == [end]


@pytest.mark.parametrize(
    "note",
    [
        "Editor’s Note: A version of this story appeared in a newsletter. To get it in your inbox, sign up, here.",
        "Editor's note: This page reflects news on Hurricane Beryl from Monday.",
        "This story and headline have been updated with additional developments Tuesday.",
        "Sign up to our Ten Things newsletter A free digest "
        + "of the biggest news stories of the day " * 6
        + "Your Email Address By submitting your information you agree to the Terms.",
    ],
)
def test_what_tells_of_the_page_and_not_of_the_news_is_marked(note: str) -> None:
    assert marked(f"{note}\n\n{PROSE}\n\n{MORE_PROSE}\n") == [note]


@pytest.mark.parametrize(
    "stamp",
    [
        "Updated June 22, 2026, 8:42 p.m. ET",
        "Dec. 20, 2022 Updated Dec. 21, 2022, 9:05 a.m. ET",
        "Published 14 May 2024",
        "May 27, 2026, 6:07 a.m. ET",
    ],
)
def test_when_a_page_was_put_up_is_marked(stamp: str) -> None:
    assert marked(f"{stamp}\n\n{PROSE}\n\n{MORE_PROSE}\n") == [stamp]


@pytest.mark.parametrize("line", ["On 14 May 2024", "Updated rules on 14 May, 9:05 a.m.", "May 1, 1968"])
def test_a_date_that_may_belong_to_what_follows_stays(line: str) -> None:
    assert marked(f"{PROSE}\n\n{line}\n{MORE_PROSE}\n") == []


@pytest.mark.parametrize(
    "note",
    [
        "Editor’s note: Simone Biles won gold in the all-around final at the Paris Olympics.",
        "This story was updated because an earlier version included an inaccuracy.",
    ],
)
def test_note_on_what_happened_or_was_wrong_stays(note: str) -> None:
    assert marked(f"{note}\n\n{PROSE}\n\n{MORE_PROSE}\n") == []


def test_headline_is_marked_in_almost_the_titles_words_and_when_cut_short() -> None:
    title = "Ministers agree to meet again in Geneva"
    near = f"Ministers agree to meet again in Geneva - live\n\n{PROSE}\n\n{MORE_PROSE}"
    assert marked(near, title) == ["Ministers agree to meet again in Geneva - live"]
    whole = f"{title} next week\n\n{PROSE}\n\n{MORE_PROSE}"
    assert marked(whole, "Ministers agree to meet again in ...") == [f"{title} next week"]


def test_first_sentence_that_serves_as_title_stays() -> None:
    assert marked(f"{PROSE}\n\n{MORE_PROSE}", PROSE) == []
    assert marked(f"GENEVA (AP) -- Talks begin again\n\n{PROSE}", "GENEVA (AP) -- Talks begin again") == []


def test_paragraph_that_comes_twice_is_marked_the_second_time() -> None:
    text = f"{PROSE}\n\n{MORE_PROSE}\n\n{PROSE}\n"
    (span,) = find_debris(text, "")
    assert (span.start, span.slice(text)) == (text.rindex(PROSE), PROSE)


@pytest.mark.parametrize("heading", ["Frequent clashes", "Deep Concern”", "What happens next", "## The talks"])
def test_heading_above_prose_is_marked(heading: str) -> None:
    text = f"{PROSE}\n\n{MORE_PROSE}\n\n{heading}\n\nHe left the hall early.\n\nNobody knew why he had gone."
    assert marked(text) == [heading]


@pytest.mark.parametrize(
    "line",
    [
        "Putin says the war will go on",  # has a verb
        "At least 49 dead",  # has a number
        "The result: a draw",
        "“We shall never surrender”",
        "- bread and butter",
        "bread and butter",
        "He left.",
    ],
)
def test_short_line_that_says_something_stays(line: str) -> None:
    assert marked(f"{PROSE}\n\n{line}\n\n{MORE_PROSE}\n") == []


def test_answer_below_a_question_and_item_below_a_colon_stay() -> None:
    assert marked(f"{PROSE}\n\nWho won the match in the end?\n\nFrance\n\n{MORE_PROSE}") == []
    assert marked(f"{PROSE}\n\nThe winners of the cup in this order are:\n\nFrance\n\n{MORE_PROSE}") == []


def test_lists_lyrics_tables_speakers_and_labels_stay() -> None:
    items = "He packed:\n\n- bread\n- butter\n- a map\n"
    lyrics = "Row, row, row your boat\nGently down the stream\nRow, row, row your boat\nLife is but a dream\n"
    table = "Team    Won    Lost\nFrance    3    1\nBrazil    2    2\n"
    interview = f"Ann Smith\n\n{PROSE}\n\nBob Jones\n\n{MORE_PROSE}\n\nAnn Smith\n\nHe did not answer her at all.\n"
    states = f"Alabama\n\n{PROSE}\n\nAlaska\n\n{MORE_PROSE}\n\nArizona\n\nThe desert is in bloom again.\n"
    assert [marked(text) for text in (items, lyrics, table, interview, states)] == [[], [], [], [], []]


def test_front_matter_is_marked_and_a_rule_between_paragraphs_is_no_front_matter() -> None:
    block = "---\ntitle: Talks\npublished: 2022-09-13\ntags:\n  - war\n---"
    assert marked(f"{block}\n{PROSE}\n", "Talks") == [block]
    assert front_matter_end(f"---\n{PROSE}\n---\n") == 0
    assert front_matter_end("---\ntitle: never closed\n") == 0


def test_text_of_debris_alone_keeps_all_but_its_markup() -> None:
    assert marked("<p>Talks begin</p>", "Talks begin") == ["<p>", "</p>"]
    assert marked("<p></p>") == ["<p></p>"]
    assert marked("") == []


FRAGMENTS = st.sampled_from(
    ["<p>", "</p>", "p>", "<br", " ;junk", "\n", "\n\n", "\r\n", "&nbsp;", "<b>", "</b>", " ", "”", "Title",
     "Advertisement", "---\n", "a: b\n", PROSE, "Short heading", "<!--", "-->", 'class="x">', "\u2028", "\0"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(FRAGMENTS, max_size=30).map("".join))


@given(TEXTS, st.one_of(st.text(max_size=20), st.just("Title")))
def test_spans_are_ordered_disjoint_trimmed_and_inside_any_text(text: str, title: str) -> None:
    spans = find_debris(text, title)
    ends = [0, *(span.end for span in spans)]
    assert all(end <= span.start for end, span in zip(ends, spans, strict=False))
    assert ends[-1] <= len(text)
    assert all(span.slice(text) == span.slice(text).strip() for span in spans)
    assert find_debris(text, title) == spans


@pytest.mark.parametrize(
    "piece", ["<", "<a ", '<div x="', " ;a", "&nbsp;", "<b>", "p>", "<script>", "<!--", '"', "x", " ", 'x="a" ']
)
def test_hostile_line_of_a_hundred_thousand_characters_takes_no_time(piece: str) -> None:
    started = time.perf_counter()
    find_debris(piece * (100_000 // len(piece)), "a title")
    assert time.perf_counter() - started < 5  # a quadratic rule takes minutes

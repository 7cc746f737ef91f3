"""Outside text on the screen: shown to the letter, and nothing in it does anything."""

from collections import Counter
from datetime import UTC, date, datetime
from html import unescape

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from diary.ui import text
from tests.corpus.naughty import TEXTS, VAST


@given(st.text())
def test_html_leaves_nothing_that_could_be_a_tag_or_end_an_attribute(raw: str) -> None:
    assert not set(text.html(raw)) & set("<>\"'")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_label_reads_as_it_was_written(raw: str) -> None:
    paragraph = MarkdownIt("commonmark").render(f"x{text.plain(raw)}x").replace(text.WORD_JOINER, "")
    shown = paragraph.replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert " ".join(shown.removeprefix("<p>x").removesuffix("x</p>\n").split()) == " ".join(raw.split()) or {
        "\0",
        text.WORD_JOINER,
    } & set(raw)


@pytest.mark.parametrize(
    ("note", "never"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("<img src=x onerror=alert(1)>", "<img"),
        ("![](https://evil.example/pixel.gif)", "<img"),
        ("[a](javascript:alert(1))", "href"),
        ("[a](data:text/html,x)", "href"),
        ("[a](vbscript:x)", "href"),
    ],
)
def test_a_note_runs_and_fetches_nothing(note: str, never: str) -> None:
    assert never not in text.note_html(note)


def test_a_note_is_markdown_with_links_that_open_elsewhere() -> None:
    shown = text.note_html("*soft* [rain](https://example.org)\n\n- one")
    assert "<em>soft</em>" in shown
    assert '<a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">rain</a>' in shown
    assert "<li>one</li>" in shown


def test_a_line_break_in_a_note_is_a_line_break() -> None:
    assert "one<br" in text.note_html("one\ntwo")


def letters(shown: str) -> Counter[str]:
    return Counter(filter(str.isalpha, shown))


@pytest.mark.parametrize(
    "note",
    [*TEXTS, *VAST.values(), "> " * 20 + "deep", "".join("  " * n + f"- {n}\n" for n in range(12)) + "z"],
    ids=lambda note: ascii(note[:20]),
)
def test_no_letter_of_a_note_is_left_out(note: str) -> None:
    assert letters(note) <= letters(unescape(text.note_html(note)))


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("# Title\n\nSoup, *good* lamp.\n- one\n- two", "Title Soup, good lamp. one two"),
        ("un**believ**able", "unbelievable"),
        ("```\ncode\n```", "code"),
        ("", ""),
        ("<b>x</b>", "<b>x</b>"),
        ("> " * 25 + "deep", "> " * 25 + "deep"),
    ],
)
def test_the_first_words_of_a_note_are_without_its_marks(note: str, words: str) -> None:
    assert text.note_words(note, 200) == words


@given(st.text(), st.integers(10, 200))
def test_the_first_words_keep_to_their_limit(note: str, limit: int) -> None:
    assert len(text.note_words(note, limit)) <= limit + 1


@given(st.text(st.sampled_from("ab1.) -+=~#>|!&;:\t\n\r\x0b\u2028") | st.characters(), max_size=40))
def test_a_note_without_marks_has_the_words_that_markdown_would_leave(note: str) -> None:
    assume(not text._MARKDOWN.search(note))
    assert text._bare(note).split() == note.split()


def test_a_moment_is_told_by_the_clock_of_its_place() -> None:
    instant = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert text.moment(instant, "America/New_York", date(2026, 11, 22)) == "the same day, 18:30"
    assert text.moment(instant, "Asia/Tokyo", date(2026, 11, 22)) == "on 23 November 2026, 08:30"


def test_a_moment_at_an_end_of_the_calendar_is_told_in_utc() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert text.moment(first, "America/New_York", date(2026, 11, 22)) == "on 1 January 1, 00:00"
    assert text.moment(last, "Pacific/Kiritimati", date(2026, 11, 22)) == "on 31 December 9999, 23:59"
    assert text.clock_time(last, "Pacific/Kiritimati") == "23:59"


@pytest.mark.parametrize(
    "raw",
    ["https://evil.example/x", "www.evil.example", "me@evil.example", ":material/home:", ":red[x]", "a -> b", "a -- b"],
)
def test_a_label_holds_nothing_that_streamlit_would_make_something_of(raw: str) -> None:
    shown = text.plain(raw).replace("\\", "")
    for sign in ("://", "www.", "e@e", ":material", ":red", "->", "--"):
        assert sign not in shown


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 1, 1), date(2026, 1, 2), "1 day"),
        (date(2026, 1, 1), date(2026, 2, 28), "58 days"),
        (date(2026, 1, 15), date(2026, 3, 14), "58 days"),
        (date(2026, 1, 15), date(2026, 3, 15), "2 months"),
        (date(2024, 2, 29), date(2025, 2, 28), "11 months"),
        (date(2024, 1, 15), date(2025, 1, 15), "1 year"),
        (date(2024, 1, 15), date(2026, 5, 14), "2 years and 3 months"),
    ],
)
def test_a_stretch_of_time_is_told_in_whole_months(first: date, last: date, said: str) -> None:
    assert text.stretch(first, last) == said

"""Tables fit the terminal: nothing is lost, nothing runs over, and numbers are written as the language does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.cli.events.tables import NARROWEST, aligned, length, percent, spelled, whole

WORDS = st.text(st.sampled_from("abcde"), min_size=1, max_size=12)


@given(
    texts=st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=4),
    numbers=st.lists(st.integers(0, 10**9), min_size=1, max_size=9),
    width=st.integers(3 * NARROWEST, 120),
)
def test_no_line_is_longer_than_the_terminal_and_no_word_is_lost(
    texts: list[tuple[str, str, str]], numbers: list[int], width: int
) -> None:
    titles = ["what it is", *(f"number of {n}" for n in range(len(numbers)))]
    rows = [[" ".join(words), *map(str, numbers)] for words in texts]
    shown = aligned(titles, rows, width=width)
    assert max(map(len, shown.splitlines())) <= width
    found = shown.split()
    for words in texts:
        assert set(words) <= set(found)
    assert {str(one) for one in numbers} <= set(found)
    assert {word for title in titles for word in title.split()} <= set(found)


def test_columns_that_do_not_fit_follow_below_with_the_same_texts() -> None:
    shown = aligned(["van", "keer", "klanten"], [["een lange naam", "1.000", "2"]], width=24)
    assert shown.splitlines() == [
        "van              keer",
        "--------------  -----",
        "een lange naam  1.000",
        "",
        "van             klanten",
        "--------------  -------",
        "een lange naam        2",
    ]


def test_a_file_gets_whole_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    rows = [["x" * 40, *["1000000"] * 12]]
    assert len(aligned(["what", *"abcdefghijkl"], rows).splitlines()) == 3
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, aligned(["what", *"abcdefghijkl"], rows).splitlines())) <= 80


def test_numbers_are_written_as_the_language_does() -> None:
    assert [whole(12345, "nl"), percent(0.258, "nl"), length(90_000, "nl")] == ["12.345", "25,8%", "1d 1u"]
    assert [whole(12345, "en"), percent(0.258, "en"), length(90_000, "en")] == ["12,345", "25.8%", "1d 1h"]
    assert [whole(None, "nl"), percent(None, "nl"), length(None, "nl")] == ["…", "–", "–"]
    assert length(250 * 86_400 + 3_600, "nl") == "250d"
    assert spelled("-1.5", "nl") == "−1,5"

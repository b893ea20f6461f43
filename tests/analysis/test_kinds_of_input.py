"""What only looks like numbers, a level or names is refused by its name."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from klantreis.analysis.result import as_array, as_labels, check_level, is_number
from klantreis.errors import InvalidInputError


@pytest.mark.parametrize("value", [None, "0.9", [0.9], True, 0.9j, math.nan, math.inf, 0, 1, -2])
def test_levels(value: Any) -> None:
    with pytest.raises(InvalidInputError, match="level lies between 0 and 1"):
        check_level(value, name="level")
    assert is_number(np.float32(0.5))


def test_names() -> None:
    for names in (3, "ab", str):
        with pytest.raises(InvalidInputError, match="names must be a list of 2 names of drivers"):
            as_labels(names, 2, things="drivers")
    with pytest.raises(InvalidInputError, match="names has 1 names for 2 drivers"):
        as_labels(["a"], 2, things="drivers")
    # A column index of a table is no list, and names all the same.
    given: list[Any] = [np.array(["a", "b"]), {"a": 1, "b": 2}.keys(), ("a", "b"), iter("ab")]
    for labels in given:
        assert as_labels(labels, 2, things="drivers") == ("a", "b")


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (["7", "8"], "text"),
        ([7, "8", None], "text"),
        ("abc", "text"),
        (np.array(["2026-01-01"], dtype="datetime64[D]"), "dates"),
        (np.array([3], dtype="timedelta64[D]"), "spans of time"),
        ([1 + 2j], "complex numbers"),
    ],
)
def test_what_only_looks_like_a_number_is_none(values: Any, what: str) -> None:
    with pytest.raises(InvalidInputError, match=f"scores must hold numbers, not {what}"):
        as_array("scores", values, missing=True)

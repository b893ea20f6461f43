"""Verdicts: the rule as a truth table, and its symmetry."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError
from klantreis.measurement.verdict import Judgement, verdict


@pytest.mark.parametrize(
    ("low", "high", "judgement", "cautions"),
    [
        (3, 5, "worked", []),
        (1, 5, "worked", ["verdict.may_be_small"]),
        (2, 3, "worked", []),
        (-1, 1, "no effect", []),
        (0.5, 1.5, "no effect", ["verdict.too_small_to_matter"]),
        (-1.5, -0.5, "no effect", ["verdict.too_small_to_matter"]),
        (-1, 3, "cannot tell", ["verdict.interval_too_wide"]),
        (-5, 5, "cannot tell", ["verdict.interval_too_wide"]),
        (0, 3, "cannot tell", ["verdict.interval_too_wide"]),
        (-5, 1, "cannot tell", ["verdict.harm_possible"]),
        (-5, -3, "harmful", []),
        (-5, -1, "harmful", ["verdict.may_be_small"]),
        (-float("inf"), float("inf"), "cannot tell", ["verdict.interval_too_wide"]),
        (None, None, "cannot tell", ["verdict.no_interval"]),
    ],
)
def test_truth_table(low: float | None, high: float | None, judgement: str, cautions: list[str]) -> None:
    found = verdict(None, low, high, 2)
    assert (str(found.judgement), [item.code for item in found.warnings]) == (judgement, cautions)
    if low is not None and high is not None:
        down = verdict(None, -high, -low, 2, direction="down")
        assert down.judgement == found.judgement


def test_too_early_comes_first() -> None:
    assert verdict(4, 3, 5, 2, n=80, n_needed=100).judgement is Judgement.TOO_EARLY
    assert verdict(4, 3, 5, 2, n=100, n_needed=100).judgement is Judgement.WORKED
    harm = verdict(-4, -5, -3, 2, on=date(2026, 1, 1), due=date(2026, 2, 1))
    assert (harm.judgement, [item.code for item in harm.warnings]) == (Judgement.TOO_EARLY, ["verdict.harm_so_far"])
    assert verdict(-4, -5, -3, 2, on=date(2026, 2, 1), due=date(2026, 2, 1)).judgement is Judgement.HARMFUL


@given(st.floats(-10, 10), st.floats(0, 5), st.floats(0.1, 5))
def test_a_narrower_interval_never_turns_good_into_harm(middle: float, half: float, smallest: float) -> None:
    wide = verdict(middle, middle - half, middle + half, smallest)
    tight = verdict(middle, middle - half / 2, middle + half / 2, smallest)
    if wide.judgement is Judgement.WORKED:
        assert tight.judgement in (Judgement.WORKED, Judgement.NO_EFFECT)
    if wide.judgement is Judgement.NO_EFFECT:
        assert tight.judgement is Judgement.NO_EFFECT


#: The same function, to be called with what its types forbid.
anyhow: Any = verdict


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: verdict(1, 0, 2, 0), "smallest_relevant_effect"),
        (lambda: verdict(1, 0, 2, -1), "smallest_relevant_effect"),
        (lambda: verdict(1, 0, 2, float("nan")), "smallest_relevant_effect"),
        (lambda: verdict(1, 0, 2, float("inf")), "smallest_relevant_effect"),
        (lambda: anyhow(1, 0, 2, None), "smallest_relevant_effect"),
        (lambda: anyhow(1, 0, 2, "small"), "smallest_relevant_effect"),
        (lambda: anyhow(1, 0, 2, [1]), "smallest_relevant_effect"),
        (lambda: anyhow("1", 0, 2, 1), "estimate"),
        (lambda: anyhow(1, [0], 2, 1), "low"),
        (lambda: anyhow(1, 0, "2", 1), "high"),
        (lambda: verdict(1, float("nan"), 2, 1), "low is not a number"),
        (lambda: verdict(1, 0, 2, 1, confidence=95), "confidence"),
        (lambda: anyhow(1, 0, 2, 1, n=float("nan")), "n must"),
        (lambda: anyhow(1, 0, 2, 1, n=1, n_needed="10"), "n_needed must"),
        (lambda: anyhow(1, 0, 2, 1, on="today", due="tomorrow"), "on must be a day"),
        (lambda: verdict(1, 2, 3, 1), "does not hold the estimate"),
        (lambda: verdict(None, 3, 2, 1), "low to high"),
        (lambda: verdict(float("nan"), 0, 1, 1), "estimate is not a number"),
        (lambda: verdict(1, 0, 2, 1, on=date(2026, 1, 1)), "on and due"),
        (lambda: verdict(1, 0, 2, 1, direction="left"), "direction"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_judged_is_refused(call: Any, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        call()

"""The climb over brackets, against plain expectation and maximisation."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.analysis.result import Floats
from klantreis.analysis.voice.turnbull import innermost, maximise, members


def plain_rounds(counts: Floats, holds: Floats, rounds: int) -> Floats:
    spots = np.full(holds.shape[1], 1 / holds.shape[1])
    for _ in range(rounds):
        spots = spots * (counts / (holds @ spots) @ holds) / counts.sum()
    return spots


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 60), st.integers(3, 40))
def test_a_draw_comes_at_least_as_high_as_plain_rounds(seed: int, brackets: int, highest: int) -> None:
    rng = np.random.default_rng(seed)
    left = rng.integers(0, highest, brackets)
    kinds = np.unique(np.column_stack([left, left + rng.integers(0, 8, brackets)]).astype(float), axis=0)
    holds = members(kinds, innermost(kinds))
    counts = rng.integers(0, 4, (3, len(kinds))).astype(float)
    counts[:, 0] += 1
    shares, gaps = maximise(counts, holds, rounds=2000, tolerance=1e-7)
    for row, share, gap in zip(counts, shares, gaps, strict=True):
        named = row > 0
        assert (share >= 0).all()
        assert abs(share.sum() - 1) < 1e-9
        assert gap < 1e-5
        plain = plain_rounds(row[named], holds[named].astype(float), 500)
        reached, below = (float(row[named] @ np.log(holds[named] @ spots)) for spots in (share, plain))
        assert reached > below - 1e-4


def test_ten_thousand_brackets_of_their_own_come_to_rest() -> None:
    """As many as there are people: expectation and maximisation alone would take thousands of rounds."""
    rng = np.random.default_rng(0)
    left = np.round(rng.uniform(0, 50, 10_000), 1)
    right = np.round(left + rng.uniform(0.1, 20, 10_000), 1)
    kinds, counts = np.unique(np.column_stack([left, right]), axis=0, return_counts=True)
    _, gaps = maximise(counts[None].astype(float), members(kinds, innermost(kinds)), rounds=100, tolerance=1e-5)
    assert gaps[0] < 1e-5

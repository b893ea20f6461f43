"""Sequences of states against published costs, plain loops, and what they refuse."""

from __future__ import annotations

import csv
import itertools
import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.analysis.behaviour.grouping import medoids_of, silhouettes
from klantreis.analysis.behaviour.sequences import (
    cluster,
    complexity,
    entropy,
    longest_common_subsequence,
    optimal_matching,
    substitution_costs,
)
from klantreis.errors import InvalidInputError

MVAD = Path(__file__).parents[2] / "data" / "behaviour" / "mvad.csv"


def school_leavers() -> tuple[list[float], list[str]]:
    with MVAD.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [float(row["weight"]) for row in rows], [row["months"] for row in rows]


def test_costs_of_school_leavers() -> None:
    """Gabadinho and others (2011), JSS 40(4): seqsubm(mvad, "TRATE") with weights, and the transition rates."""
    weights, months = school_leavers()
    found = substitution_costs(months, weights=weights)
    assert (len(months), len(months[0]), "".join(found.states)) == (712, 70, "EFHJST")
    costs = {pair: round(found.between(*pair), 3) for pair in ("EF", "EH", "EJ", "ES", "ET", "FJ", "HT")}
    published = {"EF": 1.971, "EH": 1.987, "EJ": 1.957, "ES": 1.988, "ET": 1.961, "FJ": 1.977, "HT": 1.999}
    assert costs == published
    rates = {pair: round(found.rate(*pair), 2) for pair in ("EE", "JE", "JJ", "FE")}
    assert rates == {"EE": 0.99, "JE": 0.04, "JJ": 0.94, "FE": 0.03}


ROWS = st.lists(st.text("abcd", min_size=1, max_size=9), min_size=2, max_size=6)


def edit_distance(a: str, b: str, cost: Callable[[str, str], float], indel: float) -> float:
    table = np.zeros((len(a) + 1, len(b) + 1))
    table[:, 0], table[0] = indel * np.arange(len(a) + 1), indel * np.arange(len(b) + 1)
    for i, j in itertools.product(range(len(a)), range(len(b))):
        replaced = table[i, j] + cost(a[i], b[j])
        table[i + 1, j + 1] = min(replaced, table[i, j + 1] + indel, table[i + 1, j] + indel)
    return float(table[-1, -1])


@given(ROWS, st.sampled_from([0.5, 1.0, 3.0]))
def test_distances_against_a_plain_table(rows: list[str], indel: float) -> None:
    costs = substitution_costs(rows)
    matrix = optimal_matching(rows, costs=costs, indel=indel).matrix
    for (i, a), (j, b) in itertools.product(enumerate(rows), repeat=2):
        assert matrix[i, j] == pytest.approx(edit_distance(a, b, costs.between, indel))
    constant = optimal_matching(rows, costs="constant").matrix
    for (i, a), (j, b) in itertools.product(enumerate(rows), repeat=2):
        assert constant[i, j] == longest_common_subsequence(a, b).distance
        # A metric: symmetric, zero for equals, no way round is shorter.
        assert constant[i, j] == constant[j, i]
        assert (constant[i, j] == 0) == (a == b)
        assert all(constant[i, j] <= constant[i, via] + constant[via, j] for via in range(len(rows)))
    norm = optimal_matching(rows, norm="most").matrix
    assert norm.max() <= 1 + 1e-9


def test_more_sequences_than_stand_side_by_side() -> None:
    rng = np.random.default_rng(1)
    rows = ["".join(rng.choice(list("abc"), rng.integers(1, 12))) for _ in range(150)]
    matrix = optimal_matching(rows, costs="constant", indel=0.7).matrix
    for i, j in rng.integers(0, 150, (200, 2)):
        assert matrix[i, j] == pytest.approx(edit_distance(rows[i], rows[j], lambda a, b: 2.0 * (a != b), 0.7))
    assert not matrix.flags.writeable


@given(st.text("abc", min_size=1, max_size=8), st.text("abc", min_size=1, max_size=8))
def test_common_part_stands_in_both(a: str, b: str) -> None:
    found = longest_common_subsequence(a, b)
    for whole in (a, b):
        letters = iter(whole)
        assert all(state in letters for state in found.states)
    longest = max(
        (len(p) for size in range(len(a) + 1) for p in itertools.combinations(a, size) if _within(p, b)), default=0
    )
    assert found.length == longest == len(found.states)


def _within(part: tuple[str, ...], whole: str) -> bool:
    letters = iter(whole)
    return all(state in letters for state in part)


def test_variety() -> None:
    assert entropy(["abcd", "aabb"], alphabet=4).values == pytest.approx((1, 0.5))
    # Gabadinho and others (2010): √(transitions / (ℓ - 1) · h / h_max).
    assert complexity(["aab", "aba"]).values[1] == pytest.approx(math.sqrt(entropy(["aab", "aba"]).values[1]))
    assert complexity([["a"], ["b"]]).values == (0, 0)
    assert entropy(np.array([[1, 1], [1, 2]])).values == (0, 1)
    assert substitution_costs([["a", "b", None], ["b", "b", "a"]]).n == 3


def test_groups_of_clear_cut_sequences() -> None:
    rows = ["aaaaab", "aaaabb", "aaabbb"] * 8 + ["cccccd", "ccccdd", "cccddd"] * 5
    for method in ("medoids", "ward", "average"):
        found = cluster(optimal_matching(rows, costs="constant"), 2, method=method, draws=20)
        assert found.labels == (0,) * 24 + (1,) * 15
        assert [group.stability for group in found.groups] == [1, 1]
        assert rows[found.groups[0].medoid] == "aaaabb"
        assert float(found.estimate or 0) > 0.6
    again = cluster(optimal_matching(rows, costs="constant"), 3, seed=4)
    assert again == cluster(optimal_matching(rows, costs="constant"), 3, seed=4)
    json.dumps(again.to_dict(), allow_nan=False)
    flat = np.ones((30, 30)) - np.eye(30)
    assert "behaviour.weak_structure" in [item.code for item in cluster(flat, 2, draws=5).warnings]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=4, max_size=9), st.integers(1, 3))
def test_medoids_are_at_least_as_close_as_any_single_swap(points: list[tuple[int, int]], k: int) -> None:
    where = np.array(points, dtype=float)
    apart = np.hypot(*(where[:, None] - where[None]).transpose(2, 0, 1))
    _, middle = medoids_of(apart, k)
    reached = apart[:, middle].min(axis=1).sum()
    for out, into in itertools.product(range(k), range(len(points))):
        swapped = middle.copy()
        swapped[out] = into
        assert apart[:, swapped].min(axis=1).sum() >= reached - 1e-9
    assert silhouettes(apart, np.arange(len(points)) % 2).max() <= 1


def test_two_thousand_sequences_within_ten_seconds() -> None:
    """Counted in processor time, which a busy machine does not stretch."""
    rng = np.random.default_rng(2)
    rows = rng.integers(0, 8, (2000, 70))
    optimal_matching(rows[:3])
    start = time.process_time()
    assert optimal_matching(rows).matrix.shape == (2000, 2000)
    assert time.process_time() - start < 10


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: substitution_costs([]), "states"),
    (lambda: substitution_costs("abc"), "states"),
    (lambda: substitution_costs([1, 2]), "states"),  # type: ignore[list-item]
    (lambda: substitution_costs([["a", None, "b"]]), "states"),
    (lambda: substitution_costs([[None]]), "states"),
    (lambda: substitution_costs(["ab"], weights=[-1]), "weights"),
    (lambda: substitution_costs(["ab"]).between("a", "z"), "'z'"),
    (lambda: optimal_matching(["ab"], indel=0), "indel"),
    (lambda: optimal_matching(["ab"], costs=[[0, 1], [2, 0]]), "costs"),
    (lambda: optimal_matching(["ab"], costs=[[0]]), "costs"),
    (lambda: optimal_matching(["ab", "c"], costs=substitution_costs(["ab"])), "costs"),
    (lambda: optimal_matching(["ab"], costs="free"), "costs"),
    (lambda: longest_common_subsequence([], "a"), "a has no state"),
    (lambda: entropy(["ab"], alphabet=1), "alphabet"),
    (lambda: cluster(np.zeros((3, 2)), 2), "distances"),
    (lambda: cluster([[0, 1], [2, 0]], 2), "k must|distances"),
    (lambda: cluster(np.ones((4, 4)) - np.eye(4), 4), "k must"),
    (lambda: cluster(np.ones((4, 4)) - np.eye(4), 2, method="magic"), "method"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "named"), REFUSED)
def test_bad_input_is_named(call: Callable[[], object], named: str) -> None:
    with pytest.raises(InvalidInputError, match=named):
        call()

"""The inner loops of groups around a centre, against plain loops and another library."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from klantreis.analysis.behaviour.grouping import best_matches
from klantreis.analysis.behaviour.segment_centres import as_cases, gather_best, gather_soon
from klantreis.analysis.behaviour.segment_choice import stability, who_was_drawn
from klantreis.analysis.behaviour.segment_tables import Coded
from klantreis.analysis.result import Floats, Ints
from klantreis.errors import InvalidInputError


def mixed(n: int, seed: int, k: int) -> tuple[Floats, Coded]:
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, k, n)
    codes = np.column_stack([(kind + rng.integers(0, 2, n)) % 4, rng.integers(0, 3, n)]).astype(np.int64)
    return rng.normal(size=(n, 3)) + 2.0 * kind[:, None], Coded(codes, (tuple("abcd"), tuple("xyz")))


def plain_cost(x: Floats, coded: Coded, labels: Ints, gamma: float) -> float:
    total = 0.0
    for group in np.unique(labels):
        inside = labels == group
        total += float(((x[inside] - x[inside].mean(axis=0)) ** 2).sum())
        for column in coded.codes[inside].T:
            total += gamma * (len(column) - np.bincount(column).max())
    return total


@settings(max_examples=25, deadline=None)
@given(st.integers(20, 700), st.integers(0, 1000), st.integers(2, 5), st.sampled_from([0.0, 0.5, 4.0]))
def test_nobody_is_nearer_to_another_centre_and_the_cost_is_that_of_the_labels(
    n: int, seed: int, k: int, gamma: float
) -> None:
    x, coded = mixed(n, seed, k)
    found, ends = gather_best(as_cases(x, coded, gamma=gamma), k, starts=3, seed=seed)
    assert found.cost == ends.min() == pytest.approx(plain_cost(x, coded, found.labels, gamma))
    costs = ((x[:, None, :] - found.centres[None]) ** 2).sum(axis=2)
    if gamma:
        costs += gamma * (coded.codes[:, None, :] != found.modes[None]).sum(axis=2)
    own = costs[np.arange(n), found.labels]
    # A round that gains next to nothing ends the climb, so somebody may sit as well elsewhere, not better.
    assert own.sum() <= costs.min(axis=1).sum() * (1 + 1e-9) + 1e-9


def test_the_cost_is_that_of_another_library() -> None:
    x = mixed(3000, 1, 4)[0]
    ours = gather_best(as_cases(x), 4, starts=20, seed=0)[0].cost
    assert ours == pytest.approx(KMeans(4, n_init=20, tol=0, random_state=0).fit(x).inertia_, rel=1e-4)


def test_a_group_that_loses_everyone_begins_again() -> None:
    cases = as_cases(np.array([[0.0], [0.1], [0.2], [9.0], [9.1]]))
    far = np.array([[0.1], [50.0]])
    found = cases.around(far, np.empty((2, 0), dtype=np.int64))
    assert sorted(np.bincount(found.labels, minlength=2).tolist()) == [2, 3]


def test_equal_cases_give_groups_without_a_cost() -> None:
    found, _ = gather_best(as_cases(np.ones((6, 2))), 2, starts=2, seed=0)
    assert found.cost == 0.0
    assert len(np.unique(found.labels)) == 2


def test_labels_to_compare_are_those_of_the_whole_climb_where_there_are_groups() -> None:
    x = mixed(8000, 2, 3)[0] * 2
    whole = gather_best(as_cases(x), 3, starts=5, seed=0)[0].labels
    assert best_matches(whole, gather_soon(as_cases(x), 3, starts=5, seed=0)).min() > 0.99


def test_who_is_drawn_is_who_is_drawn_at_least_once() -> None:
    drawn = who_was_drawn(np.random.default_rng(4), 500)
    assert drawn.tolist() == sorted(set(np.random.default_rng(4).integers(0, 500, 500).tolist()))


def test_what_goes_wrong_in_a_draw_is_raised_and_draws_do_not_depend_on_threads() -> None:
    x, labels = mixed(300, 3, 3)[0], np.repeat([0, 1, 2], 100)
    with pytest.raises(InvalidInputError, match="cluster gave 1 labels"):
        stability(x, labels, cluster=lambda _: [0], draws=3)
    assert stability(x, labels, draws=70) == stability(x, labels, draws=70)

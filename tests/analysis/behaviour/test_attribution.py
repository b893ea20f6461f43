"""Credit against published numbers, plain definitions, and what they refuse."""

from __future__ import annotations

import itertools
import json
import math
import time
from collections.abc import Callable, Hashable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.analysis.behaviour.attribution import (
    Credit,
    first_touch,
    last_touch,
    linear,
    markov_removal,
    shapley,
    shapley_paths,
)
from klantreis.errors import InvalidInputError


def test_removal_effects_of_the_toy_example() -> None:
    """Bryl, AnalyzeCore (2016), Attribution model with R: RE .5, 1, 1, so shares .2, .4, .4."""
    found = markov_removal(["c1 > c2 > c3", "c1", "c2 > c3"], [1, 0, 0], [0, 1, 1])
    assert found.removal_effects == pytest.approx({"c1": 0.5, "c2": 1, "c3": 1})
    assert found.shares == pytest.approx({"c1": 0.2, "c2": 0.4, "c3": 0.4})
    assert found.credits == pytest.approx({"c1": 0.2, "c2": 0.4, "c3": 0.4})
    assert found.estimate == pytest.approx(1 / 3)


@pytest.mark.parametrize(("begin", "chance", "visits"), [(1, 0.25, 3), (2, 0.5, 4), (3, 0.75, 3)])
def test_walk_between_two_walls(begin: int, chance: float, visits: float) -> None:
    """Grinstead and Snell, Introduction to Probability, examples 11.13-11.15: B = .25 .5 .75 for the right wall.

    A walk over 1, 2, 3 that steps left or right with equal chance and ends at 0 or 4; t = 3, 4, 3 visits.
    """
    paths, won, lost = _walks(begin)
    found = markov_removal(paths, won, lost, draws=0)
    assert found.estimate == pytest.approx(chance)
    # N = [[1.5, 1, .5], [1, 2, 1], [.5, 1, 1.5]]: the first visit to j has chance N_ij / N_jj.
    fundamental = np.array([[1.5, 1, 0.5], [1, 2, 1], [0.5, 1, 1.5]])
    assert fundamental[begin - 1].sum() == visits
    reach = np.array([0.25, 0.5, 0.75])
    expected = fundamental[begin - 1] / np.diag(fundamental) * reach / chance
    assert found.removal_effects == pytest.approx(dict(zip("123", expected, strict=True)))


def _walks(begin: int) -> tuple[list[str], list[float], list[float]]:
    """Few paths, weighted so that of every state's visits half go either way."""
    if begin == 2:
        return ["2>1", "2>3", "2>1>2>3>2>1", "2>3>2>1>2>3"], [0, 0.25, 0, 0.25], [0.25, 0, 0.25, 0]
    near, far = [0.375, 0.125, 0, 0.25, 0], [0, 0, 0.125, 0, 0.125]
    if begin == 1:
        return ["1", "1>2>1", "1>2>3", "1>2>3>2>1", "1>2>1>2>3"], far, near
    return ["3", "3>2>3", "3>2>1", "3>2>1>2>3", "3>2>3>2>1"], near, far


def test_glove_game_and_airport() -> None:
    """Shapley values of the textbook games: 1/6, 1/6, 2/3; and 1/3, 5/6, 11/6 for runways that cost 1, 2 and 3."""
    sets = [frozenset(s) for size in range(4) for s in itertools.combinations("abc", size)]
    gloves = shapley({s: float("c" in s and len(s) > 1) for s in sets})
    assert gloves.values == pytest.approx({"a": 1 / 6, "b": 1 / 6, "c": 2 / 3})
    need = {"a": 1, "b": 2, "c": 3}
    airport = shapley({s: float(max((need[p] for p in s), default=0)) for s in sets})
    assert airport.values == pytest.approx({"a": 1 / 3, "b": 5 / 6, "c": 11 / 6})
    assert airport.total == 3
    # Shareholders of 50, 49 and 1 %, where more than half decides: the last is worth as much as the second.
    votes = {"a": 50, "b": 49, "c": 1}
    decides = shapley({s: float(sum(votes[p] for p in s) > 50) for s in sets})
    assert decides.values == pytest.approx({"a": 2 / 3, "b": 1 / 6, "c": 1 / 6})


PATHS = st.lists(
    st.tuples(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5), st.integers(0, 5), st.integers(0, 5)),
    min_size=1,
    max_size=12,
).filter(lambda rows: any(won for _, won, _ in rows))


@given(PATHS)
def test_rules_against_counting(rows: list[tuple[list[str], int, int]]) -> None:
    paths, won = [path for path, _, _ in rows], [count for _, count, _ in rows]
    total = sum(won)

    def expect(found: Credit, part: Callable[[list[str], str], float]) -> None:
        wanted = {c: sum(n * part(p, c) for p, n in zip(paths, won, strict=True)) for c in found.credits}
        assert found.credits == pytest.approx(wanted)
        assert sum(found.credits.values()) == pytest.approx(total)
        for row in found.channels:
            assert row.low is None or row.low - 1e-9 <= float(row.estimate or 0) <= float(row.high or 0) + 1e-9

    expect(first_touch(paths, won), lambda path, c: path[0] == c)
    expect(last_touch(paths, won), lambda path, c: path[-1] == c)
    expect(linear(paths, won), lambda path, c: path.count(c) / len(path))
    expect(shapley_paths(paths, won), lambda path, c: (c in path) / len(set(path)))
    # The closed form is the Shapley value of: conversions of paths that stay within the coalition.
    channels = sorted({c for path in paths for c in path})
    sets: list[frozenset[Hashable]] = [
        frozenset(s) for size in range(len(channels) + 1) for s in itertools.combinations(channels, size)
    ]
    worth = {s: float(sum(n for p, n in zip(paths, won, strict=True) if set(p) <= s)) for s in sets}
    assert shapley(worth).values == pytest.approx(shapley_paths(paths, won).credits)


@given(PATHS, st.integers(1, 3))
def test_removal_against_repeated_stepping(rows: list[tuple[list[str], int, int]], order: int) -> None:
    paths = [row[0] for row in rows]
    won, lost = [row[1] for row in rows], [row[2] for row in rows]
    found = markov_removal(paths, won, lost, order=order, draws=0)
    counts: dict[object, dict[object, float]] = {}
    for path, yes, no in rows:
        states = [tuple(path[max(0, i - order + 1) : i + 1]) for i in range(len(path))]
        for source, target in itertools.pairwise(["start", *states]):
            if yes + no:
                counts.setdefault(source, {}).setdefault(target, 0)
                counts[source][target] += yes + no
        for end, times in (("yes", yes), ("no", no)):
            if times:
                counts.setdefault(states[-1], {}).setdefault(end, 0)
                counts[states[-1]][end] += times

    def chance(without: str | None) -> float:
        mass, reached = {"start": 1.0}, 0.0
        for _ in range(3000):
            after: dict[object, float] = {}
            for state, share in mass.items():
                for target, times in counts[state].items():
                    moved = share * times / sum(counts[state].values())
                    if target == "yes":
                        reached += moved
                    elif target != "no" and not (isinstance(target, tuple) and without in target):
                        after[target] = after.get(target, 0.0) + moved
            mass = after  # type: ignore[assignment]
            if sum(mass.values()) < 1e-13:
                break
        return reached

    for channel, effect in found.removal_effects.items():
        assert effect == pytest.approx(1 - chance(channel) / chance(None), abs=1e-9)
    assert sum(float(share or 0) for share in found.shares.values()) == pytest.approx(1)


def test_many_states_are_solved_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    paths = ["".join(rng.choice(list("abcdef"), rng.integers(1, 7))) for _ in range(300)]
    won, lost = rng.integers(0, 2, 300), rng.integers(0, 3, 300)
    dense = markov_removal([tuple(p) for p in paths], won, lost, order=2, draws=3)
    monkeypatch.setattr("klantreis.analysis.behaviour.attribution_chain.FULL", 1)
    sparse = markov_removal([tuple(p) for p in paths], won, lost, order=2, draws=3)
    assert sparse.removal_effects == pytest.approx(dense.removal_effects)
    assert sparse.channels[0].low == pytest.approx(dense.channels[0].low)


def test_groups_of_paths_spread_as_paths_do(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    paths = [tuple(rng.choice(list("abcd"), rng.integers(1, 5))) for _ in range(4000)]
    won = rng.random(4000) < 0.2
    single = markov_removal(paths, won, ~won, draws=1000)
    monkeypatch.setattr("klantreis.analysis.behaviour.attribution_removal.CELLS", 0)
    grouped = markov_removal(paths, won, ~won, draws=1000)
    for one, other in zip(single.channels, grouped.channels, strict=True):
        width = float(one.high or 0) - float(one.low or 0)
        assert float(other.high or 0) - float(other.low or 0) == pytest.approx(width, rel=0.25)
    assert markov_removal(paths, won, ~won) == markov_removal(paths, won, ~won)


def test_what_is_said_of_the_numbers() -> None:
    codes = [item.code for item in markov_removal(["a>b", "b"], [40, 30], [0, 0]).warnings]
    assert codes == ["behaviour.credit_not_cause", "behaviour.no_null_paths"]
    assert "behaviour.shapley_is_linear" in [item.code for item in shapley_paths(["a"], [50]).warnings]
    amounts = linear(["a > b"], [12.5])
    assert (amounts.channels[0].low, amounts.n) == (None, 12.5)
    for result in (amounts, markov_removal(["a"], [1], [1]), shapley({frozenset("a"): 1.0})):
        json.dumps(result.to_dict(), allow_nan=False)


def test_a_million_paths_within_five_seconds() -> None:
    """Counted in processor time, which a busy machine does not stretch."""
    rng = np.random.default_rng(0)
    lengths = 1 + rng.poisson(3, 1_000_000)
    words = np.array([f"channel {i}" for i in range(12)], dtype=object)[rng.integers(0, 12, lengths.sum())].tolist()
    ends = np.cumsum(lengths).tolist()
    paths = [words[end - size : end] for end, size in zip(ends, lengths.tolist(), strict=True)]
    won = rng.random(1_000_000) < 0.05
    start = time.process_time()
    found = markov_removal(paths, won, ~won)
    assert time.process_time() - start < 5
    assert found.n == 1_000_000


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: linear([], []), "paths"),
    (lambda: linear("a > b", [1]), "paths"),
    (lambda: linear(["a"], [1, 2]), "Unequal"),
    (lambda: linear(["a"], [-1]), "conversions"),
    (lambda: linear(["a"], [0]), "conversions"),
    (lambda: linear([""], [1]), "paths"),
    (lambda: linear(["a > > b"], [1]), "paths"),
    (lambda: linear([["a", None]], [1]), "paths"),
    (lambda: linear([1], [1]), "paths"),  # type: ignore[list-item]
    (lambda: markov_removal(["a"], [1], [math.nan]), "nulls"),
    (lambda: markov_removal(["a"], [1], [1], order=0), "order"),
    (lambda: shapley({}), "worth"),
    (lambda: shapley({frozenset("ab"): 1.0}), "worth leaves out 2"),
    (lambda: shapley({frozenset("a"): math.inf}), "worth"),
    (lambda: shapley({frozenset(range(21)): 1.0}, missing=0), "worth has 21"),
]


@pytest.mark.parametrize(("call", "named"), REFUSED)
def test_bad_input_is_named(call: Callable[[], object], named: str) -> None:
    with pytest.raises(InvalidInputError, match=named):
        call()


def test_paths_of_a_customer_are_drawn_together() -> None:
    """Four customers with ten equal paths each are four votes; forty with one each are what no customers says."""
    paths, won = ["a"] * 20 + ["b"] * 20, [1, 0] * 20
    lost = [1 - led for led in won]
    wide = markov_removal(paths, won, lost, customers=np.repeat(["x", "y", "z", "w"], 10)).channels[0]
    apart = markov_removal(paths, won, lost, customers=range(40)).channels[0]
    plain = markov_removal(paths, won, lost).channels[0]
    assert wide.estimate == apart.estimate == plain.estimate == 0.5
    assert float(wide.low or 0) < float(apart.low or 0) == pytest.approx(float(plain.low or 0), abs=0.05)
    assert wide.method == "markov order 1, exact, customers drawn again"
    few = markov_removal(paths, won, lost, customers=["x"] * 40)
    assert (few.channels[0].low, few.low) == (None, None)
    assert "voice.few_customers" in {note.code for note in few.warnings}
    with pytest.raises(InvalidInputError, match="customers has 2 values for 40 paths"):
        markov_removal(paths, won, lost, customers=["x", "y"])


@pytest.mark.slow
def test_intervals_of_shares_hold_what_they_promise() -> None:
    """Coverage of 95 % intervals, 600 samples of 500 paths; the pages removal-effect.md and path-credit.md quote it."""
    rng = np.random.default_rng(8)
    kinds = [("a",), ("a", "b"), ("b", "c"), ("c",), ("a", "b", "c"), ("b",)]
    chance, rate = np.array([0.3, 0.15, 0.2, 0.2, 0.05, 0.1]), np.array([0.05, 0.2, 0.15, 0.1, 0.4, 0.1])
    truth = markov_removal(kinds, chance * rate, chance * (1 - rate), draws=0).shares
    even = linear(kinds, chance * rate).shares
    hits = {"removal": 0, "linear": 0}
    for _ in range(600):
        drawn = rng.multinomial(500, chance)
        won = rng.binomial(drawn, rate)
        for row in markov_removal(kinds, won, drawn - won, draws=200).channels:
            hits["removal"] += float(row.low or 0) <= float(truth[row.channel] or 0) <= float(row.high or 0)
        for credit in linear(kinds, won).channels:
            hits["linear"] += float(credit.low or 0) <= float(even[credit.channel] or 0) <= float(credit.high or 0)
    figures = {name: count / 1800 for name, count in hits.items()}
    print(figures)
    assert all(0.93 <= share <= 0.97 for share in figures.values()), figures

"""Utilities from single choices: against the likelihood climbed by other means, laws, coverage and refusals."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import minimize

from klantreis.analysis.result import Floats
from klantreis.analysis.voice.outcomes import maxdiff_counts, maxdiff_logit
from klantreis.errors import InvalidInputError

TRUE = np.array([1.2, 0.6, 0.1, -0.2, -0.6, -1.1]) - np.mean([1.2, 0.6, 0.1, -0.2, -0.6, -1.1])
#: How readily each item is put in a set: far from evenly.
SHOWN = [0.3, 0.25, 0.15, 0.1, 0.1, 0.1]
Choices = tuple[list[list[int]], list[int], list[int], list[int]]


def choices(people: int, tasks: int, seed: int) -> Choices:
    """Sets of four, and who chose what from them by the model."""
    rng = np.random.default_rng(seed)
    sets, best, worst, who = [], [], [], []
    for person in range(people):
        for _ in range(tasks):
            row = rng.choice(6, 4, replace=False, p=SHOWN)
            good = row[np.argmax(TRUE[row] + rng.gumbel(size=4))]
            rest = row[row != good]
            sets.append(row.tolist())
            best.append(int(good))
            worst.append(int(rest[np.argmax(-TRUE[rest] + rng.gumbel(size=3))]))
            who.append(person)
    return sets, best, worst, who


def test_against_the_likelihood_climbed_by_other_means() -> None:
    sets, best, worst, who = choices(60, 6, 1)

    def loss(free: Floats) -> float:
        b = np.append(free, -free.sum())
        total = 0.0
        for row, good, bad in zip(sets, best, worst, strict=True):
            rest = [item for item in row if item != good]
            total += np.log(np.exp(b[row]).sum()) - b[good] + np.log(np.exp(-b[rest]).sum()) + b[bad]
        return float(total)

    found = maxdiff_logit(sets, best, worst, respondent=who)
    other = minimize(loss, np.zeros(5), method="BFGS", options={"gtol": 1e-7}).x
    assert [item.estimate for item in found.items] == pytest.approx([*other, -other.sum()], abs=1e-5)
    assert sum(item.share for item in found.items) == pytest.approx(1)
    assert (found.respondents, found.items[0].n) == (60, 60)
    assert found == maxdiff_logit(sets, best, worst, respondent=who)
    assert found != maxdiff_logit(sets, best, worst, respondent=who, seed=1)
    json.dumps(found.to_dict(), allow_nan=False)


def test_weak_company_does_not_make_an_item_good() -> None:
    """The middle of three is shown with the weakest mostly: counts put it first, the model does not."""
    sets = [["good", "middle"]] * 20 + [["middle", "weak"]] * 180 + [["good", "weak"]] * 20
    best = ["good"] * 15 + ["middle"] * 5 + ["middle"] * 140 + ["weak"] * 40 + ["good"] * 18 + ["weak"] * 2
    worst = [row[1 - row.index(item)] for row, item in zip(sets, best, strict=True)]
    names = ["good", "middle", "weak"]
    liked, loathed = ([column.count(name) for name in names] for column in (best, worst))
    counted = maxdiff_counts(liked, loathed, [sum(name in row for row in sets) for name in names], names=names)
    assert counted.items[0].score > counted.items[1].score > counted.items[2].score
    assert "voice.unbalanced" in [note.code for note in counted.warnings]
    found = {item.name: item.estimate or 0 for item in maxdiff_logit(sets, best, worst).items}
    # Bradley and Terry's model is what is left of it in pairs: 15 to 5 and 140 to 40 are log-odds of 1.1 and 1.25.
    assert found["good"] - found["middle"] == pytest.approx(np.log(3), abs=0.15)
    assert found["middle"] - found["weak"] == pytest.approx(np.log(3.5), abs=0.15)


def test_what_was_always_best_is_held_in() -> None:
    found = maxdiff_logit([["a", "b", "c"]] * 12, ["a"] * 12, ["b", "c"] * 6)
    assert "voice.always_chosen" in [note.code for note in found.warnings]
    assert all(-20 < float(item.low or 0) < float(item.high or 0) < 20 for item in found.items)
    assert (found.items[0].estimate or 0) > 1


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: maxdiff_logit([], [], []), "sets holds no choice"),
        (lambda: maxdiff_logit([["a", "b"]], ["c"], ["a"]), "best holds 'c' at position 0"),
        (lambda: maxdiff_logit([["a", "b"]], ["a"], ["a"]), "worst is the same item as best at position 0"),
        (lambda: maxdiff_logit([["a", "b"]] * 2, ["a"], ["b", "b"]), "best must hold one item for each of the 2 sets"),
        (lambda: maxdiff_logit([["a", "a"]], ["a"], ["a"]), "sets must show two different items"),
        (lambda: maxdiff_logit([["a"]], ["a"], ["a"]), "sets must show two different items"),
        (lambda: maxdiff_logit([["a", "b"], ["c", "d"]], ["a", "c"], ["b", "d"]), "never let 'a' be compared with 'c'"),
        (lambda: maxdiff_logit([["a", None]], ["a"], ["a"]), r"sets holds a missing value"),
        (lambda: maxdiff_logit([["a", "b"]], ["a"], ["b"], respondent=[1, 2]), "respondent has 2"),
        (lambda: maxdiff_logit(None, ["a"], ["b"]), "sets must be given"),  # type: ignore[arg-type]
        (lambda: maxdiff_logit([3, 4], ["a", "b"], ["b", "a"]), "best holds 'a'"),  # type: ignore[list-item]
    ],
)
def test_bad_choices_are_named(call: Callable[[], object], named: str) -> None:
    with pytest.raises(InvalidInputError, match=named):
        call()


@pytest.mark.slow
def test_intervals_of_utilities_hold_what_they_promise() -> None:
    """Coverage of 95 % intervals, 80 respondents with six sets, 300 samples; docs/methods/maxdiff.md quotes it."""
    hits = np.zeros(6)
    for seed in range(300):
        sets, best, worst, who = choices(80, 6, seed)
        items = maxdiff_logit(sets, best, worst, respondent=who, draws=50).items
        hits += [float(item.low or 0) <= true <= float(item.high or 0) for item, true in zip(items, TRUE, strict=True)]
    assert hits.mean() / 300 == pytest.approx(0.94, abs=0.015)

"""Groups of customers against published numbers, their laws, and what they refuse."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from klantreis.analysis.behaviour.segment_fields import benjamini_hochberg
from klantreis.analysis.behaviour.segments import (
    choose_k,
    distinguishing,
    latent_classes,
    mixed_prototypes,
    prevalence,
    rfm,
    stability,
)
from klantreis.errors import InvalidInputError

# Role conflict, 216 students, four items. Stouffer and Toby (1951), American Journal of Sociology 56:395-406.
ROLES = list(itertools.product((1, 2), repeat=4))
STUDENTS = [42, 23, 6, 25, 6, 24, 7, 38, 1, 4, 1, 6, 2, 9, 2, 20]
# Seventy-five points in a plane. Ruspini (1970), Information Sciences 2:319-350.
RUSPINI = np.array(
    [
        *[(4, 53), (5, 63), (10, 59), (9, 77), (13, 49), (13, 69), (12, 88), (15, 75), (18, 61), (19, 65), (22, 74)],
        *[(27, 72), (28, 76), (24, 58), (27, 55), (28, 60), (30, 52), (31, 60), (32, 61), (36, 72), (28, 147)],
        *[(32, 149), (35, 153), (33, 154), (38, 151), (41, 150), (38, 145), (38, 143), (32, 143), (34, 141)],
        *[(44, 156), (44, 149), (44, 143), (46, 142), (47, 149), (49, 152), (50, 142), (53, 144), (52, 152)],
        *[(55, 155), (54, 124), (60, 136), (63, 139), (86, 132), (85, 115), (85, 96), (78, 94), (74, 96), (97, 122)],
        *[(98, 116), (98, 124), (99, 119), (99, 128), (101, 115), (108, 111), (110, 111), (108, 116), (111, 126)],
        *[(115, 117), (117, 115), (70, 4), (77, 12), (83, 21), (61, 15), (69, 15), (78, 16), (66, 18), (58, 13)],
        *[(64, 20), (69, 21), (66, 23), (61, 25), (76, 27), (72, 31), (64, 30)],
    ],
    dtype=float,
)


def codes(result: Any) -> list[str]:
    return [item.code for item in result.warnings]


def test_latent_classes_of_role_conflict() -> None:
    """Linzer and Lewis (2011), JSS 42(10), and Goodman (1974): LL -543.6498 and -504.4677, AIC 1026.935, BIC 1057.313,
    G² 2.720 on 6 degrees of freedom, shares .2792 and .7208."""
    one = latent_classes(ROLES, 1, weights=STUDENTS)
    assert round(one.log_likelihood, 4) == -543.6498
    two = latent_classes(ROLES, 2, weights=STUDENTS)
    assert round(two.log_likelihood, 4) == -504.4677
    assert (round(two.aic, 3), round(two.bic, 3), round(float(two.g_squared or 0), 3)) == (1026.935, 1057.313, 2.720)
    assert two.degrees_of_freedom == 6
    assert [round(float(share or 0), 4) for share in two.shares] == [0.7208, 0.2792]
    assert choose_k(ROLES, (1, 2, 3), method="classes", weights=STUDENTS).k == 2
    for row in two.classes:
        assert float(row.low or 0) < float(row.estimate or 0) < float(row.high or 0)


def test_latent_classes_find_what_made_the_data() -> None:
    rng = np.random.default_rng(4)
    true = rng.random(3000) < 0.3
    chance = np.where(true[:, None], [0.9, 0.8, 0.2, 0.7, 0.9], [0.2, 0.3, 0.7, 0.1, 0.2])
    answers = np.where(rng.random((3000, 5)) < chance, "yes", "no").astype(object)
    answers[rng.random((3000, 5)) < 0.1] = None
    fit = latent_classes(answers, 2, draws=100)
    assert float(fit.classes[1].low or 0) < 0.3 < float(fit.classes[1].high or 0)
    assert fit.classes[1].items[0]["yes"] == pytest.approx(0.9, abs=0.05)
    assert (fit.g_squared, fit.degrees_of_freedom) == (None, None)
    assert np.mean((np.array(fit.labels) == 1) == true) > 0.9
    assert fit == latent_classes(answers, 2, draws=100)
    assert np.array(fit.posterior).sum(axis=1) == pytest.approx(np.ones(3000))
    assert fit.found > 1
    json.dumps(latent_classes(ROLES, 3, weights=STUDENTS, starts=3, draws=0).to_dict(), allow_nan=False)


def test_silhouettes_of_ruspini() -> None:
    """R cluster, pam(ruspini, k)$silinfo$avg.width: k 2 .5827, 3 .6327, 4 .7377."""
    found = choose_k(RUSPINI, (2, 3, 4, 5), method="medoids")
    assert [round(float(choice.estimate or 0), 4) for choice in found.choices[:3]] == [0.5827, 0.6327, 0.7377]
    assert found.k == choose_k(RUSPINI).k == 4
    assert codes(choose_k(RUSPINI, (3, 4))) == ["behaviour.best_at_end"]


def test_stability_of_ruspini() -> None:
    """R fpc, clusterboot on ruspini: k 4 gives 1, 1, 1, 1; k 3 about .70, .78, .78."""
    four = mixed_prototypes(RUSPINI, None, 4, scale=False)
    assert [round(float(g.estimate or 0), 2) for g in stability(RUSPINI, four.labels).groups] == [1, 1, 1, 1]
    three = mixed_prototypes(RUSPINI, None, 3, scale=False)
    found = sorted(float(group.estimate or 0) for group in stability(RUSPINI, three.labels, draws=200).groups)
    assert found == pytest.approx([0.70, 0.78, 0.78], abs=0.08)
    assert {group.grade for group in stability(RUSPINI, four.labels).groups} == {"highly stable"}


def test_one_engine_at_both_ends_of_gamma() -> None:
    """No weight on categories is k-means; all weight on them is k-modes."""
    rng = np.random.default_rng(6)
    numbers = np.vstack([rng.normal(m, 1, (60, 3)) for m in (0, 4, 8)])
    words = rng.choice(list("xyz"), (180, 4))
    means = mixed_prototypes(numbers, words, 3, gamma=0, scale=False)
    other = KMeans(3, n_init=20, random_state=0).fit(numbers)
    assert means.cost == pytest.approx(other.inertia_)
    assert means.estimate == pytest.approx(silhouette_score(numbers, other.labels_))
    modes = mixed_prototypes(numbers, words, 3, gamma=1e9, scale=False, starts=5)
    away = sum(
        int(value != modes.prototypes[label].mode[field])
        for label, row in zip(modes.labels, words.tolist(), strict=True)
        for field, value in enumerate(row)
    )
    assert modes.cost == pytest.approx(1e9 * away, rel=1e-6)
    assert codes(modes)[-1] == "behaviour.gamma_decides"
    assert mixed_prototypes(numbers, words, 3) == mixed_prototypes(numbers, words, 3)
    # Another unit of a number does not matter when it is scaled.
    assert mixed_prototypes(numbers * [1, 100, 7], words, 3).labels == mixed_prototypes(numbers, words, 3).labels


def test_party_by_gender() -> None:
    """Agresti (2007), An Introduction to Categorical Data Analysis, table 2.5: χ² 30.07; residuals 4.50, .70, -5.32."""
    counts = {"f": {"dem": 762, "ind": 327, "rep": 468}, "m": {"dem": 484, "ind": 239, "rep": 477}}
    people = [(g, party) for g, row in counts.items() for party, n in row.items() for _ in range(n)]
    found = distinguishing({"party": [party for _, party in people]}, [g for g, _ in people], used=[])
    assert round(found.fields[0].statistic, 2) == 30.07
    assert [round(found.of("party", "f", p).residual, 2) for p in ("dem", "ind", "rep")] == [4.50, 0.70, -5.32]
    assert [round(found.of("party", "m", p).residual, 2) for p in ("dem", "ind", "rep")] == [-4.50, -0.70, 5.32]


def test_false_discoveries_of_fifteen_tests() -> None:
    """Benjamini and Hochberg (1995), section 3.2: at .05 four of fifteen are rejected, by Bonferroni three."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528]
    p += [0.7590, 1.0]
    assert int((benjamini_hochberg(p) <= 0.05).sum()) == 4
    assert sum(value <= 0.05 / 15 for value in p) == 3


def test_fields_that_made_the_groups_are_not_tested() -> None:
    rng = np.random.default_rng(2)
    spend, age = rng.normal(0, 1, 400), rng.normal(40, 9, 400)
    table: dict[str, Any] = {"spend": spend, "age": age, "app": np.where(rng.random(400) < 0.5, "yes", "")}
    groups = spend > 0
    found = distinguishing(table, groups, used=["spend"])
    assert found.of("spend", True).q_value is None
    assert found.of("spend", True).estimate == pytest.approx(2.6, abs=0.4)
    assert float(found.of("age", True).q_value or 0) > 0.01
    assert codes(found) == ["behaviour.circular_fields"]
    assert codes(distinguishing(table, groups)) == ["behaviour.held_out_unknown"]
    json.dumps(found.to_dict(), allow_nan=False)
    # Welch's t of two groups, and its square is Welch's F.
    t = found.of("age", True).residual
    assert next(field for field in found.fields if field.field == "age").statistic == pytest.approx(t**2)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.sampled_from("ab")), min_size=1, max_size=50),
    st.permutations(["age", "app", "town"]),
)
def test_prevalence_can_only_fall(people: list[tuple[int, bool, str]], order: list[str]) -> None:
    table: dict[str, Any] = dict(zip(("age", "app", "town"), map(list, zip(*people, strict=True)), strict=True))
    rule: dict[str, Any] = {"age": (1, 2), "app": True, "town": ["a"]}
    found = prevalence(table, {name: rule[name] for name in order})
    together = [step.together.count for step in found.attributes]
    assert together == sorted(together, reverse=True)
    assert found.count == sum(1 <= age <= 2 and app and town == "a" for age, app, town in people) == together[-1]
    assert found.if_unrelated == pytest.approx(math.prod(float(s.alone.value or 0) for s in found.attributes))
    assert all(step.without.count >= found.count for step in found.attributes)
    assert (codes(found) == ["behaviour.describes_nobody"]) == (found.count == 0) or float(found.high or 0) < 0.05


def test_prevalence_of_unrelated_attributes_is_the_product() -> None:
    rows = list(itertools.product([1, 2], ["x", "y", "z"], [True, False]))
    table: dict[str, Any] = {name: [row[i] for row in rows] for i, name in enumerate("abc")}
    found = prevalence(table, {"a": 1, "b": {"x", "y"}, "c": lambda column: column})
    assert found.estimate == pytest.approx(found.if_unrelated) == pytest.approx(1 / 6)
    assert found.drop_first[0] in "ac"
    left = prevalence({"a": [1.0, math.nan, 2.0]}, {"a": (None, 1)})
    assert (left.n, left.count, codes(left)) == (2, 1, ["behaviour.left_out"])


def test_rfm_scores_by_hand() -> None:
    """Quantiles of type 7 and bins (lower, upper]; recency turned around."""
    days = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    table = rfm(range(10), days, [10 * d for d in days], 10, draws=50)
    # Recency 9 … 0: cuts 1.8, 3.6, 5.4, 7.2; amounts 10 … 100: cuts 28, 46, 64, 82.
    assert [cut.estimate for cut in table.cuts[:4]] == pytest.approx([1.8, 3.6, 5.4, 7.2])
    assert [cut.estimate for cut in table.cuts[8:]] == pytest.approx([28, 46, 64, 82])
    assert table.recency_score == (1, 1, 2, 2, 3, 3, 4, 4, 5, 5)
    assert table.amount_score == (1, 1, 2, 2, 3, 3, 4, 4, 5, 5)
    assert set(table.frequency_score) == {1}
    assert codes(table) == ["behaviour.arbitrary_scores", "behaviour.tied_scores"]
    when = [date(2026, 1, d) for d in days]
    assert rfm(range(10), when, [10 * d for d in days], date(2026, 1, 10), draws=50).score == table.score
    stamps = np.array(when, dtype="datetime64[D]")
    assert rfm(range(10), stamps, [10 * d for d in days], np.datetime64("2026-01-10"), draws=50) == table
    json.dumps(table.to_dict(), allow_nan=False)


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 30), st.integers(1, 99)), min_size=40))
def test_rfm_keeps_order(orders: list[tuple[str, int, int]]) -> None:
    who, when, amount = (list(column) for column in zip(*orders, strict=True))
    if len(set(who)) < 5:
        return
    table = rfm(who, when, amount, 30, draws=0)
    for values, scores, sign in (
        (table.recency, table.recency_score, -1),
        (table.frequency, table.frequency_score, 1),
        (table.amount, table.amount_score, 1),
    ):
        for (v, s), (w, t) in itertools.combinations(zip(values, scores, strict=True), 2):
            assert (v != w) or s == t
            assert (sign * (v - w) >= 0) == (s >= t) or s == t
    assert sum(table.frequency) == len(orders)


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: latent_classes([[1, 2]], 2), "items"),
    (lambda: latent_classes([[1, None], [2, None]], 1), "items"),
    (lambda: latent_classes(ROLES, 0), "k and starts"),
    (lambda: latent_classes(ROLES, 2, weights=[-1] * 16), "weights"),
    (lambda: mixed_prototypes([[1.0], [math.nan]], None, 2), "numeric"),
    (lambda: mixed_prototypes([[1], [2], [3]], [["a"], ["b"]], 2), "Unequal"),
    (lambda: mixed_prototypes([[1], [2], [3]], np.array([["a"], ["b"], [None]]), 2), "categorical"),
    (lambda: mixed_prototypes([[1], [2], [3]], None, 3), "k must"),
    (lambda: mixed_prototypes([[1], [2], [3]], None, 2, gamma=-1), "gamma"),
    (lambda: choose_k([[1], [2], [3]], []), "ks"),
    (lambda: choose_k([[1], [2], [3]], [1, 2]), "ks"),
    (lambda: choose_k([[1], [2], [3]], [2], method="magic"), "method"),  # type: ignore[arg-type]
    (lambda: stability([[1], [2], [3]], [0, 0, 0]), "labels"),
    (lambda: stability([[1], [2], [3]], [0, 1]), "Unequal"),
    (lambda: stability([[1], [2], [3]], [0, 1, 1], cluster=lambda _: [0]), "cluster"),
    (lambda: distinguishing({}, [1]), "table"),
    (lambda: distinguishing({"a": [1, 2]}, [1, 1]), "labels"),
    (lambda: distinguishing({"a": [1, 2]}, [1, 2], used=["b"]), "used"),
    (lambda: distinguishing({"a": [1, 2], "b": [1]}, [1, 2]), "b has 1"),
    (lambda: prevalence({"a": [1]}, {}), "rule"),
    (lambda: prevalence({"a": [1]}, {"b": 1}), "rule"),
    (lambda: prevalence({"a": ["x"]}, {"a": (1, 2)}), "rule"),
    (lambda: prevalence({"a": [None]}, {"a": 1}), "table"),
    (lambda: rfm(list("abcde"), [1, 2, 3, 4, 11], [1] * 5, 10), "time"),
    (lambda: rfm(list("abcd"), [1, 2, 3, 4], [1] * 4, 10), "customer"),
    (lambda: rfm(list("abcde"), [1] * 5, [1] * 4, 10), "Unequal"),
    (lambda: rfm(list("abcde"), [date(2026, 1, 1)] * 5, [1] * 5, 10), "time"),
]


@pytest.mark.parametrize(("call", "named"), REFUSED)
def test_bad_input_is_named(call: Callable[[], object], named: str) -> None:
    with pytest.raises(InvalidInputError, match=named):
        call()


@pytest.mark.slow
def test_false_discoveries_and_shares_hold_what_they_promise() -> None:
    """Any discovery among ten fields without a difference, and coverage of class shares; the pages quote both."""
    rng = np.random.default_rng(9)
    alarms = 0
    for _ in range(400):
        table: dict[str, Any] = {f"n{i}": rng.normal(size=200) for i in range(5)}
        table |= {f"c{i}": rng.choice(list("abc"), 200) for i in range(5)}
        found = distinguishing(table, rng.integers(0, 3, 200), used=[])
        alarms += any(field.q_value is not None and field.q_value < 0.05 for field in found.fields)
    covered = 0
    chance = np.array([[0.85, 0.8, 0.2, 0.75, 0.9], [0.2, 0.3, 0.7, 0.1, 0.2]])
    for _ in range(100):
        kind = (rng.random(400) > 0.35).astype(int)
        share = latent_classes(rng.random((400, 5)) < chance[kind], 2, starts=5, draws=100).classes[1]
        covered += float(share.low or 0) <= 0.35 <= float(share.high or 0)
    print({"alarms": alarms / 400, "class share": covered / 100})
    assert alarms / 400 <= 0.08
    assert covered >= 88

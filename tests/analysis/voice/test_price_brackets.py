"""Prices in brackets: labels in two languages, and Turnbull against published shares and its own maximum."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.analysis.behaviour.survival import kaplan_meier
from klantreis.analysis.voice.price import (
    Brackets,
    bracketed,
    parse_brackets,
)
from klantreis.errors import InvalidInputError

INF = math.inf


def codes(result: Any) -> list[str]:
    return [item.code for item in result.warnings]


# Finkelstein and Wolfe (1985), Biometrics 41:933-945, radiotherapy alone: months (left, right].
RADIOTHERAPY = [
    (45, INF), (6, 10), (0, 7), (46, INF), (46, INF), (7, 16), (17, INF), (7, 14), (37, 44), (0, 8), (4, 11), (15, INF),
    (11, 15), (22, INF), (46, INF), (46, INF), (25, 37), (46, INF), (26, 40), (46, INF), (27, 34), (36, 44), (46, INF),
    (36, 48), (37, INF), (40, INF), (17, 25), (46, INF), (11, 18), (38, INF), (5, 12), (37, INF), (0, 5), (18, INF),
    (24, INF), (36, INF), (5, 11), (19, 35), (17, 25), (24, INF), (32, INF), (33, INF), (19, 26), (37, INF), (34, INF),
    (36, INF),
]  # fmt: skip


def test_turnbull_breast_cosmesis() -> None:
    """Fay and Shaw (2010), Journal of Statistical Software 36(2), package interval: the radiotherapy arm.

    (4,5] .0463, (6,7] .0334, (7,8] .0887, (11,12] .0708, (24,25] .0926, (33,34] .0818, (38,40] .1209, (46,48] .4656.
    """
    left, right = zip(*RADIOTHERAPY, strict=True)
    found = bracketed(left, right, draws=50)
    assert {(item.left, item.right): round(item.estimate or 0, 4) for item in found.masses} == {
        (4, 5): 0.0463,
        (6, 7): 0.0334,
        (7, 8): 0.0887,
        (11, 12): 0.0708,
        (24, 25): 0.0926,
        (33, 34): 0.0818,
        (38, 40): 0.1209,
        (46, 48): 0.4656,
    }
    # With closed brackets (0, 5] and (5, 12] would share a month, and this would be .9507.
    assert found.survival(6) == pytest.approx((0.9537, 0.9537), abs=5e-5)
    assert found.survival(47) == pytest.approx((0, 0.4656), abs=5e-5)
    assert found.kuhn_tucker < 1e-6
    assert not found.disjoint
    assert codes(found) == ["voice.overlapping_brackets"]
    assert [item.name for item in found.sensitivity] == ["log-normal", "weibull"]


@given(st.lists(st.integers(0, 30), min_size=2, max_size=8).filter(lambda counts: sum(c > 0 for c in counts) > 1))
def test_disjoint_brackets_give_plain_shares(counts: list[int]) -> None:
    left = np.repeat(np.arange(len(counts)) * 10.0, counts)
    found = bracketed(left, left + 10, draws=10)
    assert found.disjoint
    shares = {item.left: item.estimate for item in found.masses}
    assert shares == pytest.approx({10.0 * j: c / sum(counts) for j, c in enumerate(counts) if c})
    assert found.mean_high.estimate == pytest.approx((found.mean_low.estimate or 0) + 10)
    assert found.kuhn_tucker == pytest.approx(0, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), min_size=2, max_size=14))
def test_turnbull_is_a_maximum(pairs: list[tuple[int, int]]) -> None:
    left = np.array([a for a, _ in pairs], dtype=float)
    right = left + np.array([b for _, b in pairs])
    found = bracketed(left, right, draws=5)
    assert sum(item.estimate or 0 for item in found.masses) == pytest.approx(1)

    def likelihood(shares: list[float]) -> float:
        total = 0.0
        for low, high in zip(left, right, strict=True):
            held = sum(
                share
                for item, share in zip(found.masses, shares, strict=True)
                if (low <= item.left or low == item.left)
                and item.right <= high
                and (item.left < item.right or low < item.left or low == high)
            )
            total += math.log(max(held, 1e-300))
        return total

    best = [item.estimate or 0 for item in found.masses]
    for j in range(len(best)):
        moved = [0.98 * share + (0.02 if i == j else 0) for i, share in enumerate(best)]
        assert likelihood(moved) <= likelihood(best) + 1e-6


@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=2, max_size=30))
def test_exact_and_open_prices_are_kaplan_and_meier(rows: list[tuple[int, bool]]) -> None:
    """Turnbull's estimate of values that are exact, or only known to lie above an end, is the product-limit one."""
    known = [price for price, exact in rows if exact]
    if not known:
        return
    found = bracketed([price for price, _ in rows], [price if exact else np.inf for price, exact in rows], draws=2)
    curve = kaplan_meier([price for price, _ in rows], [exact for _, exact in rows])
    for price in range(1, max(known) + 1):
        low, high = found.survival(price)
        assert low == pytest.approx(curve.at(price).estimate, abs=1e-5)
        assert high == pytest.approx(low, abs=1e-9)


def test_open_top_leaves_the_mean_open() -> None:
    found = bracketed([0] * 20 + [10] * 20, [10] * 20 + [INF] * 20, draws=50)
    assert (found.estimate, found.mean_low.estimate, found.mean_high.estimate) == (None, 5.0, INF)
    assert found.high == INF
    assert found.median == (0, 10)
    assert codes(found) == ["voice.open_top"]
    assert found.to_dict()["mean_high"]["estimate"] == "Infinity"


def test_shapes_recover_what_made_the_prices() -> None:
    rng = np.random.default_rng(8)
    prices = rng.lognormal(3, 0.5, 5000)
    edges = np.array([0, 5, 10, 15, 20, 30, 50, INF])
    place = np.searchsorted(edges, prices) - 1
    found = bracketed(edges[place], edges[place + 1], draws=5)
    normal, weibull = found.sensitivity
    assert (normal.first, normal.second) == pytest.approx((3, 0.5), abs=0.03)
    assert normal.mean == pytest.approx(math.exp(3.125), rel=0.03)
    assert normal.log_likelihood > weibull.log_likelihood


LABELS = [
    ("Tussen 10 en 20€", 10, 20),
    ("tussen € 10,- en € 20,-", 10, 20),
    ("between £10 and £20", 10, 20),
    ("10-20", 10, 20),
    ("€ 10 – € 20 per maand", 10, 20),
    ("van 10 tot 20 euro", 10, 20),
    ("10 t/m 20", 10, 20),
    ("€1.000 - €1.250,50", 1000, 1250.5),
    ("1,000 to 1,250.50", 1000, 1250.5),
    ("1 000 tot 2 000", 1000, 2000),
    ("0,50 tot 1", 0.5, 1),
    ("meer dan 50", 50, INF),
    ("Meer dan 50€", 50, INF),
    ("more than $50", 50, INF),
    ("50+", 50, INF),
    ("50 euro of meer", 50, INF),
    ("€50 and up", 50, INF),
    ("vanaf 50", 50, INF),
    ("niet minder dan 50", 50, INF),
    ("> 50", 50, INF),
    ("at least 50", 50, INF),
    ("minder dan 10", 0, 10),
    ("Minder dan 10€", 0, 10),
    ("less than 10", 0, 10),
    ("niet meer dan 10", 0, 10),
    ("no more than 10", 0, 10),
    ("tot 10 euro", 0, 10),
    ("up to €10", 0, 10),
    ("maximaal 10", 0, 10),
    ("max. 10", 0, 10),
    ("10 of minder", 0, 10),
    ("10 or less", 0, 10),
    ("≤ 10", 0, 10),
    ("12,50", 12.5, 12.5),
    ("€ 12.50", 12.5, 12.5),
    ("niets", 0, 0),
    ("nothing", 0, 0),
    ("0", 0, 0),
    ("€ 0,-", 0, 0),
]


@pytest.mark.parametrize(("label", "left", "right"), LABELS)
def test_labels_in_both_languages(label: str, left: float, right: float) -> None:
    assert list(parse_brackets([label])) == [(left, right)]


@given(
    st.integers(0, 10**6),
    st.integers(1, 10**6),
    st.sampled_from(["{} tot {}", "between {} and {}", "{}-{}", "{} – {} €"]),
)
def test_what_is_written_is_read(low: int, width: int, form: str) -> None:
    assert parse_brackets([form.format(low, low + width)])[0] == (low, low + width)


def test_what_brackets_do_to_each_other() -> None:
    def said(*labels: str) -> list[str]:
        return codes(parse_brackets(labels))

    assert said("0-10", "10-20", "20-30") == ["voice.shared_edge"] * 2
    assert said("0-10", "5-20") == ["voice.labels_overlap"]
    assert said("10-19", "20-29", "meer dan 29") == ["voice.bracket_gap", "voice.shared_edge"]
    unknown: Brackets = parse_brackets(["10-20", "weet ik niet", "don't know", ""])
    assert unknown.known == (True, False, False, False)
    assert math.isnan(unknown.left[1])
    assert unknown.warnings[0].sentence("en") == "3 labels name no price."
    json.dumps(unknown.to_dict(), allow_nan=False)


@pytest.mark.parametrize("label", ["veel", "20-10", "10, 20 of 30", "meer dan", "5 tot veel", "ongeveer 5", "-5"])
def test_labels_that_say_nothing_are_refused(label: str) -> None:
    with pytest.raises(InvalidInputError, match="labels holds"):
        parse_brackets(["10-20", label])


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: bracketed([1], [0]), "right lies below"),
    (lambda: bracketed([INF], [INF]), "left"),
    (lambda: bracketed([math.nan], [1]), "left"),
    (lambda: bracketed([0], [math.nan]), "right"),
    (lambda: bracketed([0, 1], [1]), "left has 2"),
    (lambda: bracketed([0], [1], weights=[-2]), "weights"),
    (lambda: parse_brackets([]), "labels"),
    (lambda: parse_brackets("10-20"), "labels"),
    (lambda: parse_brackets([3]), "labels"),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("call", "named"), REFUSED)
def test_bad_brackets_are_named(call: Callable[[], object], named: str) -> None:
    with pytest.raises(InvalidInputError, match=named):
        call()

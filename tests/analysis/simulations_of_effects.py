"""Samples with known truth for effects: series, places, groups, shares and what is judged by them."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
from scipy.signal import lfilter

from klantreis.analysis.effect.before_after import before_after
from klantreis.analysis.effect.drivers import shapley_regression
from klantreis.analysis.effect.experiments import compare, cuped, sample_ratio
from klantreis.analysis.effect.proportions import difference
from klantreis.analysis.effect.quasi import callaway_santanna, interrupted_series, synthetic_control, synthetic_did
from klantreis.analysis.effect.uplift import aipw, e_value, ipw, regression_adjustment
from klantreis.measurement.verdict import verdict
from tests.analysis.simulating import Simulation, within

Rng = np.random.Generator


def series(rng: Rng, *, n: int, family: Any, errors: Any, together: float) -> bool:
    place, start = np.arange(n), round(0.6 * n)
    noise = lfilter([1.0], [1.0, -together], rng.normal(size=n + 100))[100:] * math.sqrt(1 - together**2)
    if family == "linear":
        y, truth = 10 + 0.1 * place + 2 * (place >= start) + 2 * noise, 2.0
    else:
        y = rng.poisson(100 * np.where(place < start, 1.0, 0.9) * np.exp(0.2 * noise - 0.02))
        truth = 0.9
    return within(interrupted_series(y, start, family=family, errors=errors), truth)


def places(rng: Rng, units: int) -> np.ndarray[Any, Any]:
    common, pull = rng.normal(size=(2, 30)).cumsum(axis=1), 0.5 * rng.normal(size=(units, 2))
    own = 0.4 * rng.normal(size=(units, 30)).cumsum(axis=1) + 0.5 * rng.normal(size=(units, 30))
    return np.asarray(pull @ common + rng.normal(size=(units, 1)) + own)


def place_held(rng: Rng, *, method: Any, units: int) -> bool:
    return within(method(places(rng, units), 0, 20), 0.0)


def place_alarms(rng: Rng, *, method: Any, units: int) -> bool:
    return bool(method(places(rng, units), 0, 20).placebo_p <= 0.05 + 1e-9)


def early(rng: Rng, *, units: int, published: bool) -> bool:
    first = np.resize([0.0, 4.0, 5.0], units)
    y = rng.normal(size=(units, 1)) + rng.normal(size=(units, 6))
    rows = np.repeat(np.arange(units), 6), np.tile(np.arange(1, 7), units), np.repeat(first, 6), y.ravel()
    found = callaway_santanna(*rows, draws=0)
    return float((found.pre_trend_chi2_p if published else found.pre_trend_p) or 0.0) < 0.05


def confounded(rng: Rng, *, method: Any, n: int, options: dict[str, Any]) -> bool:
    x = rng.normal(size=(n, 2))
    exposed = rng.random(n) < 1 / (1 + np.exp(-(0.8 * x[:, 0] - 0.5 * x[:, 1])))
    y = 2 * x[:, 0] + x[:, 1] + (1 + 0.5 * x[:, 0]) * exposed + rng.normal(size=n)
    return within(method(y, exposed, x, **options), 1.0)


def two_groups(rng: Rng, *, sizes: tuple[int, int], spreads: tuple[float, float]) -> bool:
    a, b = (rng.normal(level, spread, size) for level, spread, size in zip((0.5, 0.0), spreads, sizes, strict=True))
    return within(compare(a, b), 0.5)


def with_past(rng: Rng, *, n: int) -> bool:
    x, arm = rng.normal(size=n), np.arange(n) % 2
    return within(cuped(x + 0.3 * arm + rng.normal(size=n), x, arm), 0.3)


def paired(rng: Rng, *, n: int) -> bool:
    before = rng.exponential(10, n)
    return within(before_after(before, before + 2 + rng.normal(0, 5, n)), 2.0)


def split(rng: Rng, *, n: int) -> bool:
    return sample_ratio(rng.multinomial(n, [0.5, 0.5]), [0.5, 0.5]).p_value < 0.05


def shares(rng: Rng, *, sizes: tuple[int, int]) -> bool:
    a, b = rng.binomial(sizes[0], 0.1), rng.binomial(sizes[1], 0.3)
    return within(difference(int(a), sizes[0], int(b), sizes[1]), -0.2)


def drivers(rng: Rng, *, n: int) -> bool:
    x = rng.normal(size=(n, 2))
    x[:, 1] += 0.5 * x[:, 0]
    y = x @ [1.0, 0.5] + rng.normal(size=n)
    # Of the population: each driver's R² alone and after the other, by its covariances.
    spread = np.array([[1.0, 0.5], [0.5, 1.25]])
    with_y = spread @ [1.0, 0.5]
    total = float(np.array([1.0, 0.5]) @ with_y) + 1
    alone = with_y**2 / np.diag(spread) / total
    truth = (alone[0] + (1 - 1 / total) - alone[1]) / 2
    return within(shapley_regression(x, y, draws=200, seed=int(rng.integers(2**31))).drivers[0], truth)


def explained(rng: Rng, *, n: int) -> bool:
    """Whether the E-value of the near limit is no larger than that of the true ratio, 2."""
    a, b = rng.binomial(n, 0.4), rng.binomial(n, 0.2)
    ratio, error = math.log(a / b), math.sqrt(1 / a - 1 / n + 1 / b - 1 / n)
    low, high = math.exp(ratio - 1.96 * error), math.exp(ratio + 1.96 * error)
    return float(e_value(math.exp(ratio), low=low, high=high).low or 1.0) <= 2 + math.sqrt(2)


def judged(rng: Rng, *, n: int, truth: float, word: str) -> bool:
    """Two groups of n with spread 1, and what matters is .5."""
    found = compare(rng.normal(truth, 1, n), rng.normal(0, 1, n))
    return verdict(found.estimate, found.low, found.high, 0.5).judgement.value == word


def _series(family: str, n: int, errors: str, together: float) -> Simulation:
    kind = "line" if family == "linear" else "counts"
    return Simulation(
        function="interrupted_series",
        setting=f"{kind}, {n} periods, neighbours {together:g}, {errors}",
        once=partial(series, n=n, family=family, errors=errors, together=together),
        full=1500,
    )


EFFECTS: tuple[Simulation, ...] = (
    *(
        _series(family, n, "hac", together)
        for family in ("linear", "poisson")
        for n in (24, 60)
        for together in (0.0, 0.6)
    ),
    _series("linear", 24, "newey_west", 0.0),
    _series("linear", 24, "quasi", 0.0),
    _series("poisson", 24, "quasi", 0.0),
    _series("poisson", 60, "quasi", 0.0),
    *(
        Simulation(
            function=name,
            setting=f"{units - 1} donors, interval",
            once=partial(place_held, method=method, units=units),
            few=60,
            full=400,
        )
        for name, method in (("synthetic_control", synthetic_control), ("synthetic_did", synthetic_did))
        for units in (10, 20)
    ),
    *(
        Simulation(
            function=name,
            setting="19 donors, placebo_p",
            once=partial(place_alarms, method=method, units=20),
            nominal=0.05,
            few=60,
            full=1500,
        )
        for name, method in (("synthetic_control", synthetic_control), ("synthetic_did", synthetic_did))
    ),
    *(
        Simulation(
            function="callaway_santanna",
            setting=f"{units} units, 5 effects before, pre_trend{'_chi2' * published}_p",
            once=partial(early, units=units, published=published),
            nominal=0.05,
            few=150,
            full=1000,
        )
        for units, published in ((45, False), (45, True), (300, False))
    ),
    *(
        Simulation(
            function=method.__name__,
            setting=f"{n} people, strong confounding{said}",
            once=partial(confounded, method=method, n=n, options=options),
            full=2000,
        )
        for method, said, options in (
            (regression_adjustment, "", {}),
            (ipw, ", joint", {"interval": "joint"}),
            (ipw, ", robust", {}),
            (aipw, "", {}),
        )
        for n in (200, 1000)
    ),
    Simulation(
        function="compare",
        setting="10 and 20, three times the spread in one",
        once=partial(two_groups, sizes=(10, 20), spreads=(3.0, 1.0)),
        full=4000,
        few=500,
    ),
    Simulation(function="cuped", setting="10 and 10", once=partial(with_past, n=20), full=4000, few=300),
    *(
        Simulation(function="before_after", setting=f"{n} customers", once=partial(paired, n=n), full=4000, few=500)
        for n in (8, 60)
    ),
    Simulation(
        function="sample_ratio", setting="40 in two", once=partial(split, n=40), nominal=0.05, full=4000, few=500
    ),
    Simulation(
        function="difference", setting="15 and 25, .1 and .3", once=partial(shares, sizes=(15, 25)), full=4000, few=500
    ),
    *(
        Simulation(
            function="shapley_regression", setting=f"{n} people", once=partial(drivers, n=n), full=500, few=100
        )
        for n in (60, 300)
    ),
    Simulation(
        function="e_value", setting="200 and 200, limit below the truth", once=partial(explained, n=200),
        nominal=0.975, full=4000, few=500,
    ),
    *(
        Simulation(
            function="verdict",
            setting=f"{n} and {n}, truth {truth:g} where .5 matters: {word}",
            once=partial(judged, n=n, truth=truth, word=word),
            nominal=0.025,
            full=4000,
            few=500,
        )
        for n, truth, word in ((50, 0.0, "worked"), (50, 0.0, "harmful"), (300, 0.5, "no effect"))
    ),
)  # fmt: skip

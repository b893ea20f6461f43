"""Samples with known truth for what people did: credit, repeat buying, waiting, and whom a persona covers."""

from __future__ import annotations

import math
from functools import cache, partial
from typing import Any

import numpy as np

from klantreis.analysis.behaviour.attribution import linear, markov_removal
from klantreis.analysis.behaviour.buying import gamma_gamma, pareto_nbd, retention_sbg
from klantreis.analysis.behaviour.buying_formulas import ParetoNbd
from klantreis.analysis.behaviour.segments import prevalence
from klantreis.analysis.behaviour.survival import aalen_johansen, kaplan_meier, log_rank
from tests.analysis.simulating import Simulation, within

Rng = np.random.Generator
KINDS = [("a",), ("a", "b"), ("b", "c"), ("c",), ("a", "b", "c"), ("b",)]
CHANCE, RATE = np.array([0.3, 0.15, 0.2, 0.2, 0.05, 0.1]), np.array([0.05, 0.2, 0.15, 0.1, 0.4, 0.1])


def journeys(rng: Rng, customers: int) -> tuple[Any, Any, Any]:
    """One to eight paths a customer, four of five the usual one, each customer more or less inclined."""
    who = np.repeat(np.arange(customers), rng.integers(1, 9, customers))
    usual = rng.choice(6, customers, p=CHANCE)[who]
    path = np.where(rng.random(len(who)) < 0.8, usual, rng.choice(6, len(who), p=CHANCE))
    inclined = 5 * rng.beta(0.5, 2, customers)[who]
    return who, path, rng.random(len(who)) < np.minimum(1, RATE[path] * inclined)


@cache
def share_of_all() -> float:
    _, path, led = journeys(np.random.default_rng(0), 1_000_000)
    won, lost = (np.bincount(path[chosen], minlength=6) for chosen in (led, ~led))
    return float(markov_removal(KINDS, won, lost, draws=0).shares["a"] or 0)


def removed(rng: Rng, *, customers: int, told: bool) -> bool:
    who, path, led = journeys(rng, customers)
    paths, counts = [KINDS[kind] for kind in path], led.astype(float)
    found = markov_removal(paths, counts, 1 - counts, customers=who if told else None, seed=int(rng.integers(2**31)))
    return within(found.channels[0], share_of_all())


def credited(rng: Rng, *, paths: int) -> bool:
    won = rng.multinomial(paths, CHANCE * RATE / (CHANCE * RATE).sum())
    return within(linear(KINDS, won).channels[0], float(linear(KINDS, CHANCE * RATE).shares["a"] or 0))


def waiting(rng: Rng, *, n: int, what: str) -> bool:
    wait, seen, which = rng.exponential(10, n), rng.uniform(5, 40, n), rng.random(n) < 0.4
    time, left = np.minimum(wait, seen), wait <= seen
    if what == "share":
        return within(kaplan_meier(time, left).at(8), math.exp(-0.8))
    if what == "median":
        curve = kaplan_meier(time, left)
        # An end that cannot be seen yet is as far as can be.
        return float(curve.low or 0) <= 10 * math.log(2) <= float(curve.high or math.inf)
    if what == "cause":
        found = aalen_johansen(time, np.where(left, np.where(which, 1, 2), 0)).of(1).at(8)
        return within(found, 0.4 * (1 - math.exp(-0.8)))
    return float(log_rank(time, left, np.arange(n) % 2).p_value) < 0.05


def covered(rng: Rng, *, n: int) -> bool:
    table = {"first": rng.choice(["yes", "no"], n), "second": rng.choice(["yes", "no"], n, p=[0.3, 0.7])}
    return within(prevalence(table, {"first": "yes", "second": "yes"}), 0.15)


def staying(rng: Rng, *, n: int) -> bool:
    stay = rng.geometric(rng.beta(0.8, 2.0, n))
    return within(retention_sbg([(stay > t).sum() for t in range(7)]), 8.0 / 8.8)


def worth(rng: Rng, *, n: int) -> bool:
    orders, rate = rng.integers(1, 8, n), rng.gamma(4.0, 1 / 15, n)
    return within(gamma_gamma(orders, rng.gamma(6.0 * orders, 1 / rate) / orders), 30.0)


def buying(rng: Rng, *, n: int) -> bool:
    """39 weeks by the story of Pareto/NBD: r .8, alpha 6, s .9, beta 12."""
    rate, life = rng.gamma(0.8, 1 / 6.0, n), rng.exponential(1 / rng.gamma(0.9, 1 / 12.0, n))
    alive = np.minimum(life, 39)
    orders = rng.poisson(rate * alive)
    last = np.where(orders > 0, alive * rng.beta(np.maximum(orders, 1), 1), 0.0)
    truth = float(ParetoNbd().new(np.array([0.8, 6.0, 0.9, 12.0]), np.array([52.0]))[0])
    return within(pareto_nbd(orders.astype(float), last, np.full(n, 39.0)).expected_of_new(52), truth)


def _of(
    function: str, setting: str, once: Any, *, full: int = 2000, few: int = 150, nominal: float = 0.95
) -> Simulation:
    return Simulation(function=function, setting=setting, once=once, nominal=nominal, few=few, full=full)


BEHAVIOUR: tuple[Simulation, ...] = (
    *(
        _of(
            "markov_removal",
            f"{n} customers with one to eight paths, {'customers' if told else 'paths'} drawn",
            partial(removed, customers=n, told=told),
            full=600,
            few=60,
        )
        for n, told in ((60, True), (300, True), (300, False))
    ),
    _of("linear", "25 outcomes", partial(credited, paths=25)),
    _of("kaplan_meier", "20 customers, share", partial(waiting, n=20, what="share")),
    _of("kaplan_meier", "20 customers, median", partial(waiting, n=20, what="median")),
    _of("aalen_johansen", "20 customers, one cause of two", partial(waiting, n=20, what="cause")),
    *(
        _of("log_rank", f"{n // 2} and {n // 2}", partial(waiting, n=n, what="test"), nominal=0.05, full=4000, few=400)
        for n in (20, 200)
    ),
    *(_of("prevalence", f"{n} respondents, 15 %", partial(covered, n=n)) for n in (25, 200)),
    _of("pareto_nbd", "400 customers, E[X(52)]", partial(buying, n=400), full=150, few=10),
    _of("retention_sbg", "150 customers, 6 periods", partial(staying, n=150), full=600, few=40),
    _of("gamma_gamma", "100 customers", partial(worth, n=100), full=400, few=30),
)

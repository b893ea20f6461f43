"""Samples with known truth for what people said: small ones and usual ones."""

from __future__ import annotations

import math
from functools import cache, partial
from typing import Any

import numpy as np

from klantreis.analysis.voice.agreement import fleiss_kappa, krippendorff_alpha
from klantreis.analysis.voice.experience import csat, nps
from klantreis.analysis.voice.outcomes import forces_of_progress, kano, maxdiff_counts, opportunity_scores
from klantreis.analysis.voice.price import bracketed, gabor_granger, newton_miller_smith, van_westendorp
from tests.analysis.simulating import Simulation, within

Rng = np.random.Generator
SCORES = np.array([2, 1, 1, 1, 2, 4, 6, 15, 20, 24, 24]) / 100


def seed(rng: Rng) -> int:
    return int(rng.integers(2**31))


def recommended(rng: Rng, *, n: int) -> bool:
    return within(nps(rng.choice(11, n, p=SCORES)), float(SCORES[9:].sum() - SCORES[:7].sum()))


def satisfied(rng: Rng, *, n: int) -> bool:
    return within(csat(rng.choice([1, 2, 3, 4, 5], n, p=[0.1, 0.1, 0.2, 0.4, 0.2])), 0.6)


def coders(rng: Rng, *, units: int, method: Any) -> bool:
    """Two coders who are each wrong in one of ten, over two kinds equally frequent: alpha is .64."""
    kinds = (rng.random(units) < 0.5) ^ (rng.random((2, units)) < 0.1)
    if method is krippendorff_alpha:
        return within(krippendorff_alpha(kinds.astype(float), "nominal", draws=300, seed=seed(rng)), 0.64)
    yes = kinds.sum(axis=0)
    return within(fleiss_kappa(np.column_stack([yes, 2 - yes]), draws=300, seed=seed(rng)), 0.64)


def outcome(rng: Rng, *, n: int) -> bool:
    wanted = np.where(rng.random((n, 2)) < [0.8, 0.6], 5, 2)
    had = np.where(rng.random((n, 2)) < [0.4, 0.6], 5, 2)
    return within(opportunity_scores(wanted, had, k=1, draws=300, seed=seed(rng)).outcomes[0], 12.0)


def feature(rng: Rng, *, n: int) -> bool:
    pairs = np.array([(1, 3), (1, 5), (3, 5), (3, 3)])[rng.choice(4, n, p=[0.2, 0.3, 0.2, 0.3])]
    return within(kano(pairs[:, 0], pairs[:, 1], draws=300, seed=seed(rng)).features[0].better, 0.5)


def kinds_alike(rng: Rng, *, n: int, published: bool) -> bool:
    pairs = np.array([(3, 5), (1, 5), (3, 3)])[rng.choice(3, n, p=[0.4, 0.4, 0.2])]
    found = kano(pairs[:, 0], pairs[:, 1], draws=1).features[0]
    return found.decided_by_fong if published else found.decided


def chosen(rng: Rng, *, n: int) -> bool:
    power = np.exp([0.6, 0.0, -0.6])
    best, shown, rows = np.zeros((n, 3)), np.zeros((n, 3)), np.arange(n)
    for a, b in ((0, 1), (1, 2), (0, 2)):
        np.add.at(best, (rows, np.where(rng.random(n) < power[a] / (power[a] + power[b]), a, b)), 1)
        shown[:, [a, b]] += 1
    odds = float(np.mean([power[0] / (power[0] + power[1]), power[0] / (power[0] + power[2])]))
    item = maxdiff_counts(best, shown - best, shown, draws=300, seed=seed(rng)).items[0]
    return within(item, math.log(odds / (1 - odds)))


def forces(rng: Rng, *, n: int) -> bool:
    people = [str(person) for person in range(n)]
    spoke = [person for person in people if rng.random() < 0.3]
    found = forces_of_progress([*spoke, "0"], ["push"] * len(spoke) + ["pull"], interviews=people)
    return within(found.forces[0].people, 0.3)


def four_prices(rng: Rng, n: int) -> np.ndarray[Any, Any]:
    return np.asarray(30 + rng.normal(0, 2, (n, 1)) + np.array([-3.0, -1, 1, 3]) + rng.normal(0, 0.3, (n, 4)))


def indifferent(rng: Rng, *, n: int) -> bool:
    return within(van_westendorp(*four_prices(rng, n).T, draws=200, seed=seed(rng)).idp, 30.0)


def intending(rng: Rng, n: int) -> list[np.ndarray[Any, Any]]:
    """Whole prices around 30, four to a person; the cheap one is likelier bought."""
    middle = np.round(rng.normal(30, 5, n))
    prices = [middle + apart for apart in (-8, -3, 3, 8)]
    return [*prices, rng.choice([5, 4, 3], n), rng.choice([4, 3, 2], n)]


@cache
def best_of_all() -> float:
    return float(newton_miller_smith(*intending(np.random.default_rng(1), 200_000), draws=1).estimate or 0)


def earned(rng: Rng, *, n: int) -> bool:
    return within(newton_miller_smith(*intending(rng, n), draws=200, seed=seed(rng)), best_of_all())


def in_brackets(rng: Rng, *, n: int) -> bool:
    upper = rng.random(n) < 0.25
    found = bracketed(np.where(upper, 20.0, 10.0), np.where(upper, 30.0, 20.0), draws=300, seed=seed(rng))
    return within(found.masses[-1], 0.25)


def best_price(rng: Rng, *, n: int) -> bool:
    price = rng.choice([4.0, 6, 8, 10, 12], n)
    bought = rng.random(n) < np.interp(price, [4, 6, 8, 10, 12], [0.8, 0.7, 0.5, 0.3, 0.15])
    return within(gabor_granger(price, bought, draws=300, seed=seed(rng)), 6.0)


def _of(
    function: str, setting: str, once: Any, *, full: int = 1000, few: int = 150, nominal: float = 0.95
) -> Simulation:
    return Simulation(function=function, setting=setting, once=once, nominal=nominal, few=few, full=full)


ANSWERS: tuple[Simulation, ...] = (
    _of("nps", "10 answers", partial(recommended, n=10), full=4000),
    _of("csat", "10 answers", partial(satisfied, n=10), full=4000),
    *(
        _of(method.__name__, "20 units, two coders", partial(coders, units=20, method=method), full=600, few=80)
        for method in (krippendorff_alpha, fleiss_kappa)
    ),
    _of("opportunity_scores", "30 respondents", partial(outcome, n=30)),
    _of("kano", "30 respondents, better", partial(feature, n=30)),
    _of("kano", "30 respondents, two kinds alike: decided", partial(kinds_alike, n=30, published=False), nominal=0.05),
    _of(
        "kano", "200 respondents, two kinds alike: decided", partial(kinds_alike, n=200, published=False), nominal=0.05
    ),
    _of(
        "kano",
        "200 respondents, two kinds alike: decided_by_fong",
        partial(kinds_alike, n=200, published=True),
        nominal=0.1,
    ),
    _of("maxdiff_counts", "30 respondents", partial(chosen, n=30)),
    _of("forces_of_progress", "12 interviews", partial(forces, n=12), full=4000),
    _of("van_westendorp", "50 respondents, idp", partial(indifferent, n=50), full=600, few=80),
    _of("newton_miller_smith", "60 respondents, price of most revenue", partial(earned, n=60), full=600, few=80),
    _of("newton_miller_smith", "300 respondents, price of most revenue", partial(earned, n=300), full=400, few=50),
    _of("bracketed", "40 respondents, share of a bracket", partial(in_brackets, n=40), full=600, few=80),
    _of("gabor_granger", "60 answers, price that earns most", partial(best_price, n=60), full=600, few=80),
)

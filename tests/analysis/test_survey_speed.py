"""A thousand draws of ten thousand respondents within ten seconds: every survey method that draws keeps that pace.

A hundred draws are taken of each, and processor time is counted, which a busy machine stretches little.
"""

from __future__ import annotations

import importlib
import inspect
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from klantreis.analysis.behaviour.segments import density_clusters, latent_classes, medoids, rfm, stability
from klantreis.analysis.effect.drivers import shapley_regression
from klantreis.analysis.voice.agreement import fleiss_kappa, krippendorff_alpha, saturation
from klantreis.analysis.voice.experience import ces, csat, emotion_curve, nps, peak_end
from klantreis.analysis.voice.maxdiff_logit import maxdiff_logit
from klantreis.analysis.voice.outcomes import kano, maxdiff_counts, opportunity_scores
from klantreis.analysis.voice.price import bracketed, gabor_granger, newton_miller_smith, van_westendorp

N, DRAWS = 10_000, 100
#: Seconds of processor time: three times a tenth of what 1,000 draws may take, and one for what is done once.
MOST = 3 * 10 * DRAWS / 1000 + 1

Call = Callable[..., object]


def _prices(rng: np.random.Generator, n: int) -> list[Any]:
    return [rng.normal(mean, sd, n) for mean, sd in ((5, 0.5), (8.5, 0.5), (13, 0.75), (17, 1))]


def _overlapping(rng: np.random.Generator, n: int) -> list[Any]:
    """Brackets between tenths of a euro: nearly everybody has one of their own."""
    left = np.round(rng.uniform(0, 50, n), 1)
    return [left, np.round(left + rng.uniform(0.1, 20, n), 1)]


def _answers(rng: np.random.Generator, n: int) -> Any:
    kind, chance = rng.integers(0, 4, n), rng.dirichlet(np.full(4, 0.7), size=(4, 10))
    return (rng.random((n, 10, 1)) > np.cumsum(chance[kind], axis=2)[:, :, :3]).sum(axis=2)


def _groups(rng: np.random.Generator, n: int) -> list[Any]:
    labels = np.arange(n) % 3
    return [rng.normal(size=(n, 4)) + np.array([[0, 0, 0, 0], [3, 0, 0, 0], [0, 3, 3, 0]])[labels], labels]


def _sets(rng: np.random.Generator, n: int) -> list[Any]:
    shown = np.argsort(rng.random((n, 8)), axis=1)[:, :4]
    return [shown, shown[:, 0], shown[:, 1]]


#: Per method what it is given for n respondents.
METHODS: dict[Call, Callable[[np.random.Generator, int], tuple[list[Any], dict[str, Any]]]] = {
    nps: lambda r, n: ([r.integers(0, 11, 2 * n)], {"customer": np.repeat(np.arange(n), 2)}),
    csat: lambda r, n: ([r.integers(1, 6, 2 * n)], {"customer": np.repeat(np.arange(n), 2)}),
    ces: lambda r, n: ([r.integers(1, 8, 2 * n)], {"customer": np.repeat(np.arange(n), 2)}),
    emotion_curve: lambda r, n: ([np.repeat(np.arange(n), 6), np.tile(np.arange(6), n), r.integers(-2, 3, 6 * n)], {}),
    peak_end: lambda r, n: ([np.repeat(np.arange(n), 6), np.tile(np.arange(6), n), r.integers(-2, 3, 6 * n)], {}),
    van_westendorp: lambda r, n: (_prices(r, n), {}),
    newton_miller_smith: lambda r, n: ([*_prices(r, n), r.integers(1, 6, n), r.integers(1, 6, n)], {}),
    gabor_granger: lambda r, n: ([5 + np.arange(n) % 10, r.integers(0, 2, n)], {}),
    bracketed: lambda r, n: (_overlapping(r, n), {}),
    opportunity_scores: lambda r, n: ([r.integers(1, 6, (n, 30)), r.integers(1, 6, (n, 30))], {}),
    kano: lambda r, n: ([r.integers(1, 6, (n, 20)), r.integers(1, 6, (n, 20))], {}),
    maxdiff_counts: lambda r, n: ([r.integers(0, 2, (n, 20)), r.integers(0, 2, (n, 20)), np.full((n, 20), 4)], {}),
    maxdiff_logit: lambda r, n: (_sets(r, n), {}),
    krippendorff_alpha: lambda r, n: ([r.normal(size=(3, n)), "interval"], {}),
    fleiss_kappa: lambda r, n: ([r.multinomial(5, [0.2] * 5, size=n)], {}),
    latent_classes: lambda r, n: ([_answers(r, n), 4], {"starts": 5}),
    stability: lambda r, n: (_groups(r, n), {}),
    medoids: lambda r, n: ([dict(zip("abcd", _groups(r, n)[0].T, strict=True)), 3], {}),
    density_clusters: lambda r, n: ([_groups(r, n)[0]], {}),
    rfm: lambda r, n: ([np.arange(3 * n) % n, r.integers(0, 365, 3 * n), r.gamma(2, 20, 3 * n), 365], {}),
    shapley_regression: lambda r, n: ((lambda x: [x, x.sum(axis=1) + r.normal(size=n)])(r.normal(size=(n, 10))), {}),
}
#: Draws of interviews, of which there are tens.
OTHERS = {saturation}


@pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.__name__))
def test_a_draw_takes_a_hundredth_of_a_second(method: Call) -> None:
    few, options = METHODS[method](np.random.default_rng(1), 400)
    method(*few, **options, draws=2)  # libraries are loaded and machine code is made first
    many, options = METHODS[method](np.random.default_rng(0), N)
    before = time.process_time()
    method(*many, **options, draws=DRAWS)
    assert time.process_time() - before < MOST


def test_every_survey_method_that_draws_is_timed() -> None:
    modules = [f"voice.{name}" for name in ("agreement", "experience", "outcomes", "price", "language", "intents")]
    found = set()
    for name in [*modules, "behaviour.segments", "effect.drivers"]:
        module = importlib.import_module(f"klantreis.analysis.{name}")
        for each in module.__all__:
            value = getattr(module, each)
            if inspect.isfunction(value) and "draws" in inspect.signature(value).parameters:
                found.add(value)
    assert found - set(METHODS) == OTHERS

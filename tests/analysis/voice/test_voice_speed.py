"""A thousand draws of ten thousand respondents in ten seconds, for every method of a survey."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from klantreis.analysis.voice.agreement import fleiss_kappa, krippendorff_alpha
from klantreis.analysis.voice.experience import ces, csat, emotion_curve, nps, peak_end
from klantreis.analysis.voice.outcomes import kano, maxdiff_counts, opportunity_scores
from klantreis.analysis.voice.price import bracketed, gabor_granger, newton_miller_smith, van_westendorp

N = 10_000
RNG = np.random.default_rng(0)
WHO, STEP = np.repeat(np.arange(N), 6), np.tile(np.arange(6), N)
PRICES = [RNG.normal(mean, sd, N) for mean, sd in ((5, 0.5), (8.5, 0.5), (13, 0.75), (17, 1))]
INTENTS = [RNG.integers(1, 6, N).astype(np.float64) for _ in range(2)]
BRACKET = RNG.integers(0, 8, N) * 10.0
OVERLAP = RNG.integers(0, 51, N).astype(np.float64)
METHODS: dict[str, Callable[[], object]] = {
    "nps": lambda: nps(RNG.integers(0, 11, 2 * N), customer=np.repeat(np.arange(N), 2)),
    "csat": lambda: csat(RNG.integers(1, 6, 2 * N), customer=np.repeat(np.arange(N), 2)),
    "ces": lambda: ces(RNG.integers(1, 8, 2 * N), customer=np.repeat(np.arange(N), 2)),
    "emotion curve": lambda: emotion_curve(WHO, STEP, RNG.integers(-2, 3, 6 * N)),
    "peak and end": lambda: peak_end(WHO, STEP, RNG.integers(-2, 3, 6 * N)),
    "van westendorp": lambda: van_westendorp(*PRICES),
    "newton miller smith": lambda: newton_miller_smith(*PRICES, *INTENTS),
    "gabor granger": lambda: gabor_granger(RNG.choice(np.arange(5, 15), N), RNG.integers(0, 2, N)),
    "brackets": lambda: bracketed(BRACKET, BRACKET + 10),
    "brackets that overlap": lambda: bracketed(OVERLAP, OVERLAP + RNG.integers(1, 20, N)),
    "opportunity": lambda: opportunity_scores(RNG.integers(1, 6, (N, 30)), RNG.integers(1, 6, (N, 30))),
    "kano": lambda: kano(RNG.integers(1, 6, (N, 20)), RNG.integers(1, 6, (N, 20))),
    "maxdiff": lambda: maxdiff_counts(RNG.integers(0, 2, (N, 20)), RNG.integers(0, 2, (N, 20)), np.full((N, 20), 4)),
    "alpha": lambda: krippendorff_alpha(RNG.integers(1, 6, (3, N)), "ordinal"),
    "kappa": lambda: fleiss_kappa(RNG.multinomial(5, [0.2] * 5, size=N)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", METHODS)
def test_ten_thousand_respondents(name: str) -> None:
    start = time.process_time()
    METHODS[name]()
    assert time.process_time() - start < 10

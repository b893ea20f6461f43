"""How much does each person weigh who had another chance of exposure, and how many are left after weighting?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from klantreis.analysis.effect.adjusting import Target
from klantreis.analysis.effect.exposure import SURE, as_exposed, propensity
from klantreis.analysis.effect.foretelling import Known
from klantreis.analysis.effect.least_squares import Fit, Link
from klantreis.analysis.result import Caution, Floats, caution
from klantreis.errors import InvalidInputError


def with_chance(cases: Known, trim: float | None, *, link: Link) -> tuple[Known, Fit]:
    """The cases that stay, and the regression of their exposure."""
    odds = propensity(cases.exposed, cases.x, link=link)
    if trim is None:
        return cases, odds
    kept = cases.of(within(odds.fitted, trim), counted=True)
    as_exposed(kept.exposed)
    # Fitted again on those who stay, so that the weights are those of the people they are used for.
    return kept, propensity(kept.exposed, kept.x, link=link)


def within(chance: Floats, trim: float) -> npt.NDArray[np.bool_]:
    """Whose chance of exposure is neither below ``trim`` nor above one less that.

    Examples
    --------
    >>> within(np.array([0.01, 0.5, 0.97]), 0.05).tolist()
    [False, True, False]
    """
    if not 0 < trim < 0.5:
        raise InvalidInputError(f"trim lies between 0 and 0.5, not at {trim}.")
    keep = (chance >= trim) & (chance <= 1 - trim)
    if not keep.any():
        raise InvalidInputError(f"trim at {trim} leaves nobody.")
    return np.asarray(keep)


def weights_of(exposed: Floats, chance: Floats, target: Target) -> Floats:
    """One over the chance of the exposure that they had; for the exposed as target, the odds of the others.

    Examples
    --------
    >>> exposed, chance = np.array([1.0, 0.0]), np.array([0.25, 0.8])
    >>> [weights_of(exposed, chance, target).round(6).tolist() for target in ("everybody", "exposed")]
    [[4.0, 5.0], [1.0, 4.0]]
    """
    if target == "exposed":
        return np.where(exposed == 1, 1.0, chance / (1 - chance))
    return np.where(exposed == 1, 1 / chance, 1 / (1 - chance))


def weight_slopes(exposed: Floats, odds: Fit, target: Target) -> Floats:
    """How fast each weight moves with the linear predictor of the chance."""
    chance = odds.fitted
    gone = odds.steep / (1 - chance) ** 2
    return np.where(exposed == 1, 0.0 if target == "exposed" else -odds.steep / chance**2, gone)


def effective_number(exposed: Floats, weights: Floats) -> float:
    """How many equally weighted cases the weights are worth, both groups together.

    Examples
    --------
    >>> effective_number(np.array([1.0, 1.0, 0.0, 0.0]), np.array([1.0, 1.0, 3.0, 1.0]))
    3.6
    """
    total = 0.0
    for arm in (1, 0):
        w = weights[exposed == arm]
        total += float(w.sum() ** 2 / (w @ w))
    return total


def chance_cautions(exposed: Floats, chance: Floats, weights: Floats) -> list[Caution]:
    """What weights may suffer from: sure exposure, and a few that count for many."""
    found: list[Caution] = []
    sure = float(((chance < SURE) | (chance > 1 - SURE)).mean())
    if sure >= 0.01:
        found.append(caution("effect.positivity", percent=round(100 * sure)))
    effective = effective_number(exposed, weights)
    if effective < 0.5 * len(exposed):
        found.append(caution("effect.heavy_weights", effective=round(effective), n=len(exposed)))
    return found

"""Who was exposed, how likely that was beforehand, and whether the exposed and the others can be compared at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from klantreis.analysis.effect.least_squares import Fit, Link, fit, with_intercept
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, as_array, as_labels, caution, same_length
from klantreis.errors import InvalidInputError

#: A chance of exposure below this, or above one less this, is all but sure (our convention).
SURE = 0.02
#: A standardised difference above this is an imbalance (a common convention).
IMBALANCE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How far the exposed differ in one covariate, in standard deviations, before and after weighting."""

    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap(Result):
    """The share of cases whose chance of exposure also occurs in the other group.

    Parameters
    ----------
    exposed_range, unexposed_range
        Smallest and largest chance in each group.
    edges, exposed_counts, unexposed_counts
        The two histograms of the chances, to draw.
    exposed_effective, unexposed_effective
        How many equally weighted cases each group is worth after weighting.
    balance
        Of each covariate.
    """

    exposed_range: tuple[float, float]
    unexposed_range: tuple[float, float]
    edges: tuple[float, ...] = field(repr=False)
    exposed_counts: tuple[int, ...] = field(repr=False)
    unexposed_counts: tuple[int, ...] = field(repr=False)
    exposed_effective: float
    unexposed_effective: float
    balance: tuple[Balance, ...]


def as_exposed(exposed: npt.ArrayLike, *, name: str = "exposed") -> Floats:
    """Zeros and ones, both of them present.

    Examples
    --------
    >>> as_exposed([True, False]).tolist()
    [1.0, 0.0]
    """
    group = as_array(name, exposed)
    if not np.isin(group, (0, 1)).all():
        raise InvalidInputError(f"{name} must be 0 or 1 (or True and False).")
    if np.ptp(group) == 0:
        raise InvalidInputError(f"{name} holds one group only: {'all' if group[0] else 'none'} were exposed.")
    return group


def as_covariates(covariates: npt.ArrayLike, *, name: str = "covariates") -> Floats:
    """A column a covariate; one covariate may come as a plain row.

    Examples
    --------
    >>> as_covariates([1.0, 2.0]).tolist()
    [[1.0], [2.0]]
    """
    try:
        one = np.ndim(covariates) == 1
    except ValueError:  # rows of unlike length, which the next line refuses by name
        one = False
    return as_array(name, covariates)[:, None] if one else as_array(name, covariates, dims=2)


def propensity(exposed: Floats, covariates: Floats, *, link: Link = "logistic") -> Fit:
    """The chance of exposure, foretold by a logistic or probit regression on what was known before."""
    return fit(with_intercept(covariates), exposed, family=link)


def separated(exposed: Floats, covariates: Floats) -> bool:
    """Whether a line through the covariates parts all exposed from all others: nobody then has a like.

    Examples
    --------
    >>> separated(np.array([0.0, 0.0, 1.0]), np.array([[1.0], [2.0], [3.0]]))
    True
    >>> separated(np.array([0.0, 1.0, 0.0]), np.array([[1.0], [2.0], [3.0]]))
    False
    """
    design = with_intercept(covariates)
    sided = design / np.abs(design).max(axis=0) * np.where(exposed == 1, -1.0, 1.0)[:, None]
    return bool(
        linprog(np.zeros(design.shape[1]), A_ub=sided, b_ub=-np.ones(len(exposed)), bounds=(None, None)).success
    )


def comparison_cautions(exposed: Floats, covariates: Floats) -> list[Caution]:
    """What to say of a regression, which carries its line on to where nobody can be compared.

    Raises
    ------
    InvalidInputError
        When nobody can be compared with anybody.
    """
    try:
        chance = propensity(exposed, covariates).fitted
    except InvalidInputError:
        if separated(exposed, covariates):
            raise
        return [caution("effect.one_sided")]
    sure = float(((chance < SURE) | (chance > 1 - SURE)).mean())
    return [caution("effect.positivity", percent=round(100 * sure))] if sure >= 0.01 else []


@checked_options
def overlap(
    exposed: npt.ArrayLike, covariates: npt.ArrayLike, *, names: Sequence[str] | None = None, bins: int = 20
) -> Overlap:
    """Can exposed and unexposed be compared: how likely was exposure, and does weighting make the groups alike?

    Parameters
    ----------
    exposed
        Shape (n,): 1 when exposed, 0 when not.
    covariates
        Shape (n, p) or (n,): what was known before exposure.
    names
        Of the covariates.
    bins
        Of the histograms, from 0 to 1.

    References
    ----------
    Austin (2011), Multivariate Behavioral Research 46(3), for standardised differences.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> x = rng.normal(size=1000)
    >>> found = overlap(rng.random(1000) < 1 / (1 + np.exp(-x)), x, names=["spending"])
    >>> found.balance[0].before > 0.5, abs(found.balance[0].after) < 0.1
    (True, True)
    """
    group = as_exposed(exposed)
    x = as_covariates(covariates)
    n = same_length(exposed=group, covariates=x)
    if bins < 1:
        raise InvalidInputError(f"bins must be 1 or more, not {bins}.")
    labels = as_labels(names, x.shape[1], things="covariates", of=covariates)
    chance = propensity(group, x).fitted
    one, zero = chance[group == 1], chance[group == 0]
    bottom, top = max(one.min(), zero.min()), min(one.max(), zero.max())
    inside = float(((chance >= bottom) & (chance <= top)).mean())
    weights = np.where(group == 1, 1 / chance, 1 / (1 - chance))
    balance = tuple(_balance(labels[k], x[:, k], group, weights) for k in range(x.shape[1]))
    edges = np.linspace(0, 1, bins + 1)
    sure = float(((chance < SURE) | (chance > 1 - SURE)).mean())
    cautions = [caution("effect.positivity", percent=round(100 * sure))] if sure >= 0.01 else []
    worst = max(balance, key=lambda item: abs(item.after))
    if abs(worst.after) > IMBALANCE:
        cautions.append(caution("effect.imbalance", name=worst.name, difference=round(worst.after, 2)))
    return Overlap(
        estimate=inside,
        low=None,
        high=None,
        n=n,
        method="logistic propensity, common range",
        warnings=tuple(cautions),
        exposed_range=(float(one.min()), float(one.max())),
        unexposed_range=(float(zero.min()), float(zero.max())),
        edges=tuple(edges.tolist()),
        exposed_counts=tuple(np.histogram(one, edges)[0].tolist()),
        unexposed_counts=tuple(np.histogram(zero, edges)[0].tolist()),
        exposed_effective=_worth(weights[group == 1]),
        unexposed_effective=_worth(weights[group == 0]),
        balance=balance,
    )


def _worth(weights: Floats) -> float:
    return float(weights.sum() ** 2 / (weights @ weights))


def _balance(name: str, x: Floats, group: Floats, weights: Floats) -> Balance:
    one, zero = group == 1, group == 0
    spread = float(np.sqrt((x[one].var() + x[zero].var()) / 2)) or 1.0
    after = np.average(x[one], weights=weights[one]) - np.average(x[zero], weights=weights[zero])
    return Balance(name=name, before=float(x[one].mean() - x[zero].mean()) / spread, after=float(after) / spread)

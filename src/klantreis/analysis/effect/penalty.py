"""What penalises when it goes wrong, and what rewards when it goes well: two effects an attribute, not one slope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from klantreis.analysis.effect.estimate import Effect, Grade, around, known
from klantreis.analysis.effect.least_squares import fit, with_intercept
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, as_array, as_labels, caution, same_length
from klantreis.errors import InvalidInputError

Kind = Literal["basic", "performance", "excitement", "undecided"]
#: Below so many cases on a side the effect is called sparse (our convention).
SPARSE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeEffect(Result):
    """One attribute; estimate, low and high are of reward less penalty, n is all respondents.

    Parameters
    ----------
    penalty, reward
        What a low and a high rating go with, against one in the middle; a penalty is normally below zero.
    kind
        ``basic``: it mostly penalises; ``excitement``: it mostly rewards; ``performance``: both, alike as far as
        can be seen; ``undecided``: the intervals do not tell.
    low_n, middle_n, high_n
        How many gave a low, middle and high rating.
    """

    name: str
    penalty: Effect
    reward: Effect
    kind: Kind
    low_n: int
    middle_n: int
    high_n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyReward(Result):
    """The R² of penalties and rewards together, and each attribute in the order given."""

    attributes: tuple[AttributeEffect, ...]
    low_to: float
    high_from: float
    grade: Grade = Grade.ASSOCIATION


@checked_options
def penalty_reward(
    ratings: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    low_to: float | None = None,
    high_from: float | None = None,
    confidence: float = 0.95,
) -> PenaltyReward:
    """Regress the outcome on a low and a high rating of every attribute (penalty-reward contrasts).

    Parameters
    ----------
    ratings
        Shape (n, attributes), on one scale.
    y
        Shape (n,): the outcome, such as overall satisfaction.
    low_to, high_from
        Up to where a rating is low and from where it is high; default: below and above the middle of the scale that
        was used (the smallest and largest rating seen).

    Raises
    ------
    InvalidInputError
        When an attribute has no rating that is low, or middle, or high; when there are too few cases.

    Notes
    -----
    Least squares with HC3 standard errors and Student's t. Reward less penalty is the sum of the two coefficients:
    reward less the size of the penalty, wherever the penalty is one.

    References
    ----------
    Brandt (1987), in Surprenant (ed.), Add Value to Your Service; Matzler and Sauerwein (2002), International Journal
    of Service Industry Management 13(4).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> ratings = rng.integers(1, 6, size=(600, 2))
    >>> y = 5 - 2 * (ratings[:, 0] < 3) + 1.5 * (ratings[:, 1] > 3) + rng.normal(size=600)
    >>> [(item.name, item.kind) for item in penalty_reward(ratings, y, names=["billing", "advice"]).attributes]
    [('billing', 'basic'), ('advice', 'excitement')]
    """
    table = as_array("ratings", ratings, dims=2)
    target = as_array("y", y)
    n = same_length(ratings=table, y=target)
    p = table.shape[1]
    labels = as_labels(names, p, things="attributes", of=ratings)
    middle = (table.min() + table.max()) / 2
    lower = float(np.nextafter(middle, -np.inf)) if low_to is None else low_to
    upper = float(np.nextafter(middle, np.inf)) if high_from is None else high_from
    if not lower < upper:
        raise InvalidInputError(f"low_to ({lower:g}) must lie below high_from ({upper:g}).")
    if target.std() == 0 or np.ptp(target) == 0:
        raise InvalidInputError("y does not vary: there is nothing to explain.")
    bad, good = table <= lower, table >= upper
    sizes = np.array([bad.sum(axis=0), (~bad & ~good).sum(axis=0), good.sum(axis=0)])
    for side, counts in zip(("low", "middle", "high"), sizes, strict=True):
        for place in np.flatnonzero(counts == 0):
            raise InvalidInputError(
                f"ratings holds no {side} rating of {labels[place]}.",
                hint="Set low_to and high_from so that each attribute has low, middle and high ratings.",
            )
    dummies = np.stack([bad, good], axis=2).reshape(n, 2 * p).astype(np.float64)
    line = fit(with_intercept(dummies), target, name="ratings")
    covariance = line.hc3()
    attributes = tuple(
        _attribute(labels[k], line.coefficients, covariance, k, sizes[:, k], n=n, df=line.df, confidence=confidence)
        for k in range(p)
    )
    explained = 1 - float(line.residuals @ line.residuals) / float(((target - target.mean()) ** 2).sum())
    return PenaltyReward(
        estimate=explained,
        low=None,
        high=None,
        n=n,
        method="penalty-reward contrasts, ols with hc3",
        confidence=confidence,
        warnings=(caution("effect.association"),),
        attributes=attributes,
        low_to=lower,
        high_from=upper,
    )


def _attribute(
    name: str,
    coefficients: Floats,
    covariance: Floats,
    place: int,
    sizes: npt.NDArray[np.int64],
    *,
    n: int,
    df: int,
    confidence: float,
) -> AttributeEffect:
    at = [1 + 2 * place, 2 + 2 * place]
    penalty, reward = (
        _effect(float(coefficients[k]), float(np.sqrt(covariance[k, k])), n=int(count), df=df, confidence=confidence)
        for k, count in zip(at, (sizes[0], sizes[2]), strict=True)
    )
    gap = float(coefficients[at].sum())
    found = around(gap, float(np.sqrt(covariance[np.ix_(at, at)].sum())), confidence=confidence, df=df)
    cautions: list[Caution] = [
        caution("effect.sparse_cell", n=int(count), attribute=name, side=side)
        for side, count in (("−", sizes[0]), ("+", sizes[2]))
        if count < SPARSE
    ]
    if (penalty.low or 0) > 0:
        cautions.append(caution("effect.penalty_is_positive", attribute=name))
    return AttributeEffect(
        name=name,
        estimate=gap,
        low=found.low,
        high=found.high,
        n=n,
        method="reward less penalty, hc3",
        confidence=confidence,
        warnings=tuple(cautions),
        penalty=penalty,
        reward=reward,
        kind=_kind(penalty, reward, found.low, found.high),
        low_n=int(sizes[0]),
        middle_n=int(sizes[1]),
        high_n=int(sizes[2]),
    )


def _effect(estimate: float, error: float, *, n: int, df: int, confidence: float) -> Effect:
    found = around(estimate, error, confidence=confidence, df=df)
    return Effect(
        estimate=estimate,
        low=found.low,
        high=found.high,
        n=n,
        method="ols, hc3",
        confidence=confidence,
        standard_error=known(error),
        p_value=found.p_value,
    )


def _kind(penalty: Effect, reward: Effect, low: float | None, high: float | None) -> Kind:
    if low is None or high is None or penalty.high is None or reward.low is None:
        return "undecided"
    if high < 0 and penalty.high < 0:
        return "basic"
    if low > 0 and reward.low > 0:
        return "excitement"
    return "performance" if penalty.high < 0 < reward.low else "undecided"

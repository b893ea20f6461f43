"""Were the units of an experiment divided over the groups as they were meant to be (sample ratio mismatch)?

A split that is off says that something let units of one group through, or lost them; which, it does not say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest, chi2

from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Result, as_array, caution, same_length
from klantreis.errors import InvalidInputError
from klantreis.events.share import wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRatio(Result):
    """Whether groups are as large as they were meant to be.

    ``estimate``, ``low`` and ``high`` are of the first group's share, n is all units.

    Parameters
    ----------
    p_value
        Of a split at least so far off when the draw is sound.
    statistic
        Chi-squared.
    expected
        Share that each group was meant to have.
    broken
        Whether the p-value is below the threshold.
    """

    p_value: float
    statistic: float
    expected: tuple[float, ...]
    broken: bool


@checked_options
def sample_ratio(
    counts: npt.ArrayLike, expected: npt.ArrayLike | None = None, *, threshold: float = 0.001
) -> SampleRatio:
    """Test the split of units over groups (sample ratio mismatch).

    Parameters
    ----------
    counts
        Shape (groups,): units in each group.
    expected
        Shape (groups,): what they were meant to relate as, such as (1, 1) or (0.9, 0.1); equal when left out.
    threshold
        Below this p-value the split is broken. Low, since every experiment is tested.

    Raises
    ------
    InvalidInputError
        When counts are not whole or negative, a group was meant to be empty, or there is one group only.

    References
    ----------
    Fabijan and others (2019), KDD: Diagnosing sample ratio mismatch.

    Examples
    --------
    >>> found = sample_ratio([821588, 815482], [1, 1])
    >>> f"{found.p_value:.1e}", found.broken
    ('1.8e-06', True)
    """
    sizes = as_array("counts", counts, low=0, minimum=2)
    if (sizes != np.round(sizes)).any():
        raise InvalidInputError("counts must be whole numbers of units.")
    meant = np.ones(len(sizes)) if expected is None else as_array("expected", expected, low=0)
    same_length(counts=sizes, expected=meant)
    if (meant == 0).any():
        raise InvalidInputError("expected holds a zero: a group that nobody was meant to be in is no group.")
    if not 0 < threshold < 1:
        raise InvalidInputError(f"threshold lies between 0 and 1, not at {threshold}.", hint="Try 0.001.")
    n = int(sizes.sum())
    if n == 0:
        raise InvalidInputError("counts are all zero.")
    shares = meant / meant.sum()
    target = n * shares
    statistic = float(((sizes - target) ** 2 / target).sum())
    p = float(chi2.sf(statistic, len(sizes) - 1))
    cautions: list[Caution] = []
    if target.min() < 5:
        if len(sizes) == 2:
            p = float(binomtest(int(sizes[0]), n, float(shares[0])).pvalue)
        else:
            cautions.append(caution("effect.small_expected"))
    if p < threshold:
        cautions.append(caution("effect.broken_split", p=f"{p:.2g}"))
    first = wilson(int(sizes[0]), n)
    return SampleRatio(
        estimate=first.value,
        low=first.low,
        high=first.high,
        n=n,
        method="exact binomial" if target.min() < 5 and len(sizes) == 2 else "chi-squared",
        warnings=tuple(cautions),
        p_value=p,
        statistic=statistic,
        expected=tuple(shares.tolist()),
        broken=p < threshold,
    )

"""How much did it change from before to after? A change, and not an effect: whatever else changed is in it too."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from klantreis.analysis.effect.estimate import Effect, Grade, around
from klantreis.analysis.result import Caution, as_array, caution, check_level, same_length
from klantreis.errors import InvalidInputError

#: Below this many cases the normal interval is rough (a common convention).
FEW = 30


def before_after(before: npt.ArrayLike, after: npt.ArrayLike, *, confidence: float = 0.95) -> Effect:
    """The mean change within the same customers, with the interval of a paired t.

    Parameters
    ----------
    before, after
        Shape (n,): the outcome of each customer in both periods, in the same order and over equally long periods.

    Raises
    ------
    InvalidInputError
        When a value is missing, lengths differ, or there are fewer than two customers.

    References
    ----------
    Student (1908), Biometrika 6(1), whose example this is: sleep gained on one drug beside another.

    Examples
    --------
    >>> first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    >>> second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    >>> found = before_after(first, second)
    >>> round(found.estimate, 2), round(found.low, 2), round(found.high, 2), str(found.grade)
    (1.58, 0.7, 2.46, 'association')
    """
    check_level(confidence)
    first, second = as_array("before", before), as_array("after", after)
    n = same_length(before=first, after=second)
    if n < 2:
        raise InvalidInputError(f"before holds {n} customer; at least 2 are needed.")
    change = second - first
    error = float(change.std(ddof=1)) / math.sqrt(n)
    found = around(float(change.mean()), error, confidence=confidence, df=float(n - 1))
    cautions: list[Caution] = [caution("effect.no_comparison")]
    if n < FEW:
        cautions.append(caution("effect.few_cases", n=n))
    return Effect(
        estimate=float(np.mean(change)),
        low=found.low,
        high=found.high,
        n=n,
        method="paired t",
        confidence=confidence,
        warnings=tuple(cautions),
        standard_error=error,
        p_value=found.p_value,
        grade=Grade.ASSOCIATION,
    )

"""How sure are we of a share, and do two shares differ?

Does not answer what to do with answers that hang together (several of one customer): the intervals take them as
independent and are then too narrow; ``experiments.compare`` takes the customers into account.
"""

from __future__ import annotations

from klantreis.analysis.result import Caution, Result, caution
from klantreis.errors import InvalidInputError
from klantreis.events.share import Share, wilson
from klantreis.events.share import difference as newcombe

__all__ = ["Share", "difference", "wilson"]


def difference(successes_a: int, n_a: int, successes_b: int, n_b: int, *, confidence: float = 0.95) -> Result:
    """How much larger the share of a is than that of b: a less b, of two groups without a member in common.

    Newcombe's hybrid of the two Wilson intervals: it stays within -1 and 1 and keeps its width at 0 and 1.

    Parameters
    ----------
    successes_a, n_a, successes_b, n_b
        How many of how many, in each group.

    Returns
    -------
    Result
        The estimate is None, and the interval -1 to 1, when one group is empty.

    Raises
    ------
    InvalidInputError
        When successes do not lie between 0 and n, are not whole, or the level not between 0 and 1.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873-890, method 10.

    Examples
    --------
    >>> found = difference(56, 70, 48, 80)
    >>> round(found.estimate, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    for group, successes, n in (("a", successes_a, n_a), ("b", successes_b, n_b)):
        if not 0 <= successes <= n or successes != int(successes) or n != int(n):
            raise InvalidInputError(f"successes_{group} of n_{group} is {successes} of {n}, which is no share.")
    a, b = wilson(successes_a, n_a, confidence=confidence), wilson(successes_b, n_b, confidence=confidence)
    found = newcombe(a, b)
    cautions: list[Caution] = []
    if found.value is None:
        cautions.append(caution("effect.empty_group"))
    elif min(n_a, n_b) < 30:
        cautions.append(caution("effect.few_cases", n=int(min(n_a, n_b))))
    return Result(
        estimate=found.value,
        low=-1.0 if found.low is None else found.low,
        high=1.0 if found.high is None else found.high,
        n=int(n_a + n_b),
        method="newcombe",
        confidence=confidence,
        warnings=tuple(cautions),
    )

"""How sure are we of a share, and do two shares differ?

Does not answer what to do with answers that hang together (several of one customer): the intervals take them as
independent and are then too narrow; ``experiments.compare`` takes the customers into account.
"""

from __future__ import annotations

from dataclasses import dataclass

from klantreis.analysis.result import Caution, Result, caution, check_level, is_number
from klantreis.errors import InvalidInputError
from klantreis.events.share import Share
from klantreis.events.share import difference as newcombe
from klantreis.events.share import wilson as score_interval

__all__ = ["Proportion", "Share", "difference", "wilson"]

#: Fewer cases than this are said to be few (our convention).
FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion(Result):
    """``count`` of ``n``: the share with its interval; ``estimate`` is None when n is zero."""

    count: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """The share: the estimate by another name."""
        return self.estimate


def wilson(successes: int, n: int, *, confidence: float = 0.95) -> Proportion:
    """The Wilson score interval of a share (no continuity correction).

    Keeps its coverage for small samples and for shares near 0 and 1, where the textbook interval fails.

    Parameters
    ----------
    successes, n
        How many of how many, whole numbers; the n are taken as independent.
    confidence
        Two-sided level, strictly between 0 and 1.

    Returns
    -------
    Proportion
        The estimate is None, and the interval 0 to 1, when n is zero: nothing is known.

    Raises
    ------
    InvalidInputError
        When successes do not lie between 0 and n, are not whole, or the level not between 0 and 1.

    References
    ----------
    Wilson (1927), JASA 22:209-212; Newcombe (1998), Statistics in Medicine 17:857-872, method 3.

    Examples
    --------
    >>> found = wilson(81, 263)
    >>> round(found.estimate, 4), round(found.low, 4), round(found.high, 4)
    (0.308, 0.2553, 0.3662)
    """
    count, whole = _counts("successes", successes, "n", n)
    share = score_interval(count, whole, confidence=check_level(confidence))
    return Proportion(
        estimate=share.value,
        low=share.low,
        high=share.high,
        n=whole,
        method="wilson",
        confidence=confidence,
        warnings=() if whole >= FEW else (caution("effect.few_rows", n=whole),),
        count=count,
    )


def _counts(name: str, successes: float, whole_name: str, n: float) -> tuple[int, int]:
    """Both as whole numbers, the part not larger than the whole."""
    for label, value in ((name, successes), (whole_name, n)):
        if not (is_number(value) and 0 <= value <= 2**53 and value == int(value)):
            raise InvalidInputError(f"{label} must be a whole number of 0 or more, not {value!r}.")
    if successes > n:
        raise InvalidInputError(f"{name} of {whole_name} is {successes} of {n}, which is no share.")
    return int(successes), int(n)


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
    check_level(confidence)
    a = score_interval(*_counts("successes_a", successes_a, "n_a", n_a), confidence=confidence)
    b = score_interval(*_counts("successes_b", successes_b, "n_b", n_b), confidence=confidence)
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

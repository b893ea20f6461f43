"""Shares of runs with an interval that respects customers: the runs of one customer resemble each other.

How much less such runs say than as many independent ones is read from the data (the design effect) and widens the
Wilson interval. What is done and how well it covers: ``docs/methods/wilson-by-customer.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from klantreis.errors import InvalidInputError
from klantreis.events.share import Share, score_interval, wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

METHOD = "wilson-by-customer"


@dataclass(frozen=True, slots=True)
class RunSizes:
    """The runs that a share is of: how many, of how many customers, and the squares of how many each made, added up."""

    n: int
    customers: int
    squares: int

    def widening(self, count: float, *, squares: float, crosses: float, confidence: float = 0.95) -> float:
        """By how much the squared quantile of the interval grows, from 1.

        Parameters
        ----------
        count
            How many of the runs are counted.
        squares, crosses
            Sums over customers: of the square of the runs counted, and of the runs counted times all runs.
        """
        if self.squares <= self.n:
            return 1.0  # nobody made more than one run
        # Two imagined customers of usual size, one with all runs counted and one with none, keep a rare event from
        # looking as if customers did not matter.
        usual = self.squares / self.n
        n = self.n + 2 * usual
        share = (count + usual) / n
        apart = (squares + usual**2) - 2 * share * (crosses + usual**2) + share**2 * (self.squares + 2 * usual**2)
        effect = apart / (n * share * (1 - share)) * (self.customers + 2) / (self.customers + 1)
        if effect <= 1:
            return 1.0
        # What exceeds the binomial variance is known from the customers alone, so for that part t takes the place of z.
        z = NormalDist().inv_cdf(0.5 + confidence / 2)
        more = (student(self.customers - 1, confidence=confidence) / z) ** 2 - 1 if self.customers > 1 else 0.0
        return effect * (1 + more * (1 - 1 / effect))

    def share(self, count: int, *, squares: int, crosses: int, confidence: float = 0.95) -> Share:
        """The share of these runs that are counted; parameters as of :meth:`widening`."""
        if self.squares <= self.n:
            return wilson(count, self.n, confidence=confidence)
        widening = self.widening(count, squares=squares, crosses=crosses, confidence=confidence)
        low, high = score_interval(count, self.n, confidence=confidence, widening=widening)
        return Share(count, self.n, count / self.n, low, high, confidence, METHOD)


def student(freedom: int, *, confidence: float = 0.95) -> float:
    """The two-sided quantile of Student's t, by its expansion around the normal one.

    Off by less than 0.5 % from four degrees of freedom on; below that it is too small.

    References
    ----------
    Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 26.7.5.

    Examples
    --------
    >>> round(student(9), 3), round(student(30), 3)
    (2.262, 2.042)
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + terms[0] / freedom + terms[1] / freedom**2 + terms[2] / freedom**3


def wilson_by_customer(counted: Sequence[int], runs: Sequence[int], *, confidence: float = 0.95) -> Share:
    """The share of runs that are counted, with an interval that respects customers.

    Parameters
    ----------
    counted, runs
        Per customer: how many of the runs are counted, and how many there are.
    confidence
        Two-sided level, strictly between 0 and 1.

    Raises
    ------
    InvalidInputError
        When the two are not equally long, or a customer has more counted than there are.

    Examples
    --------
    A hundred customers made three runs each, and half of them did it in all three: 50 of 100, rather than 150 of 300.

    >>> share = wilson_by_customer([3] * 50 + [0] * 50, [3] * 100)
    >>> share.count, share.n, round(share.low, 2), round(share.high, 2)
    (150, 300, 0.4, 0.6)
    """
    if len(counted) != len(runs):
        raise InvalidInputError(f"counted has {len(counted)} customers and runs {len(runs)}: give both for each.")
    for place, (part, whole) in enumerate(zip(counted, runs, strict=True)):
        if not 0 <= part <= whole:
            raise InvalidInputError(f"Customer {place}: {part} of {whole} runs is not a part of a whole.")
    if not 0 < confidence < 1:
        raise InvalidInputError(f"A confidence level lies between 0 and 1, not at {confidence}.", hint="Try 0.95.")
    sizes = RunSizes(sum(runs), sum(whole > 0 for whole in runs), sum(whole**2 for whole in runs))
    return sizes.share(
        sum(counted),
        squares=sum(part**2 for part in counted),
        crosses=sum(part * whole for part, whole in zip(counted, runs, strict=True)),
        confidence=confidence,
    )


def first_runs(customer: Ints) -> Ints:
    """The place of each customer's first run, in runs that are in order of customer."""
    import numpy as np

    if len(customer) == 0:
        return np.empty(0, np.int64)
    return np.concatenate(([0], np.flatnonzero(np.diff(customer)) + 1)).astype(np.int64)


def runs_each(customer: Ints) -> Ints:
    """For each run how many its customer made; runs in order of customer."""
    import numpy as np

    sizes = np.diff(np.append(first_runs(customer), len(customer)))
    return np.repeat(sizes, sizes).astype(np.int64)


def sizes_of(customer: Ints) -> RunSizes:
    """The sizes of runs that are in order of customer."""
    import numpy as np

    sizes = np.diff(np.append(first_runs(customer), len(customer)))
    return RunSizes(len(customer), len(sizes), int((sizes * sizes).sum()))


def share_where(customer: Ints, holds: Bools) -> Share:
    """The share of runs, in order of customer, for which something holds."""
    import numpy as np

    if len(customer) == 0:
        return wilson(0, 0)
    firsts = first_runs(customer)
    sizes = np.diff(np.append(firsts, len(customer)))
    counted = np.add.reduceat(holds.astype(np.int64), firsts)
    whole = RunSizes(len(customer), len(sizes), int((sizes * sizes).sum()))
    return whole.share(int(counted.sum()), squares=int((counted * counted).sum()), crosses=int((counted * sizes).sum()))

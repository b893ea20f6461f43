"""Where do cases lie close together, when it is not known how many groups there are and some belong to none?

Groups are thick places in a cloud (HDBSCAN). Who lies in a thin place belongs to none, which is an honest answer. A
survey's cloud of answers often has no thick places at all, and then everybody is left out or all are one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.grouping import best_matches, by_size
from klantreis.analysis.behaviour.segment_choice import SteadyGroup, steady_group
from klantreis.analysis.behaviour.segment_tables import points
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Ints, Result, caution
from klantreis.errors import InvalidInputError
from klantreis.events.share import wilson

#: From this share without a group it is said.
MANY_LEFT = 0.3
#: At most so many cases are grouped anew in each draw; and in each of more draws than ``MANY``.
DRAWN, DRAWN_OF_MANY = 1000, 500
MANY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityClusters(Result):
    """Groups, the largest first; ``estimate`` is the share of cases that belong to one, with Wilson's interval.

    Parameters
    ----------
    labels
        Per case its group from 0, or -1 for none.
    membership
        How far inside its group each case lies: 1 in the thick of it, 0 for who belongs to none.
    groups
        With how steadily each comes back; empty when there are none or no draws.
    smallest
        How many cases a group needed.
    """

    labels: tuple[int, ...] = field(repr=False)
    membership: tuple[float, ...] = field(repr=False)
    groups: tuple[SteadyGroup, ...]
    smallest: int

    @property
    def k(self) -> int:
        """How many groups there are."""
        return max(self.labels) + 1


@checked_options
def density_clusters(
    table: npt.ArrayLike,
    smallest: int | None = None,
    *,
    near: int | None = None,
    draws: int = 50,
    confidence: float = 0.95,
    seed: int = 0,
) -> DensityClusters:
    """Groups as thick places among cases, with who belongs to none.

    Parameters
    ----------
    table
        Shape (n, fields): numbers, scaled by the caller: a field with larger numbers weighs more.
    smallest
        Fewest cases that make a group; default: 5, or one in fifty when that is more.
    near
        How many neighbours make a place thick; default: ``smallest``. More leaves more cases out.
    draws
        Samples drawn again for whether each group comes back; 0 for none.

    Raises
    ------
    InvalidInputError
        When something is missing, or there are fewer cases than ``smallest`` or ``near`` ask for.

    Notes
    -----
    Clusters of the excess-of-mass tree over mutual reachability distances. A draw holds at most 1,000 cases, 500
    when there are more than 200 draws, and asks for groups that are smaller in proportion; its cases without a group
    match nothing.

    References
    ----------
    Campello, Moulavi and Sander (2013), Lecture Notes in Computer Science 7819:160-172; McInnes, Healy and Astels
    (2017), Journal of Open Source Software 2(11):205.

    Examples
    --------
    >>> line = [[x] for x in (0.0, 0.1, 0.2, 0.3, 0.4, 5.0, 5.1, 5.2, 5.3, 5.4, 99.0)]
    >>> found = density_clusters(line, 3, draws=0)
    >>> found.labels, round(found.estimate, 2)
    ((0, 0, 0, 0, 0, 1, 1, 1, 1, 1, -1), 0.91)
    """
    x = points("table", table)
    n = len(x)
    least = max(5, -(-n // 50)) if smallest is None else smallest
    if not 2 <= least <= n:
        raise InvalidInputError(f"smallest must lie between 2 and {n}, the rows of table, not at {least}.")
    close = least if near is None else near
    if not 1 <= close <= n:
        raise InvalidInputError(f"near must lie between 1 and {n}, the rows of table, not at {close}.")
    labels, membership = _grouped(x, least, close)
    k = int(labels.max()) + 1
    if k:
        labels = np.where(labels >= 0, by_size(labels[labels >= 0], k)[labels], -1)
    groups = _steadiness(x, labels, k, least, close, draws, confidence, seed) if k and draws else ()
    inside = int((labels >= 0).sum())
    share = wilson(inside, n, confidence=confidence)
    return DensityClusters(
        estimate=share.value,
        low=share.low,
        high=share.high,
        n=n,
        method=f"hdbscan, groups of {least} or more; share in a group, wilson",
        confidence=confidence,
        warnings=_cautions(k, n - inside, n, draws, groups),
        labels=tuple(labels.tolist()),
        membership=tuple(membership.tolist()),
        groups=groups,
        smallest=least,
    )


def _grouped(x: Floats, least: int, close: int) -> tuple[Ints, Floats]:
    from sklearn.cluster import HDBSCAN  # it takes a second to load

    found = HDBSCAN(min_cluster_size=least, min_samples=close, copy=True).fit(x)
    return np.asarray(found.labels_, dtype=np.int64), np.asarray(found.probabilities_, dtype=np.float64)


def _steadiness(
    x: Floats, labels: Ints, k: int, least: int, close: int, draws: int, confidence: float, seed: int
) -> tuple[SteadyGroup, ...]:
    """How far each group overlaps with the nearest found anew, over samples drawn with replacement."""
    rng = np.random.default_rng(seed)
    overlap, most = np.full((draws, k), np.nan), _held(draws)
    for draw in range(draws):
        rows = np.unique(rng.integers(0, len(x), len(x)))
        if len(rows) > most:
            rows = rng.choice(rows, most, replace=False)
        part = len(rows) / len(x)
        again, _ = _grouped(x[rows], min(len(rows), max(2, round(least * part))), max(1, round(close * part)))
        here = np.unique(labels[rows])
        # Those without a group anew each stand alone, so that together they match nothing.
        alone = np.where(again >= 0, again, again.max() + 1 + np.arange(len(again)))
        matched = best_matches(labels[rows], alone)
        overlap[draw, here[here >= 0]] = matched[here >= 0]
    return tuple(steady_group(code, code, labels, overlap[:, code], confidence) for code in range(k))


def _held(draws: int) -> int:
    return DRAWN if draws <= MANY else DRAWN_OF_MANY


def _cautions(k: int, left: int, n: int, draws: int, groups: tuple[SteadyGroup, ...]) -> tuple[Caution, ...]:
    if not k:
        return (caution("behaviour.no_thick_places", n=n),)
    found = [caution("behaviour.many_without_group", left=left, n=n)] if left > MANY_LEFT * n else []
    if groups and n > 2 * _held(draws):
        found.append(caution("behaviour.drawn_in_part", cases=_held(draws), n=n))
    return (*found, *(note for group in groups for note in group.warnings))

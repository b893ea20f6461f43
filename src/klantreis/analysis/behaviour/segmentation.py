"""The groups found among customers: how many each holds, how steady it is, its rule, and what sets it apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from klantreis.analysis.behaviour.segment_choice import ChosenK, Stability, SteadyGroup
from klantreis.analysis.behaviour.segment_fields import Difference
from klantreis.analysis.behaviour.segment_making import Method
from klantreis.analysis.behaviour.segment_rule import SegmentRule
from klantreis.analysis.result import Caution, Ints, plain
from klantreis.events.share import Share


@dataclass(frozen=True, slots=True)
class FoundSegment:
    """One group.

    Parameters
    ----------
    number
        1 is the largest.
    size
        Share of the customers that were grouped.
    steady
        Whether it comes back in other samples; None when that was not tried.
    rule
        The conditions that anybody can apply, and whom they give.
    profile
        What it is like on the fields that made it: described, not tested.
    differences
        Held-back fields on which it differs, the firmest first; those that may be chance are left out.
    """

    number: int
    size: Share
    steady: SteadyGroup | None
    rule: SegmentRule
    profile: tuple[Difference, ...]
    differences: tuple[Difference, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """All groups, the largest first.

    Parameters
    ----------
    n, left_out
        Customers that were grouped, and those of whom too little is known.
    effective_n
        How many who count alike the weighted customers are worth (Kish); None without weights.
    chosen
        How the number of groups was chosen; None when it was given or follows from the method.
    labels
        Shape (rows of the table,): the number of each customer's group; 0 for who was left out.
    made_by, tested
        Names of the fields that made the groups, and of those that were held back and tested.
    """

    method: Method
    k: int
    n: int
    effective_n: float | None
    left_out: int
    unit: str
    chosen: ChosenK | None
    stability: Stability | None
    segments: tuple[FoundSegment, ...]
    labels: Ints
    made_by: tuple[str, ...]
    tested: tuple[str, ...]
    follows: tuple[tuple[str, str], ...]
    fdr: float
    seed: int
    warnings: tuple[Caution, ...]
    hidden_below: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON; the label of each customer is left out."""
        return {name: plain(getattr(self, name)) for name in self.__dataclass_fields__ if name != "labels"}

    def suppressed(self, k: int) -> Segmentation:
        """The same without groups of fewer than ``k`` customers, and without what tells of so few."""
        shown = tuple(
            replace(one, differences=tuple(row for row in one.differences if not _few(row, k)))
            for one in self.segments
            if one.size.count >= k
        )
        return replace(self, segments=shown, hidden_below=k)


def _few(row: Difference, k: int) -> bool:
    return row.category is not None and 0 < row.count < k

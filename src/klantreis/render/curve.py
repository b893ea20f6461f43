"""The emotion curve, cut at the borders of the columns: what each cell draws of it.

Every cell is a square of 100 by 100 with its point on the middle line; a medium stretches the square to its
cell. Two neighbours are joined by one smooth bend that is level at both points, so the curve never rises above
what was noted. Where a point is missing there is no line at all: nothing is filled in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from klantreis.render.map_view import CurvePoint, MapTable

#: Height of one point of feeling; +2 stands at 12 and -2 at 88, so that dots stay inside.
_UNIT = 19.0
#: A cubic Bézier: start, two handles, end.
Bend = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class CurvePiece:
    """What one cell draws. ``y`` runs down, from 0 at the top; ``spread`` is the interval, top first."""

    y: float
    left: Bend | None
    right: Bend | None
    spread: tuple[float, float] | None
    side: Literal["good", "even", "bad"]
    reported: bool

    @property
    def paths(self) -> tuple[str, ...]:
        """The bends as SVG paths."""
        return tuple(_path(bend) for bend in (self.left, self.right) if bend is not None)


def height(value: float) -> float:
    """Where a feeling from -2 to 2 stands in a square of 100 high.

    Examples
    --------
    >>> height(2), height(0), height(-2)
    (12.0, 50.0, 88.0)
    """
    return 50 - _UNIT * value


def curve_pieces(points: Sequence[CurvePoint | None]) -> tuple[CurvePiece | None, ...]:
    """What each cell of the emotion row draws; None where there is no point.

    Examples
    --------
    >>> rise = [CurvePoint(value, None, None, reported=True, words="") for value in (-1, 1)]
    >>> first, second, gap = curve_pieces([*rise, None])
    >>> first.paths, second.paths, gap
    (('M50 69C75 69 87.5 59.5 100 50',), ('M0 50C12.5 40.5 25 31 50 31',), None)
    """
    heights = [None if point is None else height(point.value) for point in points]
    joins = [None if left is None or right is None else (left, right) for left, right in pairwise(heights)]
    before, after = [None, *joins], [*joins, None]
    return tuple(
        None if point is None else _piece(point, before=before[index], after=after[index])
        for index, point in enumerate(points)
    )


def emotion_rows(table: MapTable) -> dict[str, tuple[CurvePiece | None, ...]]:
    """The pieces of every emotion row of a map, by lane."""
    return {row.lane: curve_pieces([cell.point for cell in row.cells]) for row in table.rows if row.kind == "emotion"}


def _piece(point: CurvePoint, *, before: tuple[float, float] | None, after: tuple[float, float] | None) -> CurvePiece:
    y = height(point.value)
    left: Bend | None = None
    right: Bend | None = None
    # Halves of one Bézier from the middle of a cell to the middle of the next, split where they meet.
    if before is not None:
        start = before[0]
        left = ((0, (start + y) / 2), (12.5, (start + 3 * y) / 4), (25, y), (50, y))
    if after is not None:
        end = after[1]
        right = ((50, y), (75, y), (87.5, (3 * y + end) / 4), (100, (y + end) / 2))
    spread = None if point.low is None or point.high is None else (height(point.high), height(point.low))
    side: Literal["good", "even", "bad"] = "even" if point.value == 0 else "good" if point.value > 0 else "bad"
    return CurvePiece(y=y, left=left, right=right, spread=spread, side=side, reported=point.reported)


def _path(bend: Bend) -> str:
    start, one, two, end = (f"{x:g} {y:g}" for x, y in bend)
    return f"M{start}C{one} {two} {end}"

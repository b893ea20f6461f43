"""The emotion curve, cut at the borders of the columns."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from klantreis.render.curve import curve_pieces
from klantreis.render.map_view import CurvePoint

VALUES = st.lists(st.none() | st.floats(-2, 2), max_size=12)


def points(values: list[float | None]) -> list[CurvePoint | None]:
    """Points without words."""
    return [None if value is None else CurvePoint(value, None, None, reported=True, words="") for value in values]


@given(VALUES)
def test_a_gap_is_never_bridged(values: list[float | None]) -> None:
    pieces = curve_pieces(points(values))
    assert [piece is None for piece in pieces] == [value is None for value in values]
    for left, right in pairwise([None, *pieces, None]):
        joined = left is not None and right is not None
        assert left is None or (left.right is not None) == joined
        assert right is None or (right.left is not None) == joined


@given(VALUES)
def test_the_line_runs_on_over_the_border(values: list[float | None]) -> None:
    for left, right in pairwise(curve_pieces(points(values))):
        if left is not None and right is not None:
            assert left.right is not None
            assert right.left is not None
            assert (left.right[-1][0], right.left[0][0]) == (100, 0)
            assert left.right[-1][1] == right.left[0][1]


@given(VALUES)
def test_the_line_stays_between_its_points(values: list[float | None]) -> None:
    for left, right in pairwise(curve_pieces(points(values))):
        if left is not None and right is not None:
            low, high = sorted((left.y, right.y))
            for bend in (left.right, right.left):
                assert bend is not None
                assert all(low - 1e-9 <= y <= high + 1e-9 for _, y in bend)


def test_the_interval_and_the_side_are_kept() -> None:
    (piece,) = curve_pieces([CurvePoint(-1, -2, 0, reported=False, words="")])
    assert piece is not None
    assert (piece.spread, piece.side, piece.reported, piece.paths) == ((50.0, 88.0), "bad", False, ())

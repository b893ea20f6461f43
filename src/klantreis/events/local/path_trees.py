"""The ways that customers go from a point, or came to it; see ``EventLog.tree``.

The tree grows level by level: each path has the number of the node it is at (-1: followed no more); what it does
next is counted, the most frequent ways become nodes, the others are folded.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import InvalidInputError
from klantreis.events.answers.steps import Branch, PathNode, PathTree
from klantreis.events.durations import SECOND, Duration, microseconds
from klantreis.events.filter import Filter
from klantreis.events.kernels import counting as counting_kernels
from klantreis.events.kernels import steps as kernels
from klantreis.events.kernels.threads import in_threads
from klantreis.events.local.columns import Codes, sealed
from klantreis.events.local.counting import renumbered, scope_of, visit_offsets
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.local.views import View

DEEPEST = 100


@dataclass(frozen=True, eq=False, slots=True)
class _Paths:
    """Where each path starts and the last place it may take, in codes of their own; ``offsets``: by customer."""

    codes: Codes
    starts: NDArray[np.int64]
    bounds: NDArray[np.int64]
    offsets: NDArray[np.int64]


@dataclass(eq=False, slots=True)
class _Growing:
    """A node while the tree grows: its code, how often, by how many; the ways on; folded touchpoints."""

    code: int
    count: int
    customers: int
    folded: int = 0
    ended: _Growing | None = None
    rest: _Growing | None = None
    next: list[_Growing] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shape:
    """What was asked, in the words of ``EventLog.tree``."""

    backward: bool
    depth: int
    breadth: int
    gap: Duration | None
    fold_repeats: bool


def tree(
    log: LocalLog, view: View, asked: Filter | None, *, pattern: EventPattern | str | None, shape: Shape
) -> PathTree:
    """See ``EventLog.tree``."""
    backward, depth, breadth, gap, fold_repeats = astuple(shape)
    pattern = None if pattern is None else as_pattern(pattern)
    check(shape)
    longest = None if gap is None else microseconds(gap, what="gap")
    paths = _paths(log, view, pattern, backward=backward, gap=longest, fold_repeats=fold_repeats)
    root = _grown(paths, log.touchpoints, depth=depth + 1, breadth=breadth, back=backward)
    n, customers = root.count, root.customers
    return PathTree(
        scope=scope_of(view, asked),
        pattern=None if pattern is None else str(pattern),
        backward=backward,
        depth=depth,
        breadth=breadth,
        gap_seconds=None if longest is None else longest / SECOND,
        fold_repeats=fold_repeats,
        n=n,
        customers=customers,
        roots=tuple(_node(child, root, root, log.touchpoints) for child in root.next),
        rest=_branch(root.rest, root, root),
    )


def check(shape: Shape) -> None:
    """Raise InvalidInputError when a tree cannot have this depth or breadth."""
    if not 0 <= shape.depth <= DEEPEST or shape.breadth < 0:
        raise InvalidInputError(
            f"A path tree is 0 to {DEEPEST} touchpoints deep, not {shape.depth}, and shows 0 (all) or more ways on, "
            f"not {shape.breadth}."
        )


def _paths(
    log: LocalLog, view: View, pattern: EventPattern | None, *, backward: bool, gap: int | None, fold_repeats: bool
) -> _Paths:
    codes, offsets = view.codes, view.offsets
    cuts = offsets if gap is None else visit_offsets(view, gap)
    if pattern is None:
        starts = offsets[1:] - 1 if backward else offsets[:-1]
    else:
        starts = np.flatnonzero(view.of(log.mask(pattern)))
    if fold_repeats and len(codes):
        kept = np.concatenate(([True], codes[1:] != codes[:-1]))
        kept[cuts[:-1]] = True
        runs = np.cumsum(kept) - 1  # the run of repeats that each event is in
        codes, starts = codes[kept], np.unique(runs[starts])
        offsets, cuts = (np.append(runs[places[:-1]], len(codes)) for places in (offsets, cuts))
    inside = np.searchsorted(cuts, starts, side="right")
    bounds = cuts[inside - 1] if backward else cuts[inside] - 1
    by_customer = np.searchsorted(starts, offsets)
    by_customer = by_customer[np.concatenate(([True], np.diff(by_customer) > 0))]
    return _Paths(sealed(codes), sealed(starts), sealed(bounds), sealed(by_customer))


def _grown(paths: _Paths, touchpoints: tuple[str, ...], *, depth: int, breadth: int, back: bool) -> _Growing:
    """The tree, above a root from which every path begins."""
    n, n_codes = len(paths.starts), len(touchpoints)
    root = _Growing(0, n, len(paths.offsets) - 1)
    at = np.zeros(n, dtype=np.int32)
    level = [root]
    for far in range(depth + 1):
        # The last round only finds out which paths of the deepest nodes end there.
        limit = 0 if far == depth else breadth or n_codes
        keys = np.empty(n, dtype=np.int64)
        _keys(paths, at, -far if back else far, n_codes, keys)
        numbers, found = renumbered(keys, len(level) * n_codes)
        if not len(found):
            break
        counts = np.bincount(numbers[numbers >= 0], minlength=len(found))
        level, ways = _chosen(level, found, counts, touchpoints, limit)
        numbers = np.where(numbers < 0, np.int32(-1), ways[numbers])
        _count_customers(level, numbers, paths.offsets)
        going = [node for node in level if node.code > 0]
        place = np.full(len(level) + 1, -1, dtype=np.int32)
        place[[k for k, node in enumerate(level) if node.code > 0]] = np.arange(len(going), dtype=np.int32)
        at, level = place[numbers], going
    return root


def _keys(paths: _Paths, at: NDArray[np.int32], far: int, n_codes: int, keys: NDArray[np.int64]) -> None:
    n = len(paths.starts)
    parts = [(0, n)] if n < 200_000 else [(0, n // 2), (n // 2, n)]
    in_threads(
        lambda a, b: kernels.branch_keys(paths.codes, paths.starts, paths.bounds, at, a, b, far, n_codes, keys), parts
    )


def _chosen(
    level: list[_Growing], found: NDArray[np.int64], counts: NDArray[np.int64], touchpoints: tuple[str, ...], limit: int
) -> tuple[list[_Growing], NDArray[np.int32]]:
    """Hang the ways on below their nodes: the new nodes, ends and rests, and which of them each way belongs to."""
    n_codes = len(touchpoints)
    ranked = sorted(
        zip(found.tolist(), counts.tolist(), range(len(found)), strict=True),
        key=lambda way: (way[0] // n_codes, -way[1], touchpoints[way[0] % n_codes]),
    )
    made: list[_Growing] = []
    places: dict[int, int] = {}
    belongs = np.empty(len(found), dtype=np.int32)
    for key, count, number in ranked:
        parent, code = level[key // n_codes], key % n_codes
        if code == 0:
            parent.ended = new = _Growing(0, 0, 0)
        elif len(parent.next) < limit:
            new = _Growing(code, 0, 0)
            parent.next.append(new)
        elif parent.rest is None:
            parent.rest = new = _Growing(0, 0, 0)
        else:
            new = parent.rest
        if id(new) not in places:
            places[id(new)] = len(made)
            made.append(new)
        new.count += count
        new.folded += code > 0
        belongs[number] = places[id(new)]
    return made, belongs


def _count_customers(made: list[_Growing], numbers: NDArray[np.int32], offsets: NDArray[np.int64]) -> None:
    counts, customers = np.zeros(len(made), dtype=np.int64), np.zeros(len(made), dtype=np.int64)
    seen = np.full(len(made), -1, dtype=np.int64)
    counting_kernels.tally(numbers, offsets, 0, len(offsets) - 1, counts, customers, seen)
    for node, people in zip(made, customers.tolist(), strict=True):
        node.customers = people


def _node(node: _Growing, parent: _Growing, root: _Growing, touchpoints: tuple[str, ...]) -> PathNode:
    return PathNode(
        touchpoint=touchpoints[node.code],
        count=node.count,
        customers=wilson(node.customers, root.customers),
        of_parent=node.count / parent.count,
        of_all=node.count / root.count,
        ended=_branch(node.ended, node, root),
        rest=_branch(node.rest, node, root),
        next=tuple(_node(child, node, root, touchpoints) for child in node.next),
    )


def _branch(found: _Growing | None, parent: _Growing, root: _Growing) -> Branch:
    if found is None:
        return Branch(0, wilson(0, root.customers), 0.0, 0.0, 0)
    return Branch(
        found.count,
        wilson(found.customers, root.customers),
        found.count / parent.count,
        found.count / root.count,
        found.folded,
    )

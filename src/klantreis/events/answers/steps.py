"""What stands where in a trace: the step matrix, and the tree of paths from or to a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from klantreis.events.answers.answer import Answer, Scope
from klantreis.events.share import Share


@dataclass(frozen=True, slots=True)
class StepRow:
    """The customers who are at a touchpoint, per position: one share of all customers counted for each."""

    touchpoint: str
    cells: tuple[Share | None, ...]


@dataclass(frozen=True, slots=True)
class StepMatrix(Answer):
    """Where customers are at each position of their trace.

    Parameters
    ----------
    align
        The pattern whose first match stands at position 0; None: position 1 is the first event of the trace.
    n
        Customers counted: those with a match when aligned, else all in scope.
    positions
        The position of each column.
    rows
        A row per touchpoint seen, the most frequent first.
    not_begun, ended
        Customers whose trace has not begun yet, or is over, at each position. Every column, with these two, adds up
        to ``n``.
    """

    method: ClassVar[str] = "steps"

    scope: Scope
    align: str | None
    n: int
    positions: tuple[int, ...]
    rows: tuple[StepRow, ...]
    not_begun: tuple[Share | None, ...]
    ended: tuple[Share | None, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """The paths that go one way from a node of a path tree.

    Parameters
    ----------
    count
        How many paths.
    customers
        Customers with such a path, as a share of all customers with a path in the tree; None when small branches
        were added, whose customers may be the same.
    of_parent, of_all
        ``count`` as a share of the paths of the node before, and of all paths.
    touchpoints
        How many different touchpoints are folded together: 0 for an end.
    """

    count: int
    customers: Share | None
    of_parent: float
    of_all: float
    touchpoints: int


@dataclass(frozen=True, slots=True)
class PathNode:
    """The paths that have the same touchpoints up to here.

    ``count`` is exactly that of ``ended``, ``rest`` and the nodes in ``next`` together. A customer can have several
    paths, and so be in several of them.

    Parameters
    ----------
    touchpoint
        The touchpoint here.
    count, customers, of_parent, of_all
        As in ``Branch``.
    ended
        Paths that end here (begin here, in a tree backward); None when they are few and counted in the rest.
    rest
        Paths that go on in a way not shown: to a touchpoint beyond the breadth, or beyond the depth.
    next
        The ways on, most frequent first.
    """

    touchpoint: str
    count: int
    customers: Share
    of_parent: float
    of_all: float
    ended: Branch | None
    rest: Branch
    next: tuple[PathNode, ...]


@dataclass(frozen=True, slots=True)
class PathTree(Answer):
    """The ways that customers go from a point, or came to it.

    Parameters
    ----------
    pattern
        Where the paths begin (end, in a tree backward); None: at the first (last) event of each trace.
    backward
        Whether the tree looks back.
    depth, breadth
        How many touchpoints after the first are followed, and how many ways on are shown of each node (0: all).
    gap_seconds
        A path ends where more than this passes; None: only with the trace.
    fold_repeats
        Whether immediate repeats of a touchpoint are taken as one.
    n, customers
        All paths, and the customers who have one.
    roots
        A node for each touchpoint that paths begin with, most frequent first, as many as ``breadth``.
    rest
        The other paths.
    """

    method: ClassVar[str] = "tree"

    scope: Scope
    pattern: str | None
    backward: bool
    depth: int
    breadth: int
    gap_seconds: float | None
    fold_repeats: bool
    n: int
    customers: int
    roots: tuple[PathNode, ...]
    rest: Branch

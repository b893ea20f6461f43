"""Path trees and step matrices equal the plain reference, and add up at every level."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError
from klantreis.events.answers.steps import Branch, PathNode, PathTree
from klantreis.events.event import Event
from klantreis.events.filter import Filter
from klantreis.events.kernels import threads
from klantreis.events.local import counting
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.log import LocalLog, log_of
from klantreis.events.share import Share, wilson
from tests.events import path_reference as reference
from tests.events.log_reference import Row

SECOND = 1_000_000
rows = st.lists(
    st.tuples(
        st.sampled_from(["an", "bo", "cé"]), st.integers(0, 12).map(lambda s: s * SECOND), st.sampled_from("abcd")
    ),
    max_size=25,
)
matches = st.none() | st.sampled_from(["a", "ab", "d"])
hidden = st.sampled_from(["", "b", "cd"])


def log_from(rows: list[Row]) -> LocalLog:
    return log_of(Event(who, EPOCH + timedelta(microseconds=time), name) for who, time, name in rows)


def pattern(names: str | None) -> str | None:
    return None if names is None else f"touchpoint in ({', '.join(repr(name) for name in names)})"


def hiding(names: str) -> Filter | None:
    return Filter(where=f"not ({pattern(names)})") if names else None


def counted(part: Share | Branch | None) -> int:
    assert part is not None
    return part.count


def check_branch(
    branch: Branch | None, paths: list[tuple[str, reference.Path]], parent: int, n: int, people: int
) -> None:
    assert branch is not None
    assert branch.count == len(paths)
    assert branch.customers == wilson(len({who for who, _ in paths}), people)
    assert branch.of_parent == pytest.approx(len(paths) / parent if parent else 0.0)
    assert branch.of_all == pytest.approx(len(paths) / n if n else 0.0)


def check_level(
    nodes: tuple[PathNode, ...],
    rest: Branch,
    going: list[tuple[str, reference.Path]],
    far: int,
    tree: PathTree,
    parent: int,
) -> None:
    ways = Counter(path[far] for _, path in going)
    ranked = sorted(ways, key=lambda name: (-ways[name], name))
    limit = 0 if far > tree.depth else tree.breadth or len(ranked)
    assert [node.touchpoint for node in nodes] == ranked[:limit]
    folded = [(who, path) for who, path in going if path[far] in ranked[limit:]]
    check_branch(rest, folded, parent, tree.n, tree.customers)
    assert rest.touchpoints == len(ranked[limit:])
    for node in nodes:
        inside = [(who, path) for who, path in going if path[far] == node.touchpoint]
        assert node.count == len(inside) == counted(node.ended) + node.rest.count + sum(n.count for n in node.next)
        assert node.customers == wilson(len({who for who, _ in inside}), tree.customers)
        assert node.of_parent == pytest.approx(len(inside) / parent)
        assert node.of_all == pytest.approx(len(inside) / tree.n)
        check_branch(node.ended, [way for way in inside if len(way[1]) == far + 1], len(inside), tree.n, tree.customers)
        check_level(node.next, node.rest, [way for way in inside if len(way[1]) > far + 1], far + 1, tree, len(inside))


@settings(deadline=None, max_examples=200)
@given(
    rows,
    matches,
    st.booleans(),
    st.integers(0, 4),
    st.integers(0, 3),
    st.none() | st.integers(1, 4),
    st.booleans(),
    hidden,
)
def test_a_tree_equals_the_reference(
    rows: list[Row],
    names: str | None,
    backward: bool,
    depth: int,
    breadth: int,
    gap: int | None,
    fold: bool,
    hide: str,
) -> None:
    tree = log_from(rows).tree(
        pattern(names),
        backward=backward,
        depth=depth,
        breadth=breadth,
        gap=None if gap is None else f"{gap}s",
        fold_repeats=fold,
        filter=hiding(hide),
    )
    paths = reference.paths(
        [row for row in rows if row[2] not in hide],
        None if names is None else names.__contains__,
        backward=backward,
        gap=None if gap is None else gap * SECOND,
        fold=fold,
    )
    assert (tree.n, tree.customers) == (len(paths), len({who for who, _ in paths}))
    check_level(tree.roots, tree.rest, paths, 0, tree, len(paths))


@settings(deadline=None, max_examples=20)
@given(rows)
def test_the_hash_and_threads_change_no_tree_and_no_matrix(rows: list[Row]) -> None:
    log = log_from(rows)
    alone = [
        log.tree(breadth=2),
        log.tree("touchpoint = 'a'", backward=True),
        log.steps(),
        log.steps(align="touchpoint='b'"),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "LARGEST_TABLE", 0)
        patch.setattr(threads, "EVENTS_PER_THREAD", 3)
        patch.setattr(os, "cpu_count", lambda: 3)
        assert [
            log.tree(breadth=2),
            log.tree("touchpoint = 'a'", backward=True),
            log.steps(),
            log.steps(align="touchpoint='b'"),
        ] == alone


@settings(deadline=None, max_examples=200)
@given(rows, matches, st.integers(1, 6), st.integers(0, 3), hidden)
def test_a_step_matrix_equals_the_reference(
    rows: list[Row], names: str | None, upto: int, before: int, hide: str
) -> None:
    matrix = log_from(rows).steps(upto=upto, align=pattern(names), before=before, filter=hiding(hide))
    left = [row for row in rows if row[2] not in hide]
    expected = reference.positions(left, None if names is None else names.__contains__, before, upto)
    assert len(matrix.positions) == len(expected)
    for place, column in enumerate(expected):
        assert column.total() == matrix.n
        found = {row.touchpoint: counted(row.cells[place]) for row in matrix.rows}
        found |= {"<": counted(matrix.not_begun[place]), ">": counted(matrix.ended[place])}
        assert {name: count for name, count in found.items() if count} == dict(column)
        assert all(row.cells[place] == wilson(column[row.touchpoint], matrix.n) for row in matrix.rows)
    sums = [sum(counted(cell) for cell in row.cells) for row in matrix.rows]
    assert sums == sorted(sums, reverse=True)
    assert all(sums)


def test_an_empty_log_has_an_empty_tree_and_matrix() -> None:
    log = log_of([])
    for answer in (log.tree(), log.tree("touchpoint = 'a'", backward=True, gap="1d", fold_repeats=True), log.steps()):
        plain = json.loads(json.dumps(answer.to_dict()))
        assert plain["n"] == 0
        assert plain["method"] == answer.method
    assert log.tree().roots == ()
    assert log.steps(upto=2).ended == (wilson(0, 0),) * 2


def test_a_first_match_alone_gives_each_customer_one_path() -> None:
    log = log_from([("an", 0, "a"), ("an", SECOND, "a"), ("an", 2 * SECOND, "b"), ("bo", 0, "a")])
    every, first = log.tree("touchpoint = 'a'"), log.tree("first touchpoint = 'a'")
    assert (every.n, first.n, first.customers) == (3, 2, 2)
    assert [(node.touchpoint, node.count, counted(node.ended)) for node in first.roots] == [("a", 2, 1)]
    assert [(node.touchpoint, node.of_parent, node.of_all) for node in first.roots[0].next] == [("a", 0.5, 0.5)]


@pytest.mark.parametrize("shape", [{"depth": -1}, {"depth": 101}, {"breadth": -1}])
def test_a_tree_of_no_shape_is_refused(shape: dict[str, int]) -> None:
    with pytest.raises(InvalidInputError, match="0 to 100 touchpoints deep"):
        log_of([]).tree(**shape)  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [{"upto": 0}, {"before": -1}, {"upto": 999, "before": 2}])
def test_a_matrix_of_no_shape_is_refused(shape: dict[str, int]) -> None:
    with pytest.raises(InvalidInputError, match="at most 1000"):
        log_of([]).steps(**shape)  # type: ignore[arg-type]

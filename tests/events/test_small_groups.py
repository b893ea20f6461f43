"""Nothing that is shown is the number of a small group, and what is left out cannot be worked out from the rest."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError
from klantreis.events.answers.answer import Answer, TooFew
from klantreis.events.answers.hiding import hidden_cells, hidden_places
from klantreis.events.answers.outcomes import Credit
from klantreis.events.answers.small_groups import without_small
from klantreis.events.answers.steps import PathNode, PathTree
from klantreis.events.event import Event
from klantreis.events.filter import Filter
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.log import LocalLog, log_of
from klantreis.events.share import Share

K = 3
HOUR = 3600
rows = st.lists(
    st.tuples(
        st.sampled_from(["an", "bo", "cé", "di", "ed", "fé", "go"]),
        st.integers(0, 24 * 30).map(lambda hour: hour * HOUR),
        st.sampled_from("abc"),
    ),
    max_size=60,
)
Ask = Callable[[LocalLog], Answer]
QUESTIONS: dict[str, Ask] = {
    "transitions": lambda log: log.transitions(),
    "variants": lambda log: log.variants(top=3),
    "visits": lambda log: log.visits(gap="2d"),
    "funnel": lambda log: log.funnel(["touchpoint = 'a'", "touchpoint = 'b'", "touchpoint = 'c'"]),
    "unordered-funnel": lambda log: log.unordered_funnel(["touchpoint = 'a'", "touchpoint = 'b'"], within="1d"),
    "reach": lambda log: log.reach("touchpoint = 'a'"),
    "time-between": lambda log: log.time_between("touchpoint = 'a'", "touchpoint = 'b'"),
    "rework": lambda log: log.rework(top=2),
    "paths-to": lambda log: log.paths_to("touchpoint = 'c'", top=3),
    "credit": lambda log: log.credit("touchpoint = 'c'", by="touchpoint"),
    "tree": lambda log: log.tree(breadth=2, depth=2, gap="4d"),
    "steps": lambda log: log.steps(upto=4, align="touchpoint = 'b'", before=2),
    "retention": lambda log: log.retention(by="week", periods=3),
    "activity": lambda log: log.activity(),
    "compare": lambda log: log.compare("touchpoint = 'a'"),
}


def log_from(rows: list[tuple[str, int, str]]) -> LocalLog:
    return log_of(
        Event(who, EPOCH + timedelta(seconds=second), name, "web" if name == "a" else "shop")
        for who, second, name in rows
    )


def parts(value: Any) -> Iterator[Any]:
    """Every value within an answer."""
    yield value
    if isinstance(value, tuple):
        for item in value:
            yield from parts(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from parts(getattr(value, field.name))


def test_every_answer_knows_how() -> None:
    known = {kind.__name__ for kind in without_small.registry} - {"object", "Answer"}
    assert known == {kind.__name__ for kind in Answer.__subclasses__()}
    assert {kind.method for kind in Answer.__subclasses__()} == QUESTIONS.keys()


@pytest.mark.parametrize("name", sorted(QUESTIONS))
@settings(deadline=None, max_examples=60)
@given(rows=rows)
def test_no_number_of_a_small_group_is_shown(name: str, rows: list[tuple[str, int, str]]) -> None:
    answer = QUESTIONS[name](log_from(rows))
    whole = answer.suppressed(1)
    assert whole == dataclasses.replace(answer, scope=dataclasses.replace(answer.scope, hidden_below=1))  # type: ignore[type-var]
    left = answer.suppressed(K)
    assert json.loads(json.dumps(left.to_dict()))["method"] == name
    if isinstance(left, TooFew):
        return
    assert left.scope.hidden_below == K
    for part in parts(left):
        people = getattr(part, "customers", None)
        number = people.count if isinstance(people, Share) else people
        if isinstance(number, int):
            assert not 0 < number < K
        if isinstance(part, Share) and name != "compare":
            assert not 0 < part.count < K


@settings(deadline=None, max_examples=100)
@given(rows=rows)
def test_a_tree_still_adds_up(rows: list[tuple[str, int, str]]) -> None:
    tree = log_from(rows).tree("touchpoint = 'a'", breadth=2, depth=3, gap="4d").suppressed(K)
    if not isinstance(tree, PathTree):
        return
    assert tree.n == sum(root.count for root in tree.roots) + tree.rest.count

    def check(node: PathNode) -> None:
        ended = 0 if node.ended is None else node.ended.count
        assert node.count == ended + node.rest.count + sum(child.count for child in node.next)
        for child in node.next:
            check(child)

    for root in tree.roots:
        check(root)


@given(st.lists(st.integers(0, 12)), st.integers(1, 6))
def test_never_just_one_is_hidden(numbers: list[int], k: int) -> None:
    hidden = hidden_places(numbers, k)
    assert {place for place, number in enumerate(numbers) if 0 < number < k} <= hidden
    assert all(numbers[place] for place in hidden)
    if len(hidden) == 1 or 0 < sum(numbers[place] for place in hidden) < k:
        assert all(not number for place, number in enumerate(numbers) if place not in hidden)


@given(st.lists(st.lists(st.integers(0, 12), min_size=4, max_size=4), min_size=2, max_size=5), st.integers(2, 6))
def test_neither_the_rows_nor_the_columns_of_a_table_give_one_away(table: list[list[int]], k: int) -> None:
    numbers = {(row, column): table[row][column] for row in range(len(table)) for column in range(4)}
    lines = [[(row, column) for column in range(4)] for row in range(len(table))]
    lines += [[(row, column) for row in range(len(table))] for column in range(4)]
    small = {cell for cell, number in numbers.items() if 0 < number < k}
    hidden = hidden_cells(lines, numbers, small, k)
    assert small <= hidden
    for line in lines:
        gone = [numbers[cell] for cell in line if cell in hidden]
        if len(gone) == 1 or 0 < sum(gone) < k:
            assert sum(numbers[cell] for cell in line if cell not in hidden) == 0


def test_what_comes_to_a_touchpoint_does_not_tell_of_few() -> None:
    often = [
        (f"{path}{who}", hour * HOUR, name)
        for path in ("ax", "bx", "ay")
        for who in range(9)
        for hour, name in enumerate(path)
    ]
    once = [("one", 0, "b"), ("one", HOUR, "y")]
    answer = log_from(often + once).transitions()
    left = answer.suppressed(K)
    shown = {(each.source, each.target) for each in left.transitions}  # type: ignore[union-attr]
    # b > y is one customer's; from b it goes with b > x, to y with a > y, and these take a > x along.
    assert shown == set()
    assert {(each.source, each.target) for each in log_from(often).transitions().suppressed(K).transitions} == {  # type: ignore[union-attr]
        ("a", "x"),
        ("a", "y"),
        ("b", "x"),
    }


def test_the_hours_of_other_channels_do_not_tell_of_few() -> None:
    day = 24 * HOUR
    web = [
        (f"w{who}", day * weekday + hour * HOUR, "a") for who in range(9) for weekday in range(3) for hour in range(4)
    ]
    shop = [(f"s{who}", hour * HOUR, "b") for who in range(9) for hour in (1, 2)] + [("one", 3 * HOUR, "b")]
    left = log_from(web + shop).activity().suppressed(K)
    by_name = {channel.channel: channel for channel in left.channels}  # type: ignore[union-attr]
    assert by_name["shop"].hours[3] is None
    assert by_name["web"].hours[3] is None


def test_the_touchpoint_of_few_is_not_what_is_missing_from_all_repeats() -> None:
    often = [(f"{name}{who}", hour * HOUR, name) for name in "ab" for who in range(9) for hour in range(2)]
    left = log_from([*often, ("one", 0, "c"), ("one", HOUR, "c")]).rework().suppressed(K)
    assert len(left.touchpoints) == 1  # type: ignore[union-attr]
    assert left.repeats == 19  # type: ignore[union-attr]


def test_the_rows_of_a_comparison_do_not_add_up_to_one_that_is_hidden() -> None:
    both = [(f"{group}{who}", 0, group) for group in "ab" for who in range(9)]
    both += [(f"{group}{who}", HOUR, "x") for group in "ab" for who in range(8)] + [
        ("a8", HOUR, "y"),
        ("b8", HOUR, "y"),
    ]
    left = log_from(both).compare("touchpoint = 'a'", on="steps", upto=2).suppressed(K)
    assert {row.what for row in left.rows} == {("1", "a"), ("1", "b")}  # type: ignore[union-attr]


def test_the_first_touch_of_few_outcomes_is_hidden_and_not_what_is_missing_from_the_others() -> None:
    ways = [("a", "b")] * 9 + [("b", "a")] * 2 + [("d", "b")] * 6 + [("b", "b")] * 3
    log = log_from(
        [(f"{number}", place * HOUR, name) for number, way in enumerate(ways) for place, name in enumerate((*way, "c"))]
    )
    left = log.credit("touchpoint = 'c'", by="touchpoint").suppressed(K)
    assert isinstance(left, Credit)
    shares = {row.value: (row.first, row.last) for row in left.values}
    told = {name: tuple(share and share.count for share in pair) for name, pair in shares.items()}
    # Ends with a: 2. That is all but those that end with b, so these are not told either.
    assert told == {"a": (9, None), "b": (5, None), "d": (6, 0)}


def test_an_answer_about_few_is_not_shown_at_all() -> None:
    log = log_from([(who, 0, "a") for who in "abcdef"])
    assert log.reach("touchpoint = 'a'").suppressed(6) == log.reach("touchpoint = 'a'", filter=None).suppressed(6)
    few = log.variants(filter=Filter(customers="touchpoint = 'a'")).suppressed(7)
    assert few == TooFew("variants", 7)
    assert few.to_dict() == {"method": "variants", "hidden": True, "hidden_below": 7}
    with pytest.raises(InvalidInputError, match="at least 1"):
        log.visits().suppressed(0)


def test_an_outcome_that_few_come_to_directly_is_told_nowhere() -> None:
    often = [
        (f"{path}{who}", hour * HOUR, name)
        for path in ("ac", "bc")
        for who in range(9)
        for hour, name in enumerate(path)
    ]
    answer = log_from([*often, ("one", 0, "c")]).paths_to("touchpoint = 'c'")
    left = answer.suppressed(K)
    assert answer.direct == 1
    assert left.direct is None  # type: ignore[union-attr]
    assert all(path.path for path in left.paths)  # type: ignore[union-attr]

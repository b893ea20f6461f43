"""One suite for all implementations of ``EventLog``: their answers equal those of the log in memory, exactly."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import NotFoundError
from klantreis.events.filter import Filter
from klantreis.events.local.path_trees import DEEPEST
from klantreis.events.remote import outcomes, rework
from tests.engines.conftest import PLACES, chosen
from tests.engines.places import Place, Row, local_log
from tests.engines.questions import FEW, FILTERS, MINUTE, NEW_YEAR, ON_SPARK, QUESTIONS, SECOND

#: Random logs per place; a statement takes Spark a second. Where there are none, one larger one is drawn by seed.
EXAMPLES = {"folder": 3, "duckdb": 12, "postgresql": 6, "clickhouse": 4}

rows = st.builds(
    Row,
    st.sampled_from(["an", "bo", "cé", "Di", "10", "9"]),
    st.integers(0, 60).map(lambda minute: NEW_YEAR + minute * MINUTE),
    st.sampled_from("abc"),
    st.sampled_from([None, "web", "app"]),
    st.sampled_from([None, 1.0, 2.5, 3.0]),
    st.sampled_from([None, "x", "12", "12.0"]),
)
#: So that each log has every field, and the numbers are numbers.
FULL = Row("zoë", NEW_YEAR - MINUTE, "a", "web", 0.5, "x")


def drawn(seed: int, n: int) -> list[Row]:
    """A random log."""
    chance = random.Random(seed)  # noqa: S311 - for a test
    return [
        Row(
            f"k{chance.randrange(n // 6)}",
            NEW_YEAR + chance.randrange(60) * MINUTE + chance.choice((0, 0, 1, 333_333)),
            chance.choice("aabbc"),
            chance.choice((None, "web", "app")),
            chance.choice((None, 1.0, 2.5, 3.0)),
            chance.choice((None, "x", "12", "12.0")),
        )
        for _ in range(n)
    ]


def assert_same(
    place: Place, events: list[Row], *, filters: tuple[Filter | None, ...], of: tuple[str, ...] = ()
) -> None:
    """The questions (all, when none are named) have the same answers here as in memory, under these filters."""
    kept, plain = place.keep(events), local_log(events)
    assert (kept.n_events, kept.n_customers) == (plain.n_events, plain.n_customers)
    assert (kept.touchpoints, kept.fields) == (plain.touchpoints, plain.fields)
    questions = FEW[:2] if place.name.startswith("spark") else of or tuple(QUESTIONS)
    for asked in filters:
        for name in questions:
            assert QUESTIONS[name](kept, asked) == QUESTIONS[name](plain, asked), (name, asked)


@pytest.mark.parametrize("name", PLACES)
def test_the_place_is_asked(name: str) -> None:
    if name not in chosen():
        pytest.skip(
            f"{name} is not asked in this run; python3 run.py test --engines asks all, KLANTREIS_ENGINES names some"
        )


@pytest.mark.on_any_spark
def test_random_logs(place: Place) -> None:
    if place.name not in EXAMPLES:
        events = [FULL, *drawn(1, 300)]
        kept, plain = place.keep(events), local_log(events)
        names = (FEW[::2] if place.name == "spark-local" else ON_SPARK) if len(chosen()) > 1 else tuple(QUESTIONS)
        for name in names:
            assert QUESTIONS[name](kept, None) == QUESTIONS[name](plain, None), name
        for name in FEW[1::4] if len(chosen()) > 1 else FEW:
            assert QUESTIONS[name](kept, FILTERS[3]) == QUESTIONS[name](plain, FILTERS[3]), name
        return

    @settings(max_examples=EXAMPLES[place.name])
    @given(st.lists(rows, max_size=25), st.sampled_from(FILTERS))
    def law(events: list[Row], asked: Filter | None) -> None:
        assert_same(place, [FULL, *events], filters=(asked,))

    law()


def test_a_larger_log_under_every_filter(place: Place) -> None:
    if place.name.startswith("spark"):
        assert_same(place, drawn(3, 300), filters=FILTERS[2:4])
        return
    events = drawn(3, 3000)
    kept, plain = place.keep(events), local_log(events)
    for turn, (name, ask) in enumerate(QUESTIONS.items()):
        for asked in (FILTERS[turn % len(FILTERS)], FILTERS[(turn + 2) % len(FILTERS)]):
            assert ask(kept, asked) == ask(plain, asked), (name, asked)


def test_equal_times_keep_the_order_of_the_source(place: Place) -> None:
    events = [Row("an", NEW_YEAR, name, "web", 1.0, "x") for name in "cabbac"]
    events += [Row("bo", NEW_YEAR, name, "web", 1.0, "x") for name in "acbbca"]
    assert [variant.path for variant in place.keep(events).variants().variants] == [tuple("cabbac"), tuple("acbbca")]
    assert_same(place, events, filters=(None, Filter(where="touchpoint != 'b'")), of=FEW)


def test_one_event_each_and_nothing_left(place: Place) -> None:
    events = [Row(f"k{number}", NEW_YEAR + number, "abc"[number % 3], "web", 1.0, "x") for number in range(7)]
    assert_same(place, events, filters=(Filter(where="touchpoint = 'nowhere'"),))
    assert_same(place, events, filters=(None, Filter(customers="amount > 5")), of=FEW)
    kept = place.keep(events)
    assert kept.transitions().transitions == ()
    assert kept.visits(filter=Filter(customers="amount > 5")).n == 0


def test_a_trace_ends_where_the_next_customer_begins(place: Place) -> None:
    # Code 1 follows the last event of each trace in the table, and 0 is what a lead past the end gives in ClickHouse.
    events = [Row(who, NEW_YEAR + at * MINUTE, "a", "web", 1.0, "x") for who in ("an", "bo", "cé") for at in range(3)]
    answer = place.keep(events).transitions()
    assert [(found.source, found.target, found.count) for found in answer.transitions] == [("a", "a", 6)]
    assert [(found.first, found.last) for found in answer.touchpoints] == [(3, 3)]


def test_texts_of_any_kind(place: Place) -> None:
    texts = ["it's", 'say "hi"', "back\\slash", "50%", "{0} ; -- x", "żółw 🐢", "a\tb", "%s", "''", "\\'"]
    events = [
        Row(f"{text}-{number}", NEW_YEAR + number * MINUTE, text, "web", 1.0, text)
        for text in texts
        for number in range(2)
    ]
    kept, plain = place.keep(events), local_log(events)
    assert kept.touchpoints == plain.touchpoints
    assert kept.variants() == plain.variants()
    escaped = [text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") for text in texts]
    for field in ("touchpoint", "`Cart kind`"):
        asked = [f'{field} = "{text}"' for text in escaped]
        assert kept.reach(" or ".join(asked)).once == 2 * len(texts), field
        for pattern in asked[-1:] if place.name.startswith("spark") else asked:
            assert kept.reach(pattern).events == 2, pattern
    assert kept.reach('`Cart kind` in ("", "nowhere")').events == 0


def test_times_long_ago_and_far_apart(place: Place) -> None:
    century = 100 * 365 * 86_400 * SECOND
    events = [Row("an", NEW_YEAR - century + turn * century // 2 + turn, "a", "web", 1.0, "x") for turn in range(3)]
    assert_same(place, events, filters=(None, Filter(period=(date(1950, 1, 1), None))), of=FEW)


def test_coming_back_over_a_year_with_its_changes_of_the_clock(place: Place) -> None:
    chance = random.Random(9)  # noqa: S311 - for a test
    hours = [chance.randrange(-500, 9000) for _ in range(200)]
    events = [Row(f"k{hour % 17}", NEW_YEAR + hour * 60 * MINUTE, "abc"[hour % 3], "web", 1.0, "x") for hour in hours]
    # The hours around both changes of the clock, and around midnight.
    events += [Row("an", NEW_YEAR + (87 * 24 + hour) * 60 * MINUTE, "a", None, 1.0, "x") for hour in range(-3, 4)]
    events += [Row("an", NEW_YEAR + (297 * 24 + hour) * 60 * MINUTE, "b", None, 1.0, "x") for hour in range(-3, 4)]
    kept, plain = place.keep(events), local_log(events)
    asked = Filter(where="touchpoint != 'c'")
    for by, unbounded in itertools.product(("day", "week", "month"), (False, True)):
        if place.name.startswith("spark") and (by, unbounded) not in (("week", False), ("month", True)):
            continue  # a statement takes Spark a second
        answer = kept.retention(by=by, back="touchpoint = 'b'", periods=5, unbounded=unbounded, filter=asked)
        assert answer == plain.retention(by=by, back="touchpoint = 'b'", periods=5, unbounded=unbounded, filter=asked)
    assert kept.activity(filter=asked) == plain.activity(filter=asked)


def test_days_are_days_in_the_zone_of_the_log(place: Place) -> None:
    # In Amsterdam the new year begins an hour before it does in UTC.
    events = [Row("an", NEW_YEAR + hour * 60 * MINUTE, "abc"[hour % 3], "web", 1.0, "x") for hour in range(-4, 4)]
    asked = Filter(period=(date(2026, 1, 1), date(2026, 1, 1)))
    assert place.keep(events).reach("touchpoint != ''", filter=asked).events == 5
    assert_same(place, events, filters=(asked,), of=FEW)


def test_a_segment_keeps_every_pair_of_a_large_log(place: Place) -> None:
    # DuckDB's lag over the rows of a semi-join lost a pair in tens of thousands.
    events = drawn(5, 300 if place.name.startswith("spark") else 20_000)
    asked = Filter(customers="touchpoint = 'c' and amount = 3")
    kept, plain = place.keep(events), local_log(events)
    assert kept.transitions(filter=asked) == plain.transitions(filter=asked)


def test_an_unknown_field_names_those_that_exist(place: Place) -> None:
    kept = place.keep([FULL])
    with pytest.raises(NotFoundError, match=r"No event in this log has a field 'chanel'.*\n.*Did you mean channel"):
        kept.reach("chanel = 'web'")


def test_long_traces_are_reworked_in_another_way(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [FULL, *drawn(13, 200)]
    kept, plain = place.keep(events), local_log(events)
    monkeypatch.setattr(rework, "LONG", 8)
    longer = sum(count > 9 for count in Counter(row.customer for row in events).values())
    assert 0 < longer < kept.n_customers
    assert kept.rework() == plain.rework()


def test_a_tree_as_deep_as_it_may_be(place: Place) -> None:
    on_spark = place.name.startswith("spark")
    depth = 8 if on_spark else DEEPEST  # planning takes Spark far longer the more levels there are
    events = [
        Row(who, NEW_YEAR + at * MINUTE, "abca"[at % 4 if at < until else 0], "web", 1.0, "x")
        for who, until in (("j", 5), ("k", depth - 3), ("l", depth + 4), ("m", depth + 4))
        for at in range(depth + 4)
    ]
    kept, plain = place.keep(events), local_log(events)
    for pattern, backward in ((None, False), ("nth(-1) touchpoint = 'b'", True))[on_spark:]:
        answer = kept.tree(pattern, depth=depth, breadth=2, backward=backward)
        assert answer == plain.tree(pattern, depth=depth, breadth=2, backward=backward)
    there, here = (log.compare("nth(3) touchpoint = 'b'", on="tree", upto=depth, top=400) for log in (kept, plain))
    assert there == here
    assert len(there.rows) > depth


def test_paths_of_a_field_with_more_values_than_are_listed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [
        Row(f"k{at % 6}", NEW_YEAR + at * MINUTE, "aab"[at % 3], "web", float(at % 13), f"kind {at % 17}")
        for at in range(60)
    ]
    kept, plain = place.keep(events), local_log(events)
    monkeypatch.setattr(outcomes, "MOST_LISTED", 2)
    order = "touchpoint = 'b'"
    for by in ("Cart kind", "amount"):
        there, here = ((log.paths_to(order, by=by, top=None), log.credit(order, by=by)) for log in (kept, plain))
        assert there == here


def test_a_funnel_of_as_many_steps_as_there_may_be(place: Place) -> None:
    events = [Row("an", NEW_YEAR + at * MINUTE, "abc"[at % 3], "web", 1.0, "x") for at in range(31)]
    events += [Row("bo", NEW_YEAR + at * MINUTE, "abc"[at % 3], "web", 1.0, "x") for at in range(32)]
    steps = [f"touchpoint = '{'abc'[at % 3]}'" for at in range(8 if place.name.startswith("spark") else 32)]
    answer = place.keep(events).funnel(steps, within="31min")
    assert answer == local_log(events).funnel(steps, within="31min")

"""Credit side by side equals each method by itself, and its intervals hold what they should."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.analysis.behaviour import attribution_removal
from klantreis.analysis.behaviour.attribution import first_touch, last_touch, linear, markov_removal, shapley_paths
from klantreis.analysis.behaviour.crediting import CreditTable, credit_table
from klantreis.errors import InvalidInputError

NAMES = ("mail", "search", "shop", "never met")
Paths = list[tuple[list[int], bool]]


def table_of(paths: Paths, **options: object) -> CreditTable:
    """The credit along paths of codes, each of a customer of its own."""
    touches = np.array([code for path, _ in paths for code in path], dtype=np.uint8)
    offsets = np.concatenate(([0], np.cumsum([len(path) for path, _ in paths]))).astype(np.int64)
    led = np.array([converted for _, converted in paths])
    return credit_table(NAMES, touches, offsets, led, np.arange(len(paths)), **options)  # type: ignore[arg-type]


def credits_of(table: CreditTable, method: str) -> dict[str, float]:
    """Channel to credit by one method."""
    return {channel: table.share(method, channel).credit for channel in table.channels}


some_paths = st.lists(
    st.tuples(st.lists(st.integers(0, 2), max_size=6), st.booleans()), min_size=1, max_size=25
).filter(lambda paths: any(path and led for path, led in paths))


@settings(max_examples=60)
@given(some_paths)
def test_every_column_equals_its_method_alone(paths: Paths) -> None:
    table = table_of(paths, draws=0)
    touched = [([NAMES[code] for code in path], led) for path, led in paths if path]
    listed = [path for path, _ in touched]
    won, lost = [float(led) for _, led in touched], [float(not led) for _, led in touched]
    rules = {"first": first_touch, "last": last_touch, "linear": linear, "shapley": shapley_paths}
    for name, rule in rules.items():
        assert credits_of(table, name) == pytest.approx(rule(listed, won).credits)
    for order in (1, 2):
        alone = markov_removal(listed, won, lost, order=order, draws=0).credits
        assert credits_of(table, f"removal-{order}") == pytest.approx(alone)
    assert table.direct == sum(led for path, led in paths if not path)
    assert table.outcomes + table.nulls == table.paths == len(touched)
    for each in table.columns:
        assert sum(one.estimate or 0.0 for one in each.shares) == pytest.approx(1.0)


def test_position_gives_the_ends_most() -> None:
    table = table_of([([0, 1, 1, 2], True), ([0, 2], True), ([1], True)], draws=0, orders=())
    assert credits_of(table, "position") == pytest.approx({"mail": 0.4 + 0.5, "search": 0.2 + 1.0, "shop": 0.4 + 0.5})


def test_customers_are_drawn_with_all_their_paths() -> None:
    """Twenty paths of one customer are one vote: the interval is as wide as that of few customers."""
    touches = np.array([0] * 20 + [1] * 20, dtype=np.uint8)
    offsets, led = np.arange(41, dtype=np.int64), np.ones(40, dtype=bool)
    apart = credit_table(NAMES, touches, offsets, led, np.arange(40))
    together = credit_table(NAMES, touches, offsets, led, np.repeat(np.arange(4), 10))
    for method in ("linear", "removal-1", "removal-2"):
        wide, narrow = together.share(method, "mail"), apart.share(method, "mail")
        assert (wide.high or 0) - (wide.low or 0) > 2 * ((narrow.high or 0) - (narrow.low or 0)), method


def test_many_customers_are_drawn_in_groups_to_the_same_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    paths: Paths = [([int(code)], True) for code in rng.choice(3, 1500, p=[0.5, 0.3, 0.2])]
    each = table_of(paths, orders=(), draws=1000).share("linear", "mail")
    monkeypatch.setattr(attribution_removal, "CUSTOMERS", 300)
    grouped = table_of(paths, orders=(), draws=1000).share("linear", "mail")
    assert each.estimate == grouped.estimate
    assert (grouped.high or 0) - (grouped.low or 0) == pytest.approx((each.high or 0) - (each.low or 0), rel=0.15)


def test_intervals_hold_the_true_share() -> None:
    """A channel that truly gets 0.3 of the last touches: 95% intervals hold that in about 95 of 100 samples."""
    rng = np.random.default_rng(7)
    held = 0
    for sample in range(200):
        codes = rng.choice(3, 250, p=[0.3, 0.5, 0.2])
        one = table_of([([int(code)], True) for code in codes], orders=(), seed=sample).share("last", "mail")
        held += (one.low or 0) <= 0.3 <= (one.high or 0)
    assert 178 <= held <= 199


def test_cautions_say_what_the_credit_cannot() -> None:
    alike = table_of([([0, 1], True), ([1, 0], True)], draws=0)
    codes = {note.code for note in alike.warnings}
    assert {"behaviour.credit_not_cause", "behaviour.shapley_is_linear", "behaviour.no_null_paths"} <= codes
    assert "attribution.warning.disagree" not in codes
    apart = table_of([([0, 1], True)] * 9 + [([0], False)], draws=0)
    notes = [dict(note.values) for note in apart.warnings if note.code == "attribution.warning.disagree"]
    assert {note["channel"] for note in notes} == {"mail", "search"}


def test_what_few_met_is_left_out() -> None:
    table = table_of([([0], True)] * 6 + [([1], True)] * 2, draws=0, orders=())
    assert dict(zip(table.channels, table.on_paths, strict=True)) == {"mail": 6, "search": 2}
    left = table.suppressed(5)
    assert left.channels == ("mail",)
    assert all([one.channel for one in column.shares] == ["mail"] for column in left.columns)


def test_no_outcome_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="No path with a touch"):
        table_of([([0], False), ([], True)])

"""The time between two patterns equals the plain reference, and a published survival curve."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError
from klantreis.events.answers.answer import Quartiles
from klantreis.events.event import Event
from klantreis.events.filter import Filter
from klantreis.events.local.between import SHARES, still_going
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.log import LocalLog, log_of
from klantreis.events.share import wilson
from tests.events import order_reference as reference
from tests.events.log_reference import Row

SECOND = 1_000_000
rows = st.lists(
    st.tuples(
        st.sampled_from(["an", "bo", "cé"]), st.integers(0, 12).map(lambda s: s * SECOND), st.sampled_from("abcd")
    ),
    max_size=20,
)
some = st.frozensets(st.sampled_from("abc"), min_size=1, max_size=2)


def log_from(rows: list[Row]) -> LocalLog:
    return log_of(Event(customer, EPOCH + timedelta(microseconds=time), name) for customer, time, name in rows)


def pattern(names: frozenset[str]) -> str:
    return f"touchpoint in ({', '.join(repr(name) for name in sorted(names))})"


@settings(deadline=None, max_examples=300)
@given(rows, some, some, st.sampled_from(["first", "each", "nearest"]), st.none() | st.integers(1, 8), st.booleans())
def test_time_between_equals_the_reference(
    rows: list[Row], start: frozenset[str], end: frozenset[str], starts: str, within: int | None, filtered: bool
) -> None:
    answer = log_from(rows).time_between(
        pattern(start),
        pattern(end),
        starts=starts,  # type: ignore[arg-type]
        within=None if within is None else f"{within}s",
        filter=Filter(where="touchpoint != 'd'") if filtered else None,
    )
    left = [row for row in rows if not (filtered and row[2] == "d")]
    ended, open_times, passed_over = reference.time_between(
        left, start.__contains__, end.__contains__, starts, None if within is None else within * SECOND
    )
    n = len(ended) + len(open_times)
    assert (answer.n, answer.censored, answer.passed_over) == (n, len(open_times), passed_over)
    assert answer.ended == wilson(len(ended), n)
    assert answer.customers == len({row[0] for row in left if row[2] in start})
    if ended:
        assert [q.share for q in answer.quantiles] == list(SHARES)
        assert [q.seconds for q in answer.quantiles] == pytest.approx(np.quantile(ended, SHARES) / SECOND)
    else:
        assert answer.quantiles == ()
    when = [reference.by_when(ended, open_times, share) for share in (0.25, 0.5, 0.75)]
    assert answer.seconds == Quartiles(*(None if time is None else time / SECOND for time in when))


#: Miller, Survival Analysis (1981), table 3.1: maintenance of remission in acute myelogenous leukaemia, in weeks.
MAINTAINED = ((9, 1), (13, 1), (13, 0), (18, 1), (23, 1), (28, 0), (31, 1), (34, 1), (45, 0), (48, 1), (161, 0))
NOT_MAINTAINED = (
    *((5, 1), (5, 1), (8, 1), (8, 1), (12, 1), (16, 0), (23, 1), (27, 1), (30, 1), (33, 1), (43, 1)),
    (45, 1),
)


@pytest.mark.parametrize(("group", "median"), [(MAINTAINED, 31), (NOT_MAINTAINED, 23)])
def test_the_published_median_of_a_censored_log(group: tuple[tuple[int, int], ...], median: int) -> None:
    end = 200
    events = []
    for number, (weeks, relapsed) in enumerate(group):
        begun = end - weeks  # those lost sight of started this long before the data end
        events.append(Event(f"p{number}", EPOCH + timedelta(weeks=0 if relapsed else begun), "remission"))
        if relapsed:
            events.append(Event(f"p{number}", EPOCH + timedelta(weeks=weeks), "relapse"))
    log = log_of([*events, Event("other", EPOCH + timedelta(weeks=end), "visit")])
    answer = log.time_between("touchpoint = 'remission'", "touchpoint = 'relapse'")
    assert (answer.n, answer.censored) == (len(group), sum(not relapsed for _, relapsed in group))
    assert answer.seconds.median == timedelta(weeks=median).total_seconds()


def test_the_published_survival_curve() -> None:
    times, going = still_going(
        *(np.array(sorted(weeks for weeks, relapsed in MAINTAINED if relapsed == which)) for which in (1, 0))
    )
    assert times.tolist() == [9, 13, 18, 23, 31, 34, 48]
    assert going.round(4).tolist() == [0.9091, 0.8182, 0.7159, 0.6136, 0.4909, 0.3682, 0.1841]


def test_a_start_that_cannot_be_chosen_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="first, each, nearest"):
        log_from([]).time_between("touchpoint = 'a'", "touchpoint = 'b'", starts="some")  # type: ignore[arg-type]
    assert log_from([]).time_between("touchpoint = 'a'", "touchpoint = 'b'").n == 0

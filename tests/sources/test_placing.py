"""Events are put where sorting them all would put them, whichever way a log is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klantreis.errors import EventImportError
from klantreis.events.local.folder import read_manifest
from klantreis.sources import event_log, placing
from klantreis.sources.placing import Places, sort_within
from klantreis.use_cases.import_events import import_events

ROLES: dict[str, Any] = {"customer": "c", "time": "t", "touchpoint": "p", "channel": "h", "attributes": ["n", "w"]}


@st.composite
def events(draw: st.DrawFn) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The customer and the time of each event, in whatever order; every customer has one at least."""
    customers = draw(st.lists(st.integers(0, 5), max_size=40))
    times = draw(st.lists(st.integers(-5, 5), min_size=len(customers), max_size=len(customers)))
    return np.unique(np.array(customers, dtype=np.int64), return_inverse=True)[1], np.array(times, dtype=np.int64)


@settings(deadline=None)
@given(events(), st.integers(1, 9), st.integers(1, 20))
def test_placed_and_sorted_within_is_sorted(
    drawn: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]], chunk: int, block: int
) -> None:
    customers, times = drawn
    counts = np.bincount(customers)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    hashes = np.arange(len(counts), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    placed: list[np.ndarray[Any, Any]] = [np.empty(len(times), dtype=np.int64), np.empty(len(times), dtype=np.uint8)]
    places = Places(hashes, offsets)
    for begin in range(0, len(times), chunk):
        part = slice(begin, begin + chunk)
        values = [times[part], np.arange(len(times), dtype=np.uint8)[part]]
        places.put(hashes[customers[part]], list(zip(values, placed, strict=True)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(placing, "BLOCK", block)
        sort_within(placed[0], offsets, placed)
    order = np.lexsort((times, customers))
    assert placed[0].tolist() == times[order].tolist()
    assert placed[1].tolist() == order.tolist()


def test_an_event_of_a_customer_who_was_not_counted_is_refused() -> None:
    places = Places(np.array([7, 9], dtype=np.uint64), np.array([0, 1, 2]))
    column = np.zeros(2, dtype=np.int64)
    with pytest.raises(EventImportError, match="changed while it was read"):
        places.put(np.array([7, 8], dtype=np.uint64), [(np.array([1, 2]), column)])
    assert column.tolist() == [0, 0]


row = st.tuples(
    st.sampled_from(["an", "bo", "cé", "", "12"]),
    st.sampled_from(["2026-01-01", "2026-01-02 10:00", "2026-01-01T00:00:00.000001", "ooit", "2025-12-31T23:00-01:00"]),
    st.sampled_from(["shop", " web ", "", "app"]),
    st.sampled_from(["", "x", "y"]),
    st.sampled_from(["", "1", "2.5"]),
    st.sampled_from(["", "red", "1"]),
)


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(row, min_size=1, max_size=30), st.lists(row, max_size=30), st.integers(1, 40), st.booleans())
def test_a_log_too_large_to_hold_is_the_same(
    tmp_path: Path, first: list[tuple[str, ...]], second: list[tuple[str, ...]], chunk: int, overlapping: bool
) -> None:
    always = ("an", "2026-01-01", "shop", "x", "1", "red")
    files = []
    for number, rows in enumerate(([*first, always], [*second, always])):
        files.append(tmp_path / f"{number}.csv")
        files[-1].write_text("c,t,p,h,n,w\n" + "".join(",".join(each) + "\n" for each in rows), encoding="utf-8")
    digests = []
    for held, events_at_once in ((1 << 30, 1 << 20), (1 << 30, chunk), (0, 1 << 20), (0, chunk)):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(event_log, "PLACED", held)
            patched.setattr(event_log, "CHUNK", events_at_once)
            import_events(files, tmp_path / "log", **ROLES, overlapping=overlapping)
        told = read_manifest(tmp_path / "log")
        digests.append((told["digest"], told["period"], told["events"], told["customers"]))
    assert len(set(map(str, digests))) == 1


def test_customers_whose_hashes_are_equal_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(
        "c,t,p,h,n,w\nan,2026-01-02,shop,,,\nbo,2026-01-01,web,,,\nan,2026-01-01,app,,,\n", encoding="utf-8"
    )
    import_events([file], tmp_path / "log", **ROLES)
    whole = read_manifest(tmp_path / "log")["digest"]
    monkeypatch.setattr(np, "unique", lambda hashes: hashes[:1])
    import_events([file], tmp_path / "log", **ROLES)
    assert read_manifest(tmp_path / "log")["digest"] == whole

"""The kernels of a journey are loaded without the compiler the second time, and have room for whatever comes."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import klantreis as kr
from klantreis.events.event import Event
from klantreis.events.local.log import log_of
from klantreis.journeys.alignment import FEW_MOVES, Net, Transition, align, automaton_of
from klantreis.journeys.fit_traces import read_traces
from klantreis.journeys.journey import Journey
from klantreis.journeys.laying import lay_out

START = datetime(2026, 1, 1, tzinfo=UTC)
STEPS: list[dict[str, object]] = [
    {"id": name, "phase": "use", "title": name, "pattern": f'touchpoint = "{name}"'} for name in ("mail", "shop", "pay")
]
STEPS[1] |= {"repeatable": True, "failed": 'touchpoint = "shop" and kind = "k2"'}

RULES: list[dict[str, object]] = [
    {},
    {"key": "kind", "start": 'touchpoint = "mail"'},
    {"timeout_days": 3, "end": 'touchpoint = "pay"'},
]
PROGRAM = f"""
import sys
from klantreis.events.local.folder import open_log
from klantreis.journeys.fit import fit
from klantreis.journeys.journey import Journey
from klantreis.journeys.reality import reality
log = open_log(sys.argv[1])
for rule in {RULES!r}:
    journey = Journey.model_validate({{
        "id": "journey:shop", "title": "Shopping", "persona": "persona:an", "steps": {STEPS!r},
        "runs": {{"dataset": "dataset:shop", **rule}},
    }})
    print(reality(journey, log).model_dump_json(), fit(journey, log).model_dump_json())
print("numba" in sys.modules)
"""


def told(log: Path, cache: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(log)],
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="machine code is kept by itself on Linux only")
def test_a_second_process_lays_and_fits_without_the_compiler(tmp_path: Path) -> None:
    rows = ["customer,time,touchpoint,kind"]
    for customer in range(12):
        for day, name in enumerate(("mail", "call", "shop", "mail", "pay", "shop")[: 2 + customer % 5]):
            rows.append(
                f"c{customer},2026-01-{1 + 2 * day:02}T0{customer % 8}:00:00Z,{name},{('k1', 'k2', '')[day % 3]}"
            )
    (tmp_path / "events.csv").write_text("\n".join(rows), encoding="utf-8")
    kr.import_events(
        [tmp_path / "events.csv"],
        tmp_path / "log",
        customer="customer",
        time="time",
        touchpoint="touchpoint",
        attributes=["kind"],
    )
    cache = tmp_path / "cache"
    *first, compiled = told(tmp_path / "log", cache)
    *second, loaded = told(tmp_path / "log", cache)
    assert (compiled, loaded) == ("True", "False")
    assert first == second
    assert len(set(first)) == 3
    kept = [file for file in cache.glob("*.code") if ".journeys." in file.name]
    assert len(kept) == 10  # one form of each kernel
    assert all(file.stat().st_size for file in kept)
    called = {file.name.split("-")[0] for file in cache.rglob("*.nbc")}
    assert len(list(cache.rglob("*.nbc"))) == len(called) == 5  # those that kernels call, with one signature each


def test_events_without_a_key_are_in_the_trace_of_every_run() -> None:
    journey = Journey.model_validate(
        {
            "id": "journey:shop",
            "title": "Shopping",
            "persona": "persona:an",
            "steps": STEPS,
            "runs": {
                "dataset": "dataset:shop",
                "key": "kind",
                "start": 'touchpoint = "mail"',
                "end": 'touchpoint = "pay"',
            },
        }
    )
    named = [("mail", f"k{number}") for number in range(5)]
    named += [("shop", ""), ("call", "")] * 20
    named += [("pay", f"k{number}") for number in range(5)]
    log = log_of(
        Event("an", START + timedelta(hours=hour), name, attributes={"kind": kind} if kind else {})
        for hour, (name, kind) in enumerate(named)
    )
    assert journey.runs is not None
    traces = read_traces(journey, log, lay_out(journey, journey.runs, log))
    assert len(traces.symbols) == len(traces.kinds) == 5 * 22 > log.n_events
    assert traces.offsets.tolist() == list(range(0, 111, 22))
    assert np.unique(traces.symbols.reshape(5, 22), axis=0).shape == (1, 22)
    run, gap, _ = traces.off
    assert run.tolist() == np.repeat(np.arange(5), 20).tolist()
    assert gap.tolist() == list(range(2, 22)) * 5
    assert traces.off_events.tolist() == [20] * 5


def test_more_moves_of_the_map_than_there_is_room_for_at_first() -> None:
    n = 3 * FEW_MOVES
    places = ["start", *(f"p{place}" for place in range(1, n)), "end"]
    net = Net(tuple(Transition(f"s{at}", (places[at],), (places[at + 1],)) for at in range(n)))
    nothing, one = align(automaton_of(net), [[], ["s7"]])
    assert (nothing.cost, one.cost) == (n, n - 1)
    assert [move.label for move in nothing.moves] == [move.label for move in one.moves] == [f"s{at}" for at in range(n)]
    assert [at for at, move in enumerate(one.moves) if move.kind == "match"] == [7]

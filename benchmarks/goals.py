"""What this project set itself to reach at ten million events on two cores, and whether the figures reach it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.catalogue import ENGINES, PEERS
from benchmarks.generate import SIZES
from benchmarks.questions import QUESTIONS

OURS = "klantreis_local"
SIZE = "10M"
#: Seconds of one question at ten million events.
SECONDS = {
    "medians": 0.6,
    "variants": 0.7,
    "funnel": 0.25,
    "visits": 0.5,
    "credit": 0.3,
    "steps": 0.6,
    "retention": 0.2,
}
MEMORY_MB = 500
IMPORT_FACTOR = 2.0
PEER_FACTOR = 30.0
COMPILE_CPU_SECONDS = 20.0
SECOND_PROCESS_SECONDS = 1.0

Answers = Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal; ``met`` is None when it was not measured."""

    what: str
    goal: str
    found: str
    met: bool | None


def goals(results: Mapping[str, Any]) -> Iterator[Goal]:
    """Every goal with what was found."""
    sizes: Mapping[str, Answers] = results["sizes"]
    ours = sizes.get(SIZE, {}).get(OURS, {})
    for question, limit in SECONDS.items():
        cell = ours.get(question, {})
        yield _at_most(f"{question}, {SIZE}", cell.get("wall_s"), limit, "s", beside=_cpu(cell, limit))
    yield _at_most(f"peak memory of medians, {SIZE}", ours.get("medians", {}).get("peak_mb"), MEMORY_MB, "MB")
    whole = ours.get("medians", {}).get("wall_s")
    part = ours.get("filtered", {}).get("wall_s")
    yield _at_most(f"filtered, a new filter, against unfiltered, {SIZE}", _ratio(part, whole), 1.0, "times")
    sort = sizes.get(SIZE, {}).get("duckdb_raw", {}).get("sort", {})
    load = ours.get("load", {})
    beside = _import(load, sort) if _has(load) and _has(sort) else ""
    factor = _ratio(load.get("wall_s"), sort.get("wall_s"))
    yield _at_most(
        f"import from Parquet against DuckDB's own sort, {SIZE}", factor, IMPORT_FACTOR, "times", beside=beside
    )
    yield from _against_peers(sizes)
    started = results.get("startup", {})
    yield _at_most("first compilation of everything", started.get("compile_cpu_s"), COMPILE_CPU_SECONDS, "CPU s")
    fastest = started.get("second_process_fastest_s")
    beside = "" if fastest is None else f" (median of five whole processes; the fastest {fastest:.2f} s, "
    beside += f"{started['second_process_cpu_s']:.2f} s of a core)" if beside else ""
    found = started.get("second_process_s")
    yield _at_most("a second process has its first answer", found, SECOND_PROCESS_SECONDS, "s", beside=beside)


def _import(load: Mapping[str, Any], sort: Mapping[str, Any]) -> str:
    walls = f"{load['wall_s']:.3g} s against {sort['wall_s']:.3g} s"
    cores = f"{load['cpu_s']:.3g} against {sort['cpu_s']:.3g} s of a core"
    return f" ({walls}; {cores}, {load['cpu_s'] / sort['cpu_s']:.2g} times)"


def _against_peers(sizes: Mapping[str, Answers]) -> Iterator[Goal]:
    """At the largest size at which both answered."""
    for peer in PEERS:
        for question in QUESTIONS:
            if question in ("load", "read", "sort") or question in ENGINES[peer].lacks:
                continue
            other = " (which answers a different question)" if question in ENGINES[peer].differs else ""
            what = f"{question}: how many times as fast as {ENGINES[peer].name}{other}"
            goal = f"≥ {PEER_FACTOR:g}"
            for size in reversed([size for size in SIZES if size in sizes]):
                theirs, ours = (sizes[size].get(name, {}).get(question, {}) for name in (peer, OURS))
                if _has(theirs) and _has(ours):
                    factor = theirs["wall_s"] / ours["wall_s"]
                    yield Goal(f"{what}, {size}", goal, f"{factor:.3g}", factor >= PEER_FACTOR)
                    break
            else:
                yield Goal(what, goal, "not measured", None)


def _at_most(what: str, found: float | None, limit: float, unit: str, *, beside: str = "") -> Goal:
    goal = f"≤ {limit:g} {unit}"
    if found is None:
        return Goal(what, goal, "not measured", None)
    over = "" if found <= limit else f", {100 * (found / limit - 1):.0f} % over"
    return Goal(what, goal, f"{found:.3g} {unit}{over}{beside}", found <= limit)


def _cpu(cell: Mapping[str, Any], limit: float) -> str:
    """The processor time, and what follows from it when the goal is missed though there was little work to do."""
    if not _has(cell):
        return ""
    told = f"{cell['cpu_s']:.2g} s of a core at a load of {cell['load_average']:g}"
    return f" ({told}: waiting made the rest)" if cell["cpu_s"] <= limit < cell["wall_s"] else f" ({told})"


def _ratio(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one / other


def _has(cell: Mapping[str, Any]) -> bool:
    return "wall_s" in cell

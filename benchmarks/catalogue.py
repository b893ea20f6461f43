"""Which engines are measured: what each is called, where it runs, what it lacks and where it answers something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Engine:
    """One column of the report.

    Parameters
    ----------
    name
        As people know it.
    environment
        The lock in ``requirements/`` that it runs from; None: this project's own environment.
    lacks
        Questions that it has no means to answer (or none short of writing the question ourselves).
    differs
        Questions that it answers in another way, with how: counts are then not compared.
    more
        Questions to which it gives more than is asked.
    keeps
        Whether it keeps a store of its own; the others begin from the file in every process.
    """

    name: str
    environment: str | None
    lacks: tuple[str, ...] = ()
    differs: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    keeps: bool = False


#: By the module in ``engines/``.
ENGINES = {
    "klantreis_local": Engine(
        "Klantreis",
        None,
        lacks=("sort",),
        more={
            "transitions": "the customers of each transition",
            "medians": "all quartiles, and the customers of each transition",
            "funnel": "times and intervals",
            "open_funnel": "times and intervals",
            "visits": "four kinds of quartiles",
            "credit": "the position rule",
        },
        keeps=True,
    ),
    "duckdb_raw": Engine("DuckDB", "duckdb"),
    "duckdb_sorted": Engine("DuckDB, sorted", "duckdb", lacks=("sort",), keeps=True),
    "polars_raw": Engine("Polars", "polars", lacks=("sort",)),
    "pm4py_pandas": Engine(
        "PM4Py", "pm4py", lacks=("sort", "funnel", "open_funnel", "visits", "credit", "steps", "retention")
    ),
    "retentioneering_frame": Engine(
        "Retentioneering",
        "retentioneering",
        lacks=("sort", "variants", "funnel", "credit", "retention"),
        differs={
            "medians": "it counts the seconds that begin between two events, so each median is up to a second off",
            "steps": "gives shares over positions that its own start and end events are part of",
        },
    ),
    "r4pm_rust": Engine(
        "r4pm",
        "r4pm",
        lacks=("sort", "medians", "funnel", "open_funnel", "visits", "credit", "steps", "retention", "filtered"),
    ),
}
#: What journeys are counted with today; the goals name them.
PEERS = ("pm4py_pandas", "retentioneering_frame", "r4pm_rust")
#: What the locks are made from.
REQUIREMENTS = {
    "duckdb": ("duckdb",),
    "polars": ("polars",),
    "pm4py": ("pm4py", "pyarrow"),
    "retentioneering": ("retentioneering",),
    "r4pm": ("r4pm", "polars", "pyarrow"),
}

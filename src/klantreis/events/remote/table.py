"""The enriched tables of a remote log: what the engine keeps of it, and the one window query that makes it so.

Made once per log; after that a question is scans and group-bys, which every engine does well. Columns of ``events``:

====================  ===================================================================================
``c``                 number of the customer, in the order of their ids by code point
``p``                 place of the event in the customer's trace, from 0
``t``                 microseconds since 1970 UTC
``tp``, ``next_tp``   code of the touchpoint and of the one that follows; 0 for none
``since``, ``gap``    microseconds since the event before, and until the one after; NULL where there is none
``visit``             number of the customer's visit, from 0, where more than 30 minutes end one
``is_first, is_last`` 1 for the first and the last event of a trace, else 0
``f0``, ``f1``, …     channel and attributes: a text ('' for none) or a number (NULL for none)
====================  ===================================================================================

``paths`` has a row per customer with the number of events and the two fingerprints of the whole path;
``customers`` the ids by number and ``touchpoints`` the texts by code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from klantreis.events.durations import SECOND
from klantreis.events.remote.sql import quoted, quoted_table

#: A pause longer than this ends the visit that the table numbers.
VISIT_GAP = 1800 * SECOND
#: The tables of one log, in the order in which they are made.
PARTS = ("touchpoints", "customers", "events", "paths")

#: Fingerprints are sums modulo this.
PRIME = 2_147_483_647
#: Multiplier, addend before and addend between the two rounds, of each of the two fingerprints.
_MIXES = ((1_103_515_245, 12_345, 1_640_531_527), (1_664_525, 1_013_904_223, 362_437_069))


@dataclass(frozen=True, slots=True)
class Field:
    """The channel or an attribute: its name, its kind, and the column that has it."""

    name: str
    kind: Literal["text", "number"]
    column: str


@dataclass(frozen=True, slots=True)
class RemoteTable:
    """The enriched tables of one log.

    Parameters
    ----------
    schema
        Where the tables are (``schema`` or ``catalog.schema``); None for the connection's own.
    prefix
        What their names begin with.
    fields
        Channel and attributes.
    """

    schema: str | None
    prefix: str
    fields: tuple[Field, ...] = ()

    def part(self, name: str) -> str:
        """One of ``PARTS`` (or ``staged``, while they are made) as SQL of the common subset."""
        table = quoted(f"{self.prefix}_{name}")
        return table if self.schema is None else f"{quoted_table(self.schema)}.{table}"

    @property
    def events(self) -> str:
        """The table of events."""
        return self.part("events")

    def field(self, name: str) -> Field | None:
        """The field with this name."""
        return next((field for field in self.fields if field.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """As plain data for the manifest."""
        fields = [{"name": field.name, "kind": field.kind, "column": field.column} for field in self.fields]
        return {"schema": self.schema, "prefix": self.prefix, "fields": fields}


def enriched(rows: str, *, order: str, extra: Sequence[str] = ()) -> str:
    """Rows with a customer, time and touchpoint, with what stands around each: all columns of ``events`` but visits.

    Parameters
    ----------
    rows
        A SELECT that gives ``c``, ``t``, ``tp`` and the ``extra`` columns.
    order
        What orders a customer's events.
    """
    window = f"OVER (PARTITION BY c ORDER BY {order})"
    more = "".join(f", {name}" for name in extra)
    # A lead past the end is NULL in most engines and 0 in ClickHouse; as code 0 is none, both come to the same.
    return (
        "SELECT c, place - 1 AS p, t, tp, later_tp AS next_tp, "
        "CASE WHEN place = 1 THEN NULL ELSE t - earlier_t END AS since, "
        "CASE WHEN later_tp = 0 THEN NULL ELSE later_t - t END AS gap, "
        "CASE WHEN place = 1 THEN 1 ELSE 0 END AS is_first, "
        f"CASE WHEN later_tp = 0 THEN 1 ELSE 0 END AS is_last{more} "
        f"FROM (SELECT c, t, tp{more}, WHOLE(ROW_NUMBER() {window}) AS place, "
        f"COALESCE(LEAD(tp) {window}, 0) AS later_tp, LEAD(t) {window} AS later_t, LAG(t) {window} AS earlier_t "
        f"FROM ({rows}) AS given) AS around"
    )


def numbered_visits(rows: str, *, gap: int, columns: Sequence[str]) -> str:
    """The same rows with ``v``, the number of the customer's visit where more than ``gap`` µs end one."""
    return (
        f"SELECT {', '.join(columns)}, "
        f"SUM(CASE WHEN since > {gap} THEN 1 ELSE 0 END) "
        "OVER (PARTITION BY c ORDER BY p ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS v "
        f"FROM ({rows}) AS around"
    )


def weights(place: int) -> tuple[int, int]:
    """What ``fingerprints`` multiplies the touchpoint at a place with, for each of its two numbers."""
    found = []
    for a, b, between in _MIXES:
        once = (pow((place * a + b) % PRIME, 5, PRIME) + between) % PRIME
        found.append(pow(once, 5, PRIME))
    return found[0], found[1]


def fingerprints(rows: str, *, by: Sequence[str], kept: Sequence[str] = (), also: str = "") -> str:
    """Two numbers that tell sequences of touchpoints apart, with the length: per group of ``by``.

    Each is the sum over events of ``weight(place) * code``, modulo the prime 2³¹ - 1, with weights that mix the place
    by two fifth powers. For weights drawn at random two sequences have the same pair of numbers by chance once in
    4·10¹⁸; plain whole-number arithmetic gives them on every engine, in any order of the rows. See
    ``docs/decisions/0010-one-sql-for-all-engines.md``.

    Parameters
    ----------
    rows
        A SELECT that gives ``tp``, ``p`` (the place within the group, from 0) and the columns of ``by``. Code 0 leaves
        no trace.
    kept, also
        Further columns of the rows, and aggregates over these to give as well.
    """
    grouped = ", ".join(by)
    keys = ", ".join((*by, *kept))
    stage = f"SELECT {keys}, tp, " + ", ".join(
        f"(p * {a} + {b}) % {PRIME} AS x{k}" for k, (a, b, _) in enumerate(_MIXES)
    )
    stage += f" FROM ({rows}) AS placed"
    for turn in range(2):
        for made, formula in (("y", "x{k} * x{k}"), ("z", "y{k} * y{k}"), ("x", "z{k} * x{k}")):
            kept = ", ".join(f"x{k}" for k in range(len(_MIXES))) if made != "x" else ""
            new = ", ".join(
                (
                    f"({formula.format(k=k)} % {PRIME} + {_MIXES[k][2]}) % {PRIME} AS {made}{k}"
                    if made == "x" and turn == 0
                    else f"({formula.format(k=k)}) % {PRIME} AS {made}{k}"
                )
                for k in range(len(_MIXES))
            )
            stage = (
                f"SELECT {keys}, tp, {', '.join(part for part in (kept, new) if part)} FROM ({stage}) AS {made}_step"
            )
    sums = ", ".join(f"SUM((x{k} * tp) % {PRIME}) % {PRIME} AS h{k + 1}" for k in range(len(_MIXES)))
    more = f", {also}" if also else ""
    return f"SELECT {grouped}, COUNT(*) AS n, {sums}{more} FROM ({stage}) AS mixed GROUP BY {grouped}"

"""The groups of a comparison where the data are, and the middle of the times of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klantreis.events.durations import SECOND
from klantreis.events.filter import Filter
from klantreis.events.remote.view import Chosen, Extent

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog


@dataclass(frozen=True, slots=True)
class Members:
    """One of the groups: its events, how much it has, and the filter that says how long it was looked at."""

    chosen: Chosen
    extent: Extent
    until: Filter | None

    @property
    def log(self) -> RemoteLog:
        """Where the events are."""
        return self.chosen.log


@dataclass(frozen=True, slots=True)
class Middle(Sequence[float]):
    """Sorted values of which only some places are known: those around the middle and around what gives its interval."""

    n: int
    known: Mapping[int, float]

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, place: Any) -> Any:
        return self.known[place]


def middles(log: RemoteLog, rows: str, value: str, *, by: Sequence[str] = ()) -> dict[tuple[int, ...], Middle]:
    """The seconds around the middle, per group of ``by``.

    Parameters
    ----------
    rows
        A SELECT with the ``value``, in µs, and the columns of ``by``.
    """
    keys = "".join(f"{key}, " for key in by)
    partition = f"PARTITION BY {', '.join(by)} " if by else ""
    ranked = (
        f"SELECT {keys}{value}, WHOLE(ROW_NUMBER() OVER ({partition}ORDER BY {value})) AS place, "
        f"COUNT(*) OVER ({partition.strip()}) AS n FROM ({rows}) AS t"
    )
    # Half of n + 1, and a root of n to both sides of it; the exact places are chosen here.
    away = "ABS(2 * place - n - 1)"
    known: dict[tuple[int, ...], dict[int, float]] = {}
    sizes: dict[tuple[int, ...], int] = {}
    for row in log.ask(
        f"SELECT {keys}n, place, {value} FROM ({ranked}) AS r "
        f"WHERE {away} <= 1 OR ABS({away} - 2 * SQRT(n)) <= 3 OR place = 1 OR place = n"
    ):
        *key, n, place, found = map(int, row)
        sizes[tuple(key)] = n
        known.setdefault(tuple(key), {})[place - 1] = found / SECOND
    return {key: Middle(sizes[key], places) for key, places in known.items()}

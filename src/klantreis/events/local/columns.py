"""The events of a log as columns, sorted by customer and time: what every local question reads.

Text columns are coded: ``codes[i]`` says which of ``values`` event i has, and code 0 is "none" (``values[0]`` is the
empty text). Numbers are float64, with NaN for none. Times are int64 microseconds since 1970 UTC. The events of
customer c are those from ``offsets[c]`` up to ``offsets[c + 1]``; every customer has at least one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from klantreis.events.event import Event

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Codes = NDArray[np.unsignedinteger[Any]]
Times = NDArray[np.int64]
Offsets = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Coded:
    """A text column: a small code per event, and the text of each code (0: none)."""

    codes: Codes
    values: tuple[str, ...]


class PackedTexts(Sequence[str]):
    """Many texts kept as one run of UTF-8 bytes and the place where each ends; decoded when asked for."""

    def __init__(self, utf8: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self._utf8 = utf8
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[str, ...]: ...
    def __getitem__(self, place: int | slice) -> str | tuple[str, ...]:
        if isinstance(place, slice):
            return tuple(self[at] for at in range(*place.indices(len(self))))
        end = int(self._ends[place])
        at = place % len(self)
        return bytes(self._utf8[int(self._ends[at - 1]) if at else 0 : end]).decode("utf-8")


def packed(texts: Iterable[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes and the ends of ``PackedTexts``.

    Examples
    --------
    >>> tuple(PackedTexts(*packed(["an", "", "cé"])))
    ('an', '', 'cé')
    """
    raw = [text.encode("utf-8") for text in texts]
    ends = np.cumsum([len(part) for part in raw], dtype=np.int64)
    return np.frombuffer(b"".join(raw), dtype=np.uint8), ends


@dataclass(frozen=True, eq=False, slots=True)
class Columns:
    """All columns of one log; see the module's text for their form.

    Parameters
    ----------
    customers
        The customer ids, one per customer, in the order of ``offsets``.
    offsets, times
        Lengths: customers + 1, events.
    coded
        ``touchpoint``, ``channel`` when there is one, and the text attributes.
    numeric
        The numeric attributes.
    """

    customers: Sequence[str]
    offsets: Offsets
    times: Times
    coded: Mapping[str, Coded]
    numeric: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields a pattern can look at."""
        return (*self.coded, *self.numeric)


def sealed(array: NDArray[Any]) -> NDArray[Any]:
    """The same array, read-only and plain: a kernel is compiled once for one kind of array."""
    plain = np.ascontiguousarray(array).view(np.ndarray)
    plain.flags.writeable = False
    return plain


def coded_numbers(column: NDArray[np.float64]) -> tuple[NDArray[np.uint32], tuple[float, ...]]:
    """A code for each distinct number, from 1 in their order (NaN: 0), and the numbers.

    Examples
    --------
    >>> codes, numbers = coded_numbers(np.array([2.5, np.nan, 1.0, 2.5]))
    >>> codes.tolist(), numbers
    ([2, 0, 1, 2], (1.0, 2.5))
    """
    known = ~np.isnan(column)
    distinct, codes = np.unique(column[known], return_inverse=True)
    all_codes = np.zeros(len(column), dtype=np.uint32)
    all_codes[known] = codes + 1
    return all_codes, tuple(distinct.tolist())


def code_type(values: int) -> type[np.uint8] | type[np.uint16] | type[np.uint32]:
    """The smallest unsigned integer that can hold this many codes.

    Examples
    --------
    >>> code_type(256).__name__, code_type(257).__name__
    ('uint8', 'uint16')
    """
    if values <= 1 << 8:
        return np.uint8
    return np.uint16 if values <= 1 << 16 else np.uint32


def columns_of(events: Iterable[Event]) -> Columns:
    """Columns for events in memory; events at the same time keep the order in which they are given."""
    ordered = sorted(events, key=lambda event: (event.customer, event.time))
    customers = tuple(dict.fromkeys(event.customer for event in ordered))
    counts = dict.fromkeys(customers, 0)
    for event in ordered:
        counts[event.customer] += 1
    offsets = np.concatenate(([0], np.cumsum(list(counts.values())))).astype(np.int64)
    times = np.array([(event.time - EPOCH) // timedelta(microseconds=1) for event in ordered], dtype=np.int64)
    coded = {"touchpoint": _coded([event.touchpoint for event in ordered])}
    if any(event.channel for event in ordered):
        coded["channel"] = _coded([event.channel or "" for event in ordered])
    numeric = {}
    for name in sorted({name for event in ordered for name in event.attributes}):
        values = [event.attributes.get(name, "") for event in ordered]
        if all(value == "" or not isinstance(value, str) for value in values):
            numeric[name] = np.array([np.nan if value == "" else float(value) for value in values])
        else:
            coded[name] = _coded([str(value) for value in values])
    return Columns(customers, offsets, times, coded, numeric)


def _coded(values: list[str]) -> Coded:
    known = ("", *sorted({value for value in values if value}))
    numbers = {value: code for code, value in enumerate(known)}
    return Coded(np.array([numbers[value] for value in values], dtype=code_type(len(known))), known)

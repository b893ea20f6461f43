"""The credit for an outcome by every method side by side: rules, removal and coalition, on the same paths.

Where methods agree, the choice of method does not matter; where they do not, no single column is the answer. None of
them is causal: a channel that buyers meet anyway is on their paths too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from klantreis.analysis.behaviour.attribution_paths import PathTable, read_paths
from klantreis.analysis.behaviour.attribution_removal import Drawn, drawn_units, removal_of
from klantreis.analysis.behaviour.crediting_kernels import credit_by_rules
from klantreis.analysis.bootstrap import percentiles
from klantreis.analysis.result import Caution, Floats, Ints, Result, caution, check_level, plain
from klantreis.errors import InvalidInputError
from klantreis.events.kernels import counting as kernels
from klantreis.events.local.columns import sealed
from klantreis.events.local.counting import power_of_two

Rule = Literal["first", "last", "linear", "position", "shapley"]
RULES: tuple[Rule, ...] = ("first", "last", "linear", "position", "shapley")
#: Up to so many customers × channels are marked one by one, which is quicker than sorting.
MARKS = 500_000_000
#: Part of the first and of the last touch by position; what is between shares the rest.
ENDS = 0.4
#: Shares of one channel that lie further apart than this: the methods do not agree (our convention).
APART = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditShare(Result):
    """One channel by one method; ``estimate`` is its share of the credit, ``credit`` the outcomes that come to it."""

    channel: str
    credit: float


@dataclass(frozen=True, slots=True)
class CreditColumn:
    """One method: a rule, or ``removal-1``, ``removal-2`` for the removal effect by the order of the chain."""

    method: str
    shares: tuple[CreditShare, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditTable:
    """All methods for the same channels.

    Parameters
    ----------
    channels
        Most linear credit first.
    paths, outcomes, nulls
        Paths with a touch: all, those that led to the outcome, and those that led to nothing.
    direct
        Outcomes without a touch before them, which no method credits to anything.
    on_paths
        For each channel how many customers met it.
    """

    channels: tuple[str, ...]
    columns: tuple[CreditColumn, ...]
    customers: int
    paths: int
    outcomes: int
    nulls: int
    direct: int
    on_paths: tuple[int, ...]
    warnings: tuple[Caution, ...]
    hidden_below: int | None = None

    def share(self, method: str, channel: str) -> CreditShare:
        """One cell."""
        for column in self.columns:
            if column.method == method:
                for one in column.shares:
                    if one.channel == channel:
                        return one
        raise InvalidInputError(f"There is no credit by {method!r} for {channel!r}.")

    def suppressed(self, k: int) -> CreditTable:
        """The same without channels that fewer than ``k`` customers met."""
        shown = {channel for channel, met in zip(self.channels, self.on_paths, strict=True) if met >= k}
        columns = tuple(
            CreditColumn(one.method, tuple(share for share in one.shares if share.channel in shown))
            for one in self.columns
        )
        met = tuple(met for channel, met in zip(self.channels, self.on_paths, strict=True) if channel in shown)
        names = tuple(channel for channel in self.channels if channel in shown)
        return replace(self, channels=names, columns=columns, on_paths=met, hidden_below=k)

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in self.__dataclass_fields__}


@dataclass(frozen=True, eq=False, slots=True)
class _Touched:
    """Paths with a touch, one behind the other."""

    names: tuple[str, ...]
    touches: Ints
    offsets: Ints
    led: npt.NDArray[np.bool_]
    customer: Ints

    @property
    def lengths(self) -> Ints:
        return np.diff(self.offsets)

    @property
    def path(self) -> Ints:
        return np.repeat(np.arange(len(self.led)), self.lengths)


def credit_table(
    names: tuple[str, ...],
    touches: npt.NDArray[Any],
    offsets: Ints,
    led: npt.NDArray[np.bool_],
    customers: Ints,
    *,
    orders: tuple[int, ...] = (1, 2),
    draws: int = 200,
    confidence: float = 0.95,
    seed: int = 0,
) -> CreditTable:
    """Credit by every method.

    Parameters
    ----------
    names
        What each code stands for.
    touches, offsets
        Codes of all paths one behind the other; path p has those from ``offsets[p]`` up to ``offsets[p + 1]``.
    led
        Shape (paths,): whether it led to the outcome.
    customers
        Shape (paths,): whose it is, from 0. Customers are drawn again with all their paths.
    orders
        Orders of the Markov chain for the removal effect.
    draws
        Bootstrap draws; 0 for no intervals.

    Raises
    ------
    InvalidInputError
        When no path with a touch led to the outcome.

    Notes
    -----
    The intervals draw customers with all their paths.

    Examples
    --------
    >>> table = credit_table(("mail", "shop"), np.array([0, 1, 1, 0]), np.array([0, 2, 3, 4]),
    ...     np.array([True, True, False]), np.array([0, 1, 2]), draws=0)
    >>> {one.channel: one.credit for one in table.columns[0].shares}, table.nulls
    ({'shop': 1.0, 'mail': 1.0}, 1)
    """
    check_level(confidence)
    lengths = np.diff(offsets)
    some = lengths > 0
    direct = int((led & ~some).sum())
    kept = np.repeat(some, lengths)
    codes, present = _renumbered(touches[kept], names)
    ends = np.concatenate(([0], np.cumsum(lengths[some]))).astype(np.int64)
    found = _Touched(present, codes, ends, led[some], customers[some].astype(np.int64))
    if not found.led.any():
        raise InvalidInputError(
            "No path with a touch led to the outcome, so there is no credit to divide.",
            hint="Ask for another outcome, a longer lookback, or other touches.",
        )
    units = drawn_units(found.customer, seed)
    rules, first = _by_rules(found, units, draws, confidence, seed)
    linear = rules[RULES.index("linear")]
    order = np.argsort([-one.credit for one in linear.shares], kind="stable").tolist()
    removal, notes = _removal(found, units, orders, draws, confidence, seed)
    columns = tuple(CreditColumn(one.method, tuple(one.shares[place] for place in order)) for one in [*rules, *removal])
    on_paths = _met_by(found, first == 1)
    return CreditTable(
        channels=tuple(present[place] for place in order),
        columns=columns,
        customers=int(np.count_nonzero(np.bincount(customers))),
        paths=len(found.led),
        outcomes=int(found.led.sum()),
        nulls=int((~found.led).sum()),
        direct=direct,
        on_paths=tuple(int(on_paths[place]) for place in order),
        warnings=_cautions(columns, notes),
    )


def _renumbered(touches: npt.NDArray[Any], names: tuple[str, ...]) -> tuple[Ints, tuple[str, ...]]:
    """Codes from 0 for what occurs, and its names."""
    there = np.flatnonzero(np.bincount(touches, minlength=len(names)))
    number = np.zeros(len(names), dtype=np.int64)
    number[there] = np.arange(len(there))
    return number[touches], tuple(names[code] for code in there.tolist())


def _met_by(found: _Touched, first: npt.NDArray[np.bool_]) -> Ints:
    """How many customers met each kind."""
    kinds = len(found.names)
    cells = found.customer[found.path[first]] * kinds + found.touches[first]
    size = (int(found.customer.max()) + 1) * kinds
    if size > MARKS:
        return np.bincount(np.unique(cells) % kinds, minlength=kinds)
    marked = np.zeros(size, dtype=bool)
    marked[cells] = True
    return np.asarray(marked.reshape(-1, kinds).sum(axis=0))


def _by_rules(
    found: _Touched, groups: Ints, draws: int, confidence: float, seed: int
) -> tuple[list[CreditColumn], Ints]:
    """A column for each rule, and which touches are the first of their kind on their path."""
    kinds, units = len(found.names), int(groups.max()) + 1
    by_group, met = np.zeros((len(RULES), units, kinds)), np.empty(len(found.touches), dtype=np.int64)
    led = found.led.astype(np.int64)
    touched = (sealed(found.touches), sealed(found.offsets), sealed(led), sealed(groups))
    credit_by_rules(*touched, kinds, ENDS, by_group, met)
    times = np.random.default_rng(seed).multinomial(units, np.full(units, 1 / units), size=draws)
    return [_column(found, rule, by_group[place], times, confidence) for place, rule in enumerate(RULES)], met


def _column(found: _Touched, rule: Rule, by_group: Floats, times: Ints, confidence: float) -> CreditColumn:
    credit = by_group.sum(axis=0)
    n = int(found.led.sum())
    lows: list[float | None] = [None] * len(credit)
    highs: list[float | None] = [None] * len(credit)
    if len(times):
        drawn = times @ by_group
        drawn = drawn[drawn.sum(axis=1) > 0]
        low, high = percentiles(drawn / drawn.sum(axis=1, keepdims=True), confidence, cases=len(by_group))
        lows, highs = low.tolist(), high.tolist()
    how = "customers drawn again" if len(times) else "no interval"
    shares = tuple(
        CreditShare(
            estimate=float(credit[code] / n),
            low=lows[code],
            high=highs[code],
            n=n,
            method=f"{rule}, {how}",
            confidence=confidence,
            channel=name,
            credit=float(credit[code]),
        )
        for code, name in enumerate(found.names)
    )
    return CreditColumn(rule, shares)


def _removal(
    found: _Touched, units: Ints, orders: tuple[int, ...], draws: int, confidence: float, seed: int
) -> tuple[list[CreditColumn], list[Caution]]:
    """The removal effect by the order of the chain; equal paths are counted once."""
    if not orders:
        return [], []
    table, drawn = _counted(found, units)
    columns, notes = [], []
    for order in orders:
        answer = removal_of(table, drawn, order=order, draws=draws, confidence=confidence, seed=seed)
        by_name = {row.channel: row for row in answer.channels}
        shares = tuple(
            CreditShare(
                estimate=by_name[code].estimate,
                low=by_name[code].low,
                high=by_name[code].high,
                n=answer.n,
                method=by_name[code].method,
                confidence=confidence,
                channel=name,
                credit=by_name[code].credit,
            )
            for code, name in enumerate(found.names)
        )
        columns.append(CreditColumn(f"removal-{order}", shares))
        notes += [note for note in answer.warnings if note not in notes]
    return columns, notes


def _counted(found: _Touched, units: Ints) -> tuple[PathTable, Drawn]:
    """Different paths as codes with how often each led to the outcome and to nothing; and that for each unit."""
    n = len(found.led)
    slots = np.full(power_of_two(2 * n), -1, dtype=np.int64)
    example, counts = np.empty(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    groups = np.empty(n, dtype=np.int32)
    codes = found.touches.astype(np.uint8 if len(found.names) < 256 else np.uint32)
    different = kernels.group_sequences(sealed(codes), sealed(found.offsets), slots, example, counts, groups)
    listed = found.touches.tolist()
    begins, ends = found.offsets[:-1][example[:different]].tolist(), found.offsets[1:][example[:different]].tolist()
    paths = [tuple(listed[a:b]) for a, b in zip(begins, ends, strict=True)]
    won = np.bincount(groups[found.led], minlength=different).astype(np.float64)
    lost = np.bincount(groups[~found.led], minlength=different).astype(np.float64)
    table = read_paths(paths, won, lost)
    shape = (int(units.max()) + 1, different)
    each = [
        sparse.csr_array((np.ones(int(chosen.sum())), (units[chosen], groups[chosen])), shape=shape)
        for chosen in (found.led, ~found.led)
    ]
    return table, Drawn(each[0], each[1], int(np.count_nonzero(np.bincount(found.customer))))


def _cautions(columns: tuple[CreditColumn, ...], notes: list[Caution]) -> tuple[Caution, ...]:
    told = [caution("behaviour.credit_not_cause"), *notes, caution("behaviour.shapley_is_linear")]
    for row in zip(*(column.shares for column in columns), strict=True):
        shares = [(one.estimate or 0.0, column.method) for one, column in zip(row, columns, strict=True)]
        (least, low), (most, high) = min(shares), max(shares)
        if most - least > APART:
            told.append(
                caution(
                    "attribution.warning.disagree",
                    channel=row[0].channel,
                    low=round(100 * least),
                    high=round(100 * most),
                    by_low=low,
                    by_high=high,
                )
            )
    return tuple(dict.fromkeys(told))

"""A journey's steps and run rule turned into arrays over a log, and what the kernels count in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import NotFoundError
from klantreis.journeys import reality_kernels as kernels

if TYPE_CHECKING:
    from klantreis.events.local import LocalLog
    from klantreis.events.pattern import EventPattern
    from klantreis.journeys.journey import Journey, RunRule, Step

Ints = NDArray[np.int64]
DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True, eq=False, slots=True)
class RunTable:
    """The runs, in order of customer and first event: arrays of one length.

    ``first`` and ``stop`` are places in the log; with a key, events of other keys may lie between them.
    """

    customer: Ints
    first: Ints
    stop: Ints
    key: NDArray[np.int32]
    stands: NDArray[np.uint8]

    def arrays(self) -> tuple[Ints, Ints, Ints, NDArray[np.int32], NDArray[np.uint8]]:
        """As the kernels take them."""
        return self.customer, self.first, self.stop, self.key, self.stands


@dataclass(frozen=True, eq=False, slots=True)
class Counts:
    """What was counted; arrays by bound step (``bound``: their places in the map) or by touchpoint code."""

    bound: tuple[int, ...]
    runs: RunTable
    eligible: int
    last_times: Ints
    reached: Ints
    customers: Ints
    repeats: Ints
    after: Ints
    returned: Ints
    returned_by: Ints
    undeclared: Ints
    wait_steps: NDArray[np.int32]
    waits: Ints
    pairs: Ints
    pair_customers: Ints
    off_events: Ints
    off_runs: Ints
    off_customers: Ints
    totals: Ints


def bound_steps(steps: Sequence[Step]) -> tuple[int, ...]:
    """Places of the steps that events can show: observable, with a pattern."""
    return tuple(place for place, step in enumerate(steps) if step.observable and step.pattern is not None)


def declared_returns(steps: Sequence[Step]) -> NDArray[np.bool_]:
    """Which ways back the map declares: ``[p, s]``, by bound step.

    A loop is declared from p back to s when p, or a step after p that no event can show, loops to s, or to a step
    before s with nothing between that an event could have shown.
    """
    bound = bound_steps(steps)
    place = {step.id: index for index, step in enumerate(steps)}
    allowed = np.zeros((len(bound), len(bound)), dtype=np.bool_)
    for row, p in enumerate(bound):
        until = bound[row + 1] if row + 1 < len(bound) else len(steps)
        targets = {place[loop] for step in steps[p:until] if (loop := step.loop_to) is not None}
        for column, s in enumerate(bound[: row + 1]):
            since = bound[column - 1] + 1 if column else 0
            allowed[row, column] = any(since <= target <= s for target in targets)
    return allowed


def count(journey: Journey, rule: RunRule, log: LocalLog) -> Counts:
    """Cut the log into runs and walk them over the journey's steps."""
    bound = bound_steps(journey.steps)
    steps = [journey.steps[place] for place in bound]
    matching, flags = _marks(journey, rule, log, steps)
    times, offsets = _plain(log.times), _plain(log.offsets)
    keys, n_keys = _keys(rule, log)
    table, eligible = _runs(rule, log, flags=flags, keys=keys, n_keys=n_keys)
    nothing = np.empty(0, np.int64)
    chains = (nothing, nothing) if rule.key is None else kernels.chain_keys(offsets, keys, n_keys)
    step_counts, pairs, off, waits, totals = kernels.walk_runs(
        table.arrays(),
        chains,
        (times, flags, log.touchpoint_codes.astype(np.int32)),
        matching,
        np.array([not step.optional for step in steps], dtype=np.bool_),
        np.array([step.repeatable for step in steps], dtype=np.bool_),
        declared_returns(journey.steps),
        max(1, len(log.touchpoints)),
    )
    reached, customers, repeats, after, returned, returned_by, undeclared = step_counts
    return Counts(
        bound=bound,
        runs=table,
        eligible=eligible,
        last_times=waits[2],
        reached=reached,
        customers=customers,
        repeats=repeats,
        after=after,
        returned=returned,
        returned_by=returned_by,
        undeclared=undeclared,
        wait_steps=waits[0],
        waits=waits[1],
        pairs=pairs[0],
        pair_customers=pairs[1],
        off_events=off[0],
        off_runs=off[1],
        off_customers=off[2],
        totals=totals,
    )


def _marks(
    journey: Journey, rule: RunRule, log: LocalLog, steps: Sequence[Step]
) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    """Per event: the steps it matches, as bits, and what it is to the journey."""
    matching = np.zeros((max(1, -(-len(steps) // 64)), log.n_events), dtype=np.uint64)
    for place, step in enumerate(steps):
        assert step.pattern is not None  # noqa: S101 - a bound step has one
        mask = _mask(log, step.pattern, f"{journey.id} (steps.{step.id}.pattern)")
        matching[place >> 6] |= np.left_shift(mask, place & 63, dtype=np.uint64)
    flags = np.full(log.n_events, kernels.STARTS if rule.start is None else 0, dtype=np.uint8)
    for word in matching:
        flags[word != 0] |= kernels.BELONGS
    if rule.start is not None:
        flags[_mask(log, rule.start, f"{journey.id} (runs.start)")] |= kernels.STARTS | kernels.BELONGS
    if rule.end is not None:
        flags[_mask(log, rule.end, f"{journey.id} (runs.end)")] |= kernels.ENDS | kernels.BELONGS
    return matching, flags


def _runs(
    rule: RunRule, log: LocalLog, *, flags: NDArray[np.uint8], keys: NDArray[np.int32], n_keys: int
) -> tuple[RunTable, int]:
    eligible = np.ones(log.n_customers, dtype=np.bool_)
    if rule.customers is not None and log.n_events:
        eligible = np.logical_or.reduceat(_mask(log, rule.customers, "runs.customers"), log.offsets[:-1])
    arrays = kernels.find_runs(
        _plain(log.offsets),
        _plain(log.times),
        flags,
        keys,
        rule.key is not None,
        n_keys,
        eligible,
        -1 if rule.timeout_days is None else round(rule.timeout_days * DAY),
        0 if log.period is None else log.period[1],
        int(np.count_nonzero(flags & kernels.STARTS)),
    )
    return RunTable(*arrays), int(np.count_nonzero(eligible))


def _keys(rule: RunRule, log: LocalLog) -> tuple[NDArray[np.int32], int]:
    """The key code per event (0: none) and the number of codes; all 0 when runs have no key."""
    if rule.key is None:
        return np.zeros(log.n_events, dtype=np.int32), 1
    try:
        return log.attribute_codes(rule.key).astype(np.int32), len(log.attribute_values(rule.key))
    except NotFoundError as error:
        raise NotFoundError(f"runs.key: {error.message}", hint=error.hint) from None


def _mask(log: LocalLog, pattern: EventPattern, where: str) -> NDArray[np.bool_]:
    try:
        return log.mask(pattern)
    except NotFoundError as error:
        raise NotFoundError(f"{where}: {error.message}", hint=error.hint) from None


def _plain(array: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same array, read-only, mapped from a file or not: a kernel is compiled once for one kind of array."""
    plain = np.ascontiguousarray(array).view(np.ndarray)
    plain.flags.writeable = False
    return plain

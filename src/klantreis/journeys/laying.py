"""A journey's steps and run rule turned into arrays over a log, and what the kernels count in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import NotFoundError
from klantreis.journeys import reality_kernels as kernels
from klantreis.journeys.run_shares import runs_each

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
    step_sums: Ints
    wait_steps: NDArray[np.int32]
    waits: Ints
    wait_customers: Ints
    off_events: Ints
    off_runs: Ints
    off_customers: Ints
    off_sums: Ints
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


@dataclass(frozen=True, eq=False, slots=True)
class Laid:
    """A journey laid out over a log, before anything is counted.

    Events of one kind match the same patterns: ``kinds`` has the kind per event, ``flags`` and ``matched`` per kind
    what it is to the journey and which bound steps it matches. ``chains``: see ``chain_keys``; empty without a key.
    """

    bound: tuple[int, ...]
    kinds: NDArray[np.int32]
    flags: NDArray[np.uint8]
    matched: NDArray[np.bool_]
    runs: RunTable
    eligible: int
    chains: tuple[Ints, Ints]


def lay_out(journey: Journey, rule: RunRule, log: LocalLog) -> Laid:
    """Cut the log into runs, and say of every kind of event which steps it matches."""
    bound = bound_steps(journey.steps)
    kinds, flags, matched = _kinds(journey, rule, log, [journey.steps[place] for place in bound])
    keys, n_keys = _keys(rule, log)
    table, eligible = _runs(rule, log, kinds=kinds, flags=flags, keys=keys, n_keys=n_keys)
    nothing = np.empty(0, np.int64)
    chains = (nothing, nothing) if rule.key is None else kernels.chain_keys(plain(log.offsets), keys, n_keys)
    return Laid(bound, kinds, flags, matched, table, eligible, chains)


def count(journey: Journey, log: LocalLog, laid: Laid) -> Counts:
    """Walk the runs over the journey's steps."""
    steps = [journey.steps[place] for place in laid.bound]
    repeatable = np.array([step.repeatable for step in steps], dtype=np.bool_)
    step_counts, off, waits, totals = kernels.walk_runs(
        laid.runs.arrays(),
        laid.chains,
        (plain(log.times), laid.kinds, log.touchpoint_codes.astype(np.int32)),
        laid.flags,
        kernels.choices(laid.matched, repeatable),
        declared_returns(journey.steps),
        runs_each(laid.runs.customer),
        max(1, len(log.touchpoints)),
    )
    reached, customers, repeats, after, returned, returned_by, undeclared, step_sums = step_counts
    return Counts(
        bound=laid.bound,
        runs=laid.runs,
        eligible=laid.eligible,
        last_times=waits[3],
        reached=reached,
        customers=customers,
        repeats=repeats,
        after=after,
        returned=returned,
        returned_by=returned_by,
        undeclared=undeclared,
        step_sums=step_sums,
        wait_steps=waits[0],
        waits=waits[1],
        wait_customers=waits[2],
        off_events=off[0],
        off_runs=off[1],
        off_customers=off[2],
        off_sums=off[3],
        totals=totals,
    )


def _kinds(
    journey: Journey, rule: RunRule, log: LocalLog, steps: Sequence[Step]
) -> tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.bool_]]:
    """Events of one kind match the same patterns: the kind per event; per kind its flags and the steps it matches."""
    places: dict[EventPattern, str] = {}
    for step in steps:
        if step.pattern is not None:
            places.setdefault(step.pattern, f"{journey.id} (steps.{step.id}.pattern)")
    for name, pattern in (("start", rule.start), ("end", rule.end)):
        if pattern is not None:
            places.setdefault(pattern, f"{journey.id} (runs.{name})")
    kinds = np.zeros(log.n_events, dtype=np.int32)
    matching: list[frozenset[EventPattern]] = [frozenset()]
    for pattern, where in places.items():
        n = len(matching)
        parents = np.empty(n, dtype=np.int32)
        new = kernels.refine(mask_of(log, pattern, where), kinds, np.full(n, -1, dtype=np.int32), parents)
        matching += [matching[parent] | {pattern} for parent in parents[:new].tolist()]
    matched = np.array([[step.pattern in found for step in steps] for found in matching], dtype=np.bool_)
    flags = [_flag(rule, found) for found in matching]
    return kinds, np.array(flags, dtype=np.uint8), matched.reshape(len(matching), len(steps))


def _flag(rule: RunRule, found: frozenset[EventPattern]) -> int:
    starts = rule.start is None or rule.start in found
    ends = rule.end is not None and rule.end in found
    return kernels.STARTS * starts | kernels.ENDS * ends | kernels.BELONGS * bool(found)


def _runs(
    rule: RunRule,
    log: LocalLog,
    *,
    kinds: NDArray[np.int32],
    flags: NDArray[np.uint8],
    keys: NDArray[np.int32],
    n_keys: int,
) -> tuple[RunTable, int]:
    eligible = np.ones(log.n_customers, dtype=np.bool_)
    if rule.customers is not None and log.n_events:
        eligible = np.logical_or.reduceat(mask_of(log, rule.customers, "runs.customers"), log.offsets[:-1])
    arrays = kernels.find_runs(
        plain(log.offsets),
        plain(log.times),
        kinds,
        flags,
        keys,
        rule.key is not None,
        n_keys,
        eligible,
        -1 if rule.timeout_days is None else round(rule.timeout_days * DAY),
        0 if log.period is None else log.period[1],
        log.n_events if rule.start is None else int(np.count_nonzero((flags & kernels.STARTS)[kinds])),
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


def mask_of(log: LocalLog, pattern: EventPattern, where: str) -> NDArray[np.bool_]:
    """Which events match a pattern; an unknown field is told of with the place where it stands."""
    try:
        return log.mask(pattern)
    except NotFoundError as error:
        raise NotFoundError(f"{where}: {error.message}", hint=error.hint) from None


def plain(array: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same array, read-only, mapped from a file or not: a kernel is compiled once for one kind of array."""
    plain = np.ascontiguousarray(array).view(np.ndarray)
    plain.flags.writeable = False
    return plain

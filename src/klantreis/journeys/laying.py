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
    from klantreis.events.local.log import LocalLog
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
    room = 0 if rule.key is None else log.n_events
    chains = np.empty(room, np.int64), np.empty(room, np.int64)
    if rule.key is not None:
        kernels.chain_keys(plain(log.offsets), keys, np.full(n_keys, log.n_events, np.int64), *chains)
    return Laid(bound, kinds, flags, matched, table, eligible, chains)


def count(journey: Journey, log: LocalLog, laid: Laid) -> Counts:
    """Walk the runs over the journey's steps."""
    repeatable = np.array([journey.steps[place].repeatable for place in laid.bound], dtype=np.bool_)
    runs, n_steps, n_touchpoints = laid.runs, len(laid.bound), max(1, len(log.touchpoints))
    chosen = np.full((len(laid.matched), n_steps + 1), -1, np.int16)
    kernels.choices(laid.matched, repeatable, chosen)
    by_step, after = np.zeros((n_steps, 6), np.int64), np.zeros((n_steps, 5), np.int64)
    by_touchpoint = np.zeros((n_touchpoints, 3), np.int64)
    step_sums, off_sums = np.zeros((3 * n_steps, 2), np.int64), np.zeros((n_touchpoints + 1, 2), np.int64)
    totals, last_times = np.zeros(3, np.int64), np.empty(len(runs.first), np.int64)
    # A wait begins where a step is first seen in a run.
    room = min(len(runs.first) * n_steps, int((runs.stop - runs.first).sum()))
    wait_steps, waits, wait_customers = np.empty(room, np.int32), np.empty(room, np.int64), np.empty(room, np.int64)
    n_waits = kernels.walk_runs(
        runs.customer,
        runs.first,
        runs.stop,
        runs.stands,
        runs_each(runs.customer),
        *laid.chains,
        plain(log.times),
        laid.kinds,
        np.array(log.touchpoint_codes, dtype=np.int32),
        laid.flags,
        chosen,
        declared_returns(journey.steps),
        by_step,
        after,
        step_sums,
        by_touchpoint,
        off_sums,
        totals,
        last_times,
        wait_steps,
        waits,
        wait_customers,
        np.empty((n_steps, 4), np.bool_),
        np.full((n_steps, 2), -1, np.int64),
        np.zeros(3 * n_steps, np.int64),
        np.full((n_touchpoints, 2), -1, np.int64),
        np.zeros(n_touchpoints + 1, np.int64),
        np.zeros(len(laid.chains[0]), np.bool_),
    )
    return Counts(
        bound=laid.bound,
        runs=runs,
        eligible=laid.eligible,
        last_times=last_times,
        reached=by_step[:, kernels.STEP_RUNS],
        customers=by_step[:, kernels.STEP_CUSTOMERS],
        repeats=by_step[:, kernels.STEP_REPEATS],
        after=after,
        returned=by_step[:, kernels.STEP_RETURNED],
        returned_by=by_step[:, kernels.STEP_RETURNED_BY],
        undeclared=by_step[:, kernels.STEP_UNDECLARED],
        step_sums=step_sums.reshape(n_steps, 3, 2),
        wait_steps=wait_steps[:n_waits].copy(),
        waits=waits[:n_waits].copy(),
        wait_customers=wait_customers[:n_waits].copy(),
        off_events=by_touchpoint[:, kernels.EVENTS],
        off_runs=by_touchpoint[:, kernels.IN_RUNS],
        off_customers=by_touchpoint[:, kernels.OF_CUSTOMERS],
        off_sums=off_sums,
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
    room = log.n_events if rule.start is None else int(np.count_nonzero((flags & kernels.STARTS)[kinds]))
    customer, first, stop = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    key, stands = np.empty(room, np.int32), np.empty(room, np.uint8)
    n = kernels.find_runs(
        plain(log.offsets),
        plain(log.times),
        kinds,
        flags,
        keys,
        int(rule.key is not None),
        eligible,
        -1 if rule.timeout_days is None else round(rule.timeout_days * DAY),
        0 if log.period is None else log.period[1],
        customer,
        first,
        stop,
        key,
        stands,
        np.empty(room, np.int64),
        np.full(n_keys, -1, np.int64),
        np.empty(n_keys, np.int64),
        np.empty(n_keys, np.int64),
    )
    table = RunTable(customer[:n].copy(), first[:n].copy(), stop[:n].copy(), key[:n].copy(), stands[:n].copy())
    return table, int(np.count_nonzero(eligible))


def _keys(rule: RunRule, log: LocalLog) -> tuple[NDArray[np.int32], int]:
    """The key code per event (0: none) and the number of codes; all 0 when runs have no key."""
    if rule.key is None:
        return np.zeros(log.n_events, dtype=np.int32), 1
    try:
        return np.array(log.attribute_codes(rule.key), dtype=np.int32), len(log.attribute_values(rule.key))
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

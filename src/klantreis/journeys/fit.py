"""Fit: how well the runs that customers made follow the map, and how they leave it, in plain words.

Each closed run is laid beside the path on the map that differs least from it (an optimal alignment). What differs is of
four kinds: an unplanned contact (ad hoc), a step that is missing, steps in another order, a step that failed.
Nothing here is causal. What each number counts is said in ``docs/methods/fit.md``.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from klantreis.errors import InvalidInputError
from klantreis.journeys.drift import DeviationKind, Difference, Drift, Fitness, StepDrift, newcombe
from klantreis.journeys.fit_values import (
    KIND_OF,
    KINDS,
    ClosedRuns,
    Departure,
    FitMove,
    FitVariant,
    MapFit,
    StepDeviation,
    StepFit,
)
from klantreis.journeys.journey import Journey, RunRule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from klantreis.events.local.log import LocalLog
    from klantreis.events.log import EventLog
    from klantreis.events.remote.log import RemoteLog
    from klantreis.journeys.alignment import Alignments, Costs
    from klantreis.journeys.fit_counts import FitCounts, Way
    from klantreis.journeys.fit_traces import Traces

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["MapFit", "fit"]

CONFIDENCE = 0.95


def fit(
    journey: Journey,
    log: LocalLog | RemoteLog,
    *,
    before: date | None = None,
    costs: Costs | None = None,
    top: int = 10,
    resamples: int = 1000,
    seed: int = 1,
) -> MapFit:
    """Lay the closed runs of a log beside a journey's map.

    Parameters
    ----------
    journey
        With ``runs``, the rule that says where a run begins and ends.
    log
        The events; where these are on an engine, runs are cut there and only what was done in them comes back.
    before
        Compare the runs that began before this day with the others; without it, the day of the last review.
    costs
        What an event out of place and a missing step cost; without it, one each.
    top
        How many ways of leaving the map, and how many variants, to name.
    resamples, seed
        Of the bootstrap around the fitness.

    Raises
    ------
    InvalidInputError
        When the journey has no rule for its runs.
    NotFoundError
        When a pattern or the key names a field that the log does not have; the message names the place.
    UnsupportedQuestionError
        When the events are on an engine, and runs have a time-out but no start or differ too much.

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> from klantreis.events.event import Event
    >>> from klantreis.events.local.log import log_of
    >>> log = log_of([Event("an", datetime(2026, 1, 5, tzinfo=UTC), name) for name in ("pay", "shop")])
    >>> steps = [{"id": name, "phase": "use", "title": name, "pattern": f'touchpoint = "{name}"'} for name in
    ...          ("shop", "pay")]
    >>> journey = Journey.model_validate({
    ...     "id": "journey:shop", "title": "Shopping", "persona": "persona:an", "steps": steps,
    ...     "runs": {"dataset": "dataset:shop", "end": 'touchpoint = "shop"'},
    ... })
    >>> found = fit(journey, log)
    >>> found.fitness.value, [(one.way, one.step, one.other) for one in found.departures]
    (0.5, [('swapped', 'pay', 'shop')])
    """
    if journey.runs is None:
        raise InvalidInputError(
            f"{journey.id} does not say where a run begins and ends in the events.",
            hint="Give the journey `runs`, with at least the dataset; see docs/methods/reality.md.",
        )
    for name, value, least in (("top", top, 0), ("resamples", resamples, 1)):
        if value < least:
            raise InvalidInputError(f"{name} is a whole number from {least}, not {value}.")
    from klantreis.journeys.alignment import Costs
    from klantreis.journeys.fit_counts import count_deviations
    from klantreis.journeys.fit_traces import align_variants
    from klantreis.journeys.run_shares import share_where

    costs = costs or Costs()
    split = before or journey.reviewed_on
    traces = _traces(journey, journey.runs, log, split)
    aligned = align_variants(journey, traces, costs=costs)
    period = _period(traces, log, split)
    counts = count_deviations(traces, aligned, period=period, costs=costs)
    ids = [journey.steps[place].id for place in traces.bound]
    n = len(traces.customer)
    who = traces.customer
    draw = {"resamples": resamples, "seed": seed}
    off = traces.off_events * costs.log
    at = len(ids)
    return MapFit(
        journey=journey.id,
        rule=journey.runs,
        runs=ClosedRuns(closed=n, customers=_different(who), open=traces.n_open, variants=len(traces.leaders)),
        fitness=_fitness(who, counts.cost, counts.worst, **draw) if ids else None,
        fitness_with_ad_hoc=_fitness(who, counts.cost + off, counts.worst + off, **draw) if ids else None,
        follow=share_where(who, counts.cost == 0) if ids else None,
        kinds=tuple(_deviation(counts, kind, at + 1) for kind in _kinds_of(journey)),
        before_steps=_deviation(counts, "ad_hoc", at),
        steps=_steps(journey, traces, counts),
        departures=_departures(traces, counts, ids, log, top=top),
        variants=_variants(traces, aligned, counts, ids, top=top),
        drift=None
        if split is None
        else _drift(journey, traces, aligned, counts, split=split, period=period, top=top, **draw),
    )


def _traces(journey: Journey, rule: RunRule, log: LocalLog | RemoteLog, split: date | None) -> Traces:
    from klantreis.events.local.log import LocalLog

    if isinstance(log, LocalLog):
        from klantreis.journeys.fit_traces import read_traces
        from klantreis.journeys.laying import lay_out

        return read_traces(journey, log, lay_out(journey, rule, log))
    from klantreis.journeys.fit_on_engine import traces_on_engine

    return traces_on_engine(journey, rule, log, split=split)


def _period(traces: Traces, log: LocalLog | RemoteLog, split: date | None) -> NDArray[np.int32]:
    """0 for a run that began before the day, 1 for the others; without a day all are 0."""
    import numpy as np

    from klantreis.events.filter import bounds, zone_named

    if split is None:
        return np.zeros(len(traces.began), np.int32)
    moment, _ = bounds((split, None), zone_named(log.zone_name))
    return (traces.began >= (moment or 0)).astype(np.int32)


def _fitness(customer: Ints, cost: Ints, worst: Ints, *, resamples: int, seed: int) -> Fitness:
    from klantreis.journeys import fit_interval as draws
    from klantreis.journeys.alignment import fitness

    total, most, customers = int(cost.sum()), int(worst.sum()), _different(customer)
    value = fitness(cost=total, worst=most)
    plain = {"value": value, "cost": total, "worst": most, "runs": len(customer), "customers": customers}
    if value is None or customers < draws.FEWEST:
        return Fitness(**plain)
    sums = draws.resampled(draws.per_customer(customer, cost, worst), resamples=resamples, seed=seed)
    found = draws.interval(draws.fitness_of(sums[:, 0], sums[:, 1]), confidence=CONFIDENCE)
    low, high = found or (None, None)
    return Fitness(**plain, low=low, high=high, resamples=len(sums))


def _drift(
    journey: Journey,
    traces: Traces,
    aligned: Alignments,
    counts: FitCounts,
    *,
    split: date,
    period: NDArray[np.int32],
    top: int,
    resamples: int,
    seed: int,
) -> Drift:
    import numpy as np

    from klantreis.journeys import fit_interval as draws

    later = period == 1
    customer, cost, worst = traces.customer, counts.cost, counts.worst
    parts = [
        _fitness(customer[part], cost[part], worst[part], resamples=resamples, seed=seed) for part in (~later, later)
    ]
    before, after = parts
    difference = None
    if before.value is not None and after.value is not None:
        both = None
        if min(before.customers, after.customers) >= draws.FEWEST:
            # A customer with runs in both periods is drawn with all of them.
            columns = [np.where(part, amount, 0) for part in (~later, later) for amount in (cost, worst)]
            sums = draws.resampled(draws.per_customer(customer, *columns), resamples=resamples, seed=seed)
            fits = [draws.fitness_of(sums[:, at], sums[:, at + 1]) for at in (0, 2)]
            both = draws.interval(fits[1] - fits[0], confidence=CONFIDENCE)
        low, high = both or (None, None)
        difference = Difference(value=after.value - before.value, low=low, high=high, method="bootstrap-by-customer")
    bound = [journey.steps[place] for place in traces.bound]
    rows: list[tuple[str | None, DeviationKind, int]] = [(None, kind, len(bound) + 1) for kind in _kinds_of(journey)]
    rows += [
        (step.id, kind, at)
        for at, step in enumerate(bound)
        for number, kind in enumerate(KINDS)
        if counts.customers(number, at)
    ]
    steps = []
    for step_id, kind, at in rows:
        number = KINDS.index(kind)
        shares = [counts.share(number, at, period=part) for part in (0, 1)]
        steps.append(
            StepDrift(
                step=step_id,
                kind=kind,
                before=shares[0],
                before_customers=counts.customers(number, at, period=0),
                after=shares[1],
                after_customers=counts.customers(number, at, period=1),
                difference=newcombe(*shares),
            )
        )
    seen = [np.bincount(traces.variant[part], minlength=len(traces.leaders)) for part in (~later, later)]
    # Without an earlier run every variant would be new.
    new = np.flatnonzero((seen[0] == 0) & (seen[1] > 0)) if before.runs else np.empty(0, np.int64)
    new = new[np.argsort(-seen[1][new], kind="stable")]
    ids = [step.id for step in bound]
    return Drift(
        split=split,
        before=before,
        after=after,
        difference=difference,
        steps=tuple(steps),
        new_variants=tuple(_variant(traces, aligned, counts, ids, one, among=later) for one in new[:top].tolist()),
    )


def _deviation(counts: FitCounts, kind: DeviationKind, at: int) -> StepDeviation:
    number = KINDS.index(kind)
    return StepDeviation(kind=kind, runs=counts.share(number, at), customers=counts.customers(number, at))


def _kinds_of(journey: Journey) -> tuple[DeviationKind, ...]:
    """A failure can be seen only where a step says which events show it."""
    failing = any(step.failed is not None and step.observable and step.pattern is not None for step in journey.steps)
    return tuple(kind for kind in KINDS if kind != "failed" or failing)


def _steps(journey: Journey, traces: Traces, counts: FitCounts) -> tuple[StepFit, ...]:
    row_of = {place: row for row, place in enumerate(traces.bound)}
    return tuple(
        StepFit(
            id=step.id,
            title=step.title,
            bound=place in row_of,
            deviations=tuple(
                _deviation(counts, kind, row_of[place])
                for kind in KINDS
                if place in row_of and (kind != "failed" or step.failed is not None)
            ),
        )
        for place, step in enumerate(journey.steps)
    )


def _departures(traces: Traces, counts: FitCounts, ids: list[str], log: EventLog, *, top: int) -> tuple[Departure, ...]:
    from klantreis.journeys.fit_counts import off_map_ways

    def order(way: Way) -> tuple[int, int, str, int, int, str]:
        name = log.touchpoints[way.touchpoint] if way.touchpoint >= 0 else ""
        return -way.share.count, -way.customers, way.way, way.step, way.other, name

    return tuple(
        Departure(
            way=way.way,
            kind=KIND_OF[way.way],
            step=ids[way.step] if way.step >= 0 else None,
            other=ids[way.other] if way.other >= 0 else None,
            touchpoint=log.touchpoints[way.touchpoint] if way.touchpoint >= 0 else None,
            runs=way.share,
            customers=way.customers,
        )
        for way in sorted([*counts.ways, *off_map_ways(traces, counts)], key=order)[:top]
    )


def _variants(
    traces: Traces, aligned: Alignments, counts: FitCounts, ids: list[str], *, top: int
) -> tuple[FitVariant, ...]:
    import numpy as np

    sizes = np.bincount(traces.variant, minlength=len(traces.leaders))
    return tuple(
        _variant(traces, aligned, counts, ids, one, among=None)
        for one in np.argsort(-sizes, kind="stable")[:top].tolist()
    )


def _variant(
    traces: Traces, aligned: Alignments, counts: FitCounts, ids: list[str], variant: int, *, among: Bools | None
) -> FitVariant:
    """One variant, as a share of all runs or of some."""
    from klantreis.journeys.alignment import MOVE_KINDS
    from klantreis.journeys.run_shares import share_where

    moves = []
    for at in range(aligned.offsets[variant], aligned.offsets[variant + 1]):
        label = int(aligned.label[at])
        step = label if label >= 0 else int(counts.stands_for[counts.offsets[variant] + aligned.event[at]])
        moves.append(FitMove(move=MOVE_KINDS[aligned.kind[at]], step=ids[step]))
    here = traces.variant == variant
    customer = traces.customer
    return FitVariant(
        moves=tuple(moves),
        cost=int(aligned.cost[variant]),
        runs=share_where(customer, here) if among is None else share_where(customer[among], here[among]),
        customers=_different(customer[here]),
    )


def _different(customer: Ints) -> int:
    import numpy as np

    return len(np.unique(customer))

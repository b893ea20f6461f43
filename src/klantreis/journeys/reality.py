"""Reality: the journeys that customers really made, laid on the map, with the number of customers beside it.

It answers, per run (one customer's travel from start to end, time-out or the end of the data): which steps were
reached, what came after, after how long, what came back, what came in another order, what stands on no map, and how
many runs fit. Nothing here is causal. What each number counts is said in ``docs/methods/reality.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from klantreis.errors import InvalidInputError
from klantreis.events.share import Share
from klantreis.journeys.journey import Journey, RunRule
from klantreis.journeys.medians import Wait
from klantreis.values import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from klantreis.events.local.log import LocalLog
    from klantreis.journeys.laying import Counts, Laid
    from klantreis.journeys.run_shares import RunSizes

    Ints = NDArray[np.int64]


class After(Value):
    """What came after the last time a step was seen in a run; the four add up to the runs that reached it.

    ``went_on``: another step of the map. ``elsewhere``: only touchpoints that are not on the map, until the run timed
    out. ``ended``: nothing; ``at_end`` of these by the run's end pattern, the others fell silent until the time-out.
    ``open``: the data end first. A None is hidden, as the group is small.
    """

    went_on: int | None
    elsewhere: int | None
    ended: int | None
    at_end: int | None
    open: int | None


class StepReality(Value):
    """One step of the map and what the events show of it.

    ``bound`` is False for a step that no event can show (no pattern, or not observable): then it has no numbers and
    does not count against the fit. ``hidden`` is True when its numbers are left out, as the group is small.
    """

    id: str
    title: str
    bound: bool
    optional: bool
    repeatable: bool
    never_seen: bool = False
    hidden: bool = False
    reach: Share | None = None
    customers: int | None = None
    repeats: int | None = None
    after: After | None = None
    dropped_out: Share | None = None
    next: Wait | None = None
    came_back: Share | None = None
    came_back_customers: int | None = None
    came_back_undeclared: int | None = None


class Deviation(Value):
    """Closed runs in which a ``later`` step came before an ``earlier`` one where the map does not allow it."""

    later: str
    earlier: str
    runs: Share
    customers: int


class Disorder(Value):
    """Order deviations: the share of closed runs with at least one, and the pairs, most frequent first."""

    runs: Share | None
    customers: int | None
    pairs: tuple[Deviation, ...]


class OffMapTouchpoint(Value):
    """A touchpoint with events that match no step (nor the start or end of a run)."""

    touchpoint: str
    events: int
    runs: Share
    customers: int


class OffMap(Value):
    """What was seen in runs but is not on the map; ``touchpoints`` holds the most frequent, by runs."""

    distinct: int
    events: int | None
    runs: Share | None
    customers: int | None
    touchpoints: tuple[OffMapTouchpoint, ...]


class Fit(Value):
    """The share of closed runs that fit: those that follow a path which the map allows, as in ``fit.py``.

    ``missing``, ``disordered`` and ``wrong_repeat`` say why the others do not; a run can have several reasons.
    ``open`` runs are not judged. Without one bound step there is nothing to fit: ``share`` is None.
    """

    share: Share | None
    missing: int | None
    disordered: int | None
    wrong_repeat: int | None
    open: int | None


class Runs(Value):
    """The runs: how many, by how many of the customers that the rule looks at, and how they stand.

    ``customers_with_runs`` counts customers with at least one run. ``first`` and ``last`` are the times of the first
    and last event in any run, ``data_until`` that of the last event of the log (ISO 8601, UTC).
    """

    n: int
    ended: int
    timed_out: int
    open: int
    without_steps: int
    customers: int
    customers_with_runs: int
    first: str | None
    last: str | None
    data_until: str | None


class Reality(Value):
    """A log laid on a journey."""

    method: ClassVar[str] = "reality"
    #: Which runs stand below each share.
    basis: ClassVar[dict[str, str]] = {
        "steps.reach": "all runs, open ones included",
        "steps.dropped_out": "runs that reached the step, open ones included",
        "steps.came_back": "runs that reached the step, open ones included",
        "steps.next": "runs in which another step followed the first time this step was seen",
        "disorder.runs": "closed runs: ended or timed out",
        "off_map.runs": "all runs, open ones included",
        "fit.share": "closed runs: ended or timed out",
    }
    causal: ClassVar[bool] = False

    journey: str
    rule: RunRule
    runs: Runs
    steps: tuple[StepReality, ...]
    disorder: Disorder
    off_map: OffMap
    fit: Fit
    hidden_below: int | None = None

    def step(self, step_id: str) -> StepReality | None:
        """The reality of one step; None when the journey has no such step."""
        return next((step for step in self.steps if step.id == step_id), None)

    def suppressed(self, k: int = 5) -> Reality:
        """The same without the numbers of groups smaller than ``k`` customers (or runs); they become None.

        Raises
        ------
        InvalidInputError
            When ``k`` is less than 1.
        """
        from klantreis.journeys.small_groups import suppressed

        return suppressed(self, k)

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "method": self.method,
            "causal": self.causal,
            "basis": dict(self.basis),
            **self.model_dump(mode="json"),
        }


def reality(journey: Journey, log: LocalLog, *, top: int = 20) -> Reality:
    """Lay an event log on a journey.

    Parameters
    ----------
    journey
        With ``runs``, the rule that says where a run begins and ends.
    log
        The events.
    top
        How many touchpoints that are not on the map to name.

    Raises
    ------
    InvalidInputError
        When the journey has no rule for its runs.
    NotFoundError
        When a pattern or the key names a field that the log does not have; the message names the place.

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> from klantreis.events.event import Event
    >>> from klantreis.events.local.log import log_of
    >>> log = log_of([Event("an", datetime(2026, 1, 5, tzinfo=UTC), "shop")])
    >>> journey = Journey.model_validate({
    ...     "id": "journey:shop", "title": "Shopping", "persona": "persona:an", "runs": {"dataset": "dataset:shop"},
    ...     "steps": [{"id": "visit", "phase": "use", "title": "I go to the shop", "pattern": 'touchpoint = "shop"'}],
    ... })
    >>> reality(journey, log).step("visit").reach.count
    1
    """
    if journey.runs is None:
        raise InvalidInputError(
            f"{journey.id} does not say where a run begins and ends in the events.",
            hint="Give the journey `runs`, with at least the dataset; see docs/methods/reality.md.",
        )
    if top < 0:
        raise InvalidInputError(f"top is a number of touchpoints, not {top}.")
    from klantreis.journeys.laying import count, lay_out
    from klantreis.journeys.run_shares import sizes_of

    laid = lay_out(journey, journey.runs, log)
    counts = count(journey, log, laid)
    whole = sizes_of(laid.runs.customer)
    fit, disorder = _fit(journey, log, laid)
    return Reality(
        journey=journey.id,
        rule=journey.runs,
        runs=_runs(counts, log, customers=whole.customers),
        steps=_steps(journey, counts, whole),
        disorder=disorder,
        off_map=_off_map(counts, log, whole, top=top),
        fit=fit,
    )


def _runs(counts: Counts, log: LocalLog, *, customers: int) -> Runs:
    import numpy as np

    from klantreis.journeys.reality_kernels import ENDED, NO_STEP, OPEN, TIMED_OUT

    table = counts.runs
    stands = np.bincount(table.stands, minlength=3)
    some = len(table.first) > 0
    return Runs(
        n=len(table.first),
        ended=int(stands[ENDED]),
        timed_out=int(stands[TIMED_OUT]),
        open=int(stands[OPEN]),
        without_steps=int(counts.totals[NO_STEP]),
        customers=counts.eligible,
        customers_with_runs=customers,
        first=_moment(int(log.times[table.first].min())) if some else None,
        last=_moment(int(counts.last_times.max())) if some else None,
        data_until=_moment(log.period[1]) if log.period else None,
    )


def _steps(journey: Journey, counts: Counts, whole: RunSizes) -> tuple[StepReality, ...]:
    from klantreis.journeys.medians import wait_of
    from klantreis.journeys.reality_kernels import (
        AT_END,
        DROPPED,
        ELSEWHERE,
        REACHED,
        RETURNED,
        SILENT,
        SQUARES,
        STILL_OPEN,
        WENT_ON,
    )
    from klantreis.journeys.run_shares import RunSizes

    row_of = {place: row for row, place in enumerate(counts.bound)}
    found = []
    for place, step in enumerate(journey.steps):
        plain = {"id": step.id, "title": step.title, "optional": step.optional, "repeatable": step.repeatable}
        row = row_of.get(place)
        if row is None:
            found.append(StepReality(**plain, bound=False))
            continue
        after, reached, sums = counts.after[row], int(counts.reached[row]), counts.step_sums[row]
        reaching = RunSizes(reached, int(counts.customers[row]), int(sums[REACHED, SQUARES]))
        waiting = counts.wait_steps == row
        found.append(
            StepReality(
                **plain,
                bound=True,
                never_seen=reached == 0,
                reach=_share(whole, reached, sums[REACHED]),
                customers=int(counts.customers[row]),
                repeats=int(counts.repeats[row]),
                after=After(
                    went_on=int(after[WENT_ON]),
                    elsewhere=int(after[ELSEWHERE]),
                    ended=int(after[AT_END] + after[SILENT]),
                    at_end=int(after[AT_END]),
                    open=int(after[STILL_OPEN]),
                ),
                dropped_out=_share(reaching, int(after[ELSEWHERE] + after[SILENT]), sums[DROPPED]),
                next=wait_of(counts.waits[waiting], customer=counts.wait_customers[waiting]),
                came_back=_share(reaching, int(counts.returned[row]), sums[RETURNED]),
                came_back_customers=int(counts.returned_by[row]),
                came_back_undeclared=int(counts.undeclared[row]),
            )
        )
    return tuple(found)


def _off_map(counts: Counts, log: LocalLog, whole: RunSizes, *, top: int) -> OffMap:
    from klantreis.journeys.reality_kernels import OFF_CUSTOMERS, OFF_RUNS

    names = log.touchpoints
    codes = [code for code in range(len(names)) if counts.off_events[code]]
    codes.sort(key=lambda code: (-counts.off_runs[code], -counts.off_events[code], names[code]))
    return OffMap(
        distinct=len(codes),
        events=int(counts.off_events.sum()),
        runs=_share(whole, int(counts.totals[OFF_RUNS]), counts.off_sums[-1]),
        customers=int(counts.totals[OFF_CUSTOMERS]),
        touchpoints=tuple(
            OffMapTouchpoint(
                touchpoint=names[code],
                events=int(counts.off_events[code]),
                runs=_share(whole, int(counts.off_runs[code]), counts.off_sums[code]),
                customers=int(counts.off_customers[code]),
            )
            for code in codes[:top]
        ),
    )


def _fit(journey: Journey, log: LocalLog, laid: Laid) -> tuple[Fit, Disorder]:
    """What ``fit.py`` says of the closed runs, in short: the same alignment, the same numbers."""
    import numpy as np

    from klantreis.journeys import fit_kernels as kernels
    from klantreis.journeys.alignment import Costs
    from klantreis.journeys.fit_counts import count_deviations
    from klantreis.journeys.fit_traces import align_variants, read_traces
    from klantreis.journeys.run_shares import share_where

    ids = [journey.steps[place].id for place in laid.bound]
    traces = read_traces(journey, log, laid)
    aligned = align_variants(journey, traces, costs=Costs())
    one_period = np.zeros(len(traces.customer), np.int32)
    counts = count_deviations(traces, aligned, period=one_period, costs=Costs())
    anywhere = len(ids) + 1
    swapped = sorted(
        (way for way in counts.ways if way.way == "swapped"), key=lambda way: (-way.share.count, way.step, way.other)
    )
    disorder = Disorder(
        runs=counts.share(kernels.ORDER, anywhere),
        customers=counts.customers(kernels.ORDER, anywhere),
        pairs=tuple(
            Deviation(later=ids[way.step], earlier=ids[way.other], runs=way.share, customers=way.customers)
            for way in swapped
        ),
    )
    fit = Fit(
        share=share_where(traces.customer, counts.cost == 0) if ids else None,
        missing=int(counts.by_step[2, kernels.MISSING, anywhere, kernels.RUNS]),
        disordered=int(counts.by_step[2, kernels.ORDER, anywhere, kernels.RUNS]),
        wrong_repeat=int(np.count_nonzero(counts.again)),
        open=traces.n_open,
    )
    return fit, disorder


def _share(whole: RunSizes, count: int, sums: Ints) -> Share:
    from klantreis.journeys.reality_kernels import CROSSES, SQUARES

    return whole.share(count, squares=int(sums[SQUARES]), crosses=int(sums[CROSSES]))


def _moment(microseconds: int) -> str:
    from datetime import timedelta

    from klantreis.events.local.columns import EPOCH

    return (EPOCH + timedelta(microseconds=microseconds)).isoformat()

"""The answer to how well runs follow a map: frozen values, each with its n, as ``fit.py`` computes them."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, get_args

from klantreis.events.share import Share
from klantreis.journeys.drift import DeviationKind, Drift, Fitness
from klantreis.journeys.fit_variants import FitMove as FitMove
from klantreis.journeys.fit_variants import FitVariant as FitVariant
from klantreis.journeys.journey import RunRule
from klantreis.values import Value

KINDS: tuple[DeviationKind, ...] = get_args(DeviationKind)
WayOff = Literal["off_map", "again", "skipped", "stopped", "swapped", "failed"]
#: Which of the four kinds each way of leaving the map is.
KIND_OF: dict[WayOff, DeviationKind] = {
    "off_map": "ad_hoc",
    "again": "ad_hoc",
    "skipped": "missing",
    "stopped": "missing",
    "swapped": "order",
    "failed": "failed",
}


class StepDeviation(Value):
    """Closed runs in which a step (or, without one, any step) deviates in this way."""

    kind: DeviationKind
    runs: Share
    customers: int


class StepFit(Value):
    """One step of the map and how runs deviate there.

    ``bound`` is False for a step that no event can show: it has no numbers and costs nothing. ``failed`` stands among
    the ``deviations`` only when the step says which events show a failure. A kind is left out when its group is small.
    """

    id: str
    title: str
    bound: bool
    deviations: tuple[StepDeviation, ...] = ()

    def deviation(self, kind: DeviationKind) -> StepDeviation | None:
        """The deviation of one kind; None when it has no number."""
        return next((one for one in self.deviations if one.kind == kind), None)


class Departure(Value):
    """One way in which customers leave the map.

    ``off_map``: ``touchpoint``, which is on no step, came after ``other`` (None: before any step). ``again``: ``step``
    came again where the map does not say so. ``skipped``: ``step`` was passed over. ``stopped``: the run went no
    further than ``other`` (None: it shows no step), and ``step`` should have followed. ``swapped``: ``step`` came
    before ``other``, which stands before it on the map. ``failed``: ``step`` failed.
    """

    way: WayOff
    kind: DeviationKind
    step: str | None = None
    other: str | None = None
    touchpoint: str | None = None
    runs: Share
    customers: int


class ClosedRuns(Value):
    """How many runs were laid beside the map; ``open`` ones are not judged, ``variants`` are the distinct traces."""

    closed: int
    customers: int
    open: int
    variants: int


class MapFit(Value):
    """How well runs follow a map.

    ``fitness`` counts the steps of the map only, ``fitness_with_ad_hoc`` every contact off the map too. ``follow`` is
    the share of runs without a deviation in the steps. ``kinds`` has the four kinds anywhere in a run, ``before_steps``
    the contacts off the map before any step.
    """

    method: ClassVar[str] = "fit"
    basis: ClassVar[str] = "closed runs: ended or timed out"
    causal: ClassVar[bool] = False

    journey: str
    rule: RunRule
    runs: ClosedRuns
    fitness: Fitness | None
    fitness_with_ad_hoc: Fitness | None
    follow: Share | None
    kinds: tuple[StepDeviation, ...]
    before_steps: StepDeviation | None
    steps: tuple[StepFit, ...]
    departures: tuple[Departure, ...]
    variants: tuple[FitVariant, ...]
    drift: Drift | None = None
    hidden_below: int | None = None

    def step(self, step_id: str) -> StepFit | None:
        """The fit at one step; None when the journey has no such step."""
        return next((step for step in self.steps if step.id == step_id), None)

    def suppressed(self, k: int = 5) -> MapFit:
        """The same without the numbers of groups smaller than ``k`` customers.

        Raises
        ------
        InvalidInputError
            When ``k`` is less than 1.
        """
        from klantreis.journeys.fit_small_groups import suppressed

        return suppressed(self, k)

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {"method": self.method, "causal": self.causal, "basis": self.basis, **self.model_dump(mode="json")}

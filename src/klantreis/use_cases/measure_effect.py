"""Measure an effect as planned, and keep what came of it: the result in its measurement, the number behind a claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from klantreis.edits import AddItem, SetField
from klantreis.errors import InvalidInputError, NotFoundError, Said
from klantreis.events.dataset import Dataset
from klantreis.ids import slug_of
from klantreis.measurement.measurement import EffectPlan, EffectResult, Measurement
from klantreis.research.claim import Evidence
from klantreis.store.protocol import Store
from klantreis.use_cases.edit import Edited, edit
from klantreis.use_cases.put_evidence import put_evidence

if TYPE_CHECKING:
    from klantreis.analysis.effect.power import Power
    from klantreis.events.local.log import LocalLog


@dataclass(frozen=True, eq=False, slots=True)
class LogOf:
    """The open log of a plan's dataset, and the digest of what is in it."""

    log: LocalLog
    digest: str


def find_measurement(store: Store, name: str) -> Measurement:
    """A measurement by its id or its slug; NotFoundError names those that exist."""
    return store.load().get(name if ":" in name else f"measurement:{name}", Measurement)


def measure_effect(store: Store, name: str, *, on: date) -> EffectResult:
    """The effect that a measurement asks for, computed from the log of its dataset; nothing is kept.

    Parameters
    ----------
    name
        The measurement's id or its slug.
    on
        Today.

    Raises
    ------
    NotFoundError
        When there is no such measurement or log, or the plan names what the log does not know.
    InvalidInputError
        When the dataset names no log, its events are on an engine, or there is nobody to compare.
    """
    from klantreis.measurement.measuring import measure

    plan = find_measurement(store, name).plan
    found = log_of_plan(store, plan)
    return measure(plan, found.log, on=on, data=found.digest)


def keep_result(store: Store, name: str, result: EffectResult, *, by: str, at: datetime | None = None) -> Edited | None:
    """Put a result behind the measurement's earlier ones, by an ordinary change that can be undone.

    Returns None, and saves nothing, when the last result has the same numbers and says the same of them.
    """
    held = find_measurement(store, name)
    before = held.latest
    if before and before.model_copy(update={"computed_on": result.computed_on, "data": result.data}) == result:
        return None
    value = result.model_dump(mode="json", exclude_defaults=True)
    return edit(store, held.id, AddItem(path=("results",), value=value), by=by, at=at)


def evidence_of(held: Measurement, result: EffectResult, finding: str) -> Evidence:
    """A result as evidence: its source is the dataset, and its method the comparison.

    Parameters
    ----------
    finding
        What was found, in one sentence.

    Raises
    ------
    InvalidInputError
        When the result has no number.
    """
    if result.estimate is None:
        raise InvalidInputError(
            "The data do not determine the effect, so there is no number to give as evidence.",
            message_id="measurement.error.no_number",
        )
    return Evidence(
        id=f"effect-{slug_of(held.id)}"[:80].rstrip("-."),
        source=held.plan.dataset,
        finding=finding,
        estimate=result.estimate,
        locator=held.id,
        collected_on=held.plan.measured.end,
    )


def keep_evidence(
    store: Store, place: str, evidence: Evidence, *, by: str, at: datetime | None = None
) -> Edited | None:
    """Put a measured effect behind a claim; see :func:`klantreis.use_cases.put_evidence.put_evidence`."""
    return put_evidence(store, place, evidence, by=by, at=at)


def customers_needed(store: Store, name: str, *, power: float = 0.8) -> Power:
    """How many customers a planned experiment needs in each group, by how much customers differ in the baseline."""
    from klantreis.measurement.planning import needed

    plan = find_measurement(store, name).plan
    return needed(plan, log_of_plan(store, plan).log, power=power)


def keep_needed(store: Store, name: str, n: int, *, by: str, at: datetime | None = None) -> Edited | None:
    """Write into a plan how many customers it needs in all; None when that is what it says."""
    held = find_measurement(store, name)
    if held.plan.n_needed == n:
        return None
    return edit(store, held.id, SetField(path=("plan", "n_needed"), value=n), by=by, at=at)


def log_of_plan(store: Store, plan: EffectPlan) -> LogOf:
    """Open the log of a plan's dataset; errors as of :func:`measure_effect`."""
    from klantreis.events.local.folder import open_log, read_manifest
    from klantreis.events.remote.manifest import is_remote

    path = _log_path(store, store.load().get(plan.dataset, Dataset))
    if is_remote(path):
        raise InvalidInputError(
            f"The events of {plan.dataset} are on an engine; an effect is measured on a log on this machine.",
            hint=Said(
                "Bring them here with `klantreis events import`, with the columns that the plan needs.",
                message_id="measurement.error.hint.bring",
            ),
            message_id="measurement.error.remote",
            values={"dataset": plan.dataset},
        )
    return LogOf(open_log(path), str(read_manifest(path)["digest"]))


def _log_path(store: Store, dataset: Dataset) -> Path:
    hint = Said(
        "Import one beside the workspace with `klantreis events import FILE --into LOG`, "
        "and name its folder in the dataset.",
        message_id="measurement.error.hint.import",
    )
    if dataset.log is None:
        raise InvalidInputError(
            f"{dataset.id} names no event log.",
            hint=hint,
            message_id="measurement.error.no_log",
            values={"dataset": dataset.id},
        )
    path = store.file(dataset.log)
    if not path.exists():
        raise NotFoundError(
            f"{dataset.id} names the event log {dataset.log!r}, but there is none at {path}.",
            hint=hint,
            message_id="measurement.error.log_gone",
            values={"dataset": dataset.id, "log": dataset.log, "path": str(path)},
        )
    return path

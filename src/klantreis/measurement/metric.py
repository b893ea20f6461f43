"""A metric: a defined number, with what it was on a day."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from klantreis.ids import DatasetRef
from klantreis.research.claim import Estimate
from klantreis.values import Document, Text, Value


class Reading(Value):
    """The metric on one day, with its uncertainty."""

    on: date
    estimate: Estimate


class Metric(Document):
    """A number that everybody computes alike."""

    kind: ClassVar[str] = "metric"
    folder: ClassVar[str] = "metrics"

    title: Text
    definition: Text
    type: Literal["nps", "csat", "ces", "share", "count", "duration", "amount", "other"] = "other"
    measures: Literal["retention", "loyalty", "conversion", "experience", "use", "other"] = "other"
    unit: Text | None = None
    direction: Literal["up", "down"] = "up"
    dataset: DatasetRef | None = None
    readings: tuple[Reading, ...] = ()
    owner: Text | None = None
    illustrative: bool = False

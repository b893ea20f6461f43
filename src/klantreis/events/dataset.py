"""A dataset: an event log that a workspace refers to, with how it was read and on what basis."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from klantreis.values import Document, Period, Text, Value


class ColumnRoles(Value):
    """Which column of the source plays which part."""

    customer: Text
    time: Text
    touchpoint: Text
    channel: Text | None = None
    attributes: tuple[Text, ...] = ()


class Dataset(Document):
    """An event log and what a reader must know to trust it.

    ``log`` is the folder of the imported log, relative to the workspace's own folder.
    """

    kind: ClassVar[str] = "dataset"
    folder: ClassVar[str] = "datasets"

    title: Text
    description: Text | None = None
    log: Text | None = None
    customer_unit: Text = Field(default="customer", description="What one customer id stands for.")
    n_customers: int | None = Field(default=None, ge=0)
    n_events: int | None = Field(default=None, ge=0)
    period: Period | None = None
    columns: ColumnRoles | None = None
    consent_basis: Text | None = None
    licence: Text | None = None
    citation: Text | None = None
    collected_on: date | None = None
    illustrative: bool = False

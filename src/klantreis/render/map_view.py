"""What a map shows, as values: texts, marks, figures and where they stand. No medium is known here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from klantreis.checks.coverage import Coverage
from klantreis.journeys.journey import LaneKind
from klantreis.research.claim import ClaimStatus
from klantreis.values import Lang

#: What may be said of a step beside its title.
TagKind = Literal["truth", "moment", "optional", "repeat", "unseen", "loop"]


@dataclass(frozen=True)
class CardView:
    """A card as shown: its words, its status, and how much it rests on. ``status`` None: it claims nothing.

    ``pieces`` counts pieces of evidence; ``evidence_words`` says how many different sources they come from.
    """

    id: str
    text: str
    status: ClaimStatus | None
    status_word: str
    pieces: int
    evidence_words: str = ""
    note: str = ""
    ref: str | None = None
    illustrative: bool = False


@dataclass(frozen=True)
class CurvePoint:
    """The emotion at a step. ``words`` says the number and what it rests on."""

    value: float
    low: float | None
    high: float | None
    reported: bool
    words: str


@dataclass(frozen=True)
class CellView:
    """One cell of a lane. ``point`` is only in the emotion row; None there is a gap."""

    step: str | None
    cards: tuple[CardView, ...] = ()
    point: CurvePoint | None = None


@dataclass(frozen=True)
class RowView:
    """One lane."""

    lane: str
    kind: LaneKind
    title: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True)
class FigureCell:
    """A figure from the events for one step. ``part`` from 0 to 1 may be drawn as a bar."""

    step: str | None
    main: str
    detail: str = ""
    part: float | None = None
    muted: bool = False


@dataclass(frozen=True)
class FigureRow:
    """A row of figures from the events, one cell a step."""

    key: str
    title: str
    cells: tuple[FigureCell, ...]
    help: str = ""


@dataclass(frozen=True)
class RealityView:
    """What the events say, ready to be shown beside the map."""

    title: str
    summary: str
    rows: tuple[FigureRow, ...]
    notes: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class PhaseView:
    """A phase over its columns."""

    id: str
    label: str
    parent: str
    span: int
    in_focus: bool


@dataclass(frozen=True)
class ColumnView:
    """A step. ``step`` None: the phase has no step yet."""

    step: str | None
    title: str
    number: int
    phase: str
    tags: tuple[tuple[TagKind, str], ...] = ()


@dataclass(frozen=True)
class LegendItem:
    """One status mark with its word and its meaning."""

    status: ClaimStatus
    word: str
    meaning: str


@dataclass(frozen=True)
class MapTable:
    """Everything on the page of a map. Labels are in ``lang``; what people wrote is in ``written_in``."""

    lang: Lang
    written_in: Lang
    id: str
    title: str
    state: str
    persona: str
    persona_id: str
    job: str
    job_id: str | None
    trigger: CardView | None
    end_goal: CardView | None
    phases: tuple[PhaseView, ...]
    columns: tuple[ColumnView, ...]
    rows: tuple[RowView, ...]
    reality: RealityView | None
    legend: tuple[LegendItem, ...]
    coverage: Coverage
    coverage_words: str
    footer: tuple[str, ...]
    illustrative: str

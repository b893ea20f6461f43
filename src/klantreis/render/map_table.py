"""The map as a table of texts and marks: what every medium draws, and nothing it has to work out.

Columns are steps under their phases, rows are lanes; below them stand the rows that the events give. Whatever
is shown has been put into words here: a renderer chooses type and colour, never content.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from klantreis.checks.coverage import Coverage, coverage
from klantreis.decisions.content import ContentItem, ContentNeed
from klantreis.decisions.opportunity import Opportunity
from klantreis.jobs.job import Job
from klantreis.journeys.journey import Card, Emotion, Journey, Lane, Step
from klantreis.journeys.moments import MicroMoment, MomentOfTruth
from klantreis.journeys.phase_models import Phase, PhaseModel
from klantreis.journeys.touchpoint import Channel, Touchpoint
from klantreis.measurement.metric import Metric
from klantreis.personas.persona import Persona
from klantreis.render.map_view import (
    CardView,
    CellView,
    ColumnView,
    CurvePoint,
    FigureCell,
    LegendItem,
    MapTable,
    PhaseView,
    RealityView,
    RowView,
    TagKind,
)
from klantreis.render.numbers import day, percent, signed
from klantreis.render.words import Words
from klantreis.research.claim import Claim, ClaimStatus
from klantreis.texts import text
from klantreis.values import Lang
from klantreis.workspace import Workspace

#: Order in which statuses stand in a legend.
STATUSES = tuple(ClaimStatus)


def map_table(
    workspace: Workspace,
    journey: Journey,
    *,
    lang: Lang,
    on: date,
    reality: RealityView | None = None,
    version: str | None = None,
) -> MapTable:
    """The table of one journey.

    Parameters
    ----------
    workspace
        The workspace the journey stands in.
    journey
        The journey to show; its references are taken from the workspace.
    lang
        Language of labels. What people wrote themselves is shown as they wrote it.
    on
        The day for which status and freshness are worked out.
    reality
        What the events say, from :func:`klantreis.render.reality_rows.reality_view`.
    version
        Which version of the journey this is; its first eight characters stand in the footer.
    """
    model = workspace.phase_models[journey.phase_model]
    steps = _steps_by_phase(journey, model)
    job = workspace.get(journey.job, Job) if journey.job else None
    covered = coverage(workspace, journey, on=on)
    persona = workspace.get(journey.persona, Persona)
    views = _Views(workspace, lang, on)
    return MapTable(
        lang=lang,
        written_in=workspace.settings.lang,
        id=journey.id,
        title=journey.title,
        state=text(f"map.state.{journey.state or 'unset'}", lang),
        persona=persona.name,
        persona_id=persona.id,
        job=job.statement.text if job else text("map.no_job", lang),
        job_id=job.id if job else None,
        trigger=views.claim(journey.trigger) if journey.trigger else None,
        end_goal=views.claim(journey.end_goal) if journey.end_goal else None,
        phases=_phases(workspace, model, steps, focus=journey.scope.in_focus, lang=lang),
        columns=_columns(workspace, journey, steps, lang=lang),
        rows=tuple(views.row(journey, lane, [step for _, step in steps]) for lane in journey.lanes),
        reality=_under_columns(reality, steps) if reality else None,
        legend=tuple(
            LegendItem(status, text(f"claims.status.{status}", lang), text(f"claims.meaning.{status}", lang))
            for status in STATUSES
        ),
        coverage=covered,
        coverage_words=_coverage_words(covered, lang),
        footer=_footer(workspace, journey, lang=lang, on=on, version=version),
        illustrative=text("map.illustrative", lang) if journey.illustrative or workspace.settings.illustrative else "",
    )


def _under_columns(reality: RealityView, steps: list[tuple[Phase, Step | None]]) -> RealityView:
    """The figures of each row under the columns of their steps; a column without a step has none."""
    rows = []
    for row in reality.rows:
        by_step = {cell.step: cell for cell in row.cells}
        cells = [by_step.get(step.id) if step else None for _, step in steps]
        rows.append(replace(row, cells=tuple(cell or FigureCell(step=None, main="") for cell in cells)))
    return replace(reality, rows=tuple(rows))


def _steps_by_phase(journey: Journey, model: PhaseModel) -> list[tuple[Phase, Step | None]]:
    """Columns in the order of the model; a phase in scope without steps keeps one empty column."""
    columns: list[tuple[Phase, Step | None]] = []
    for phase in model.columns():
        held = [step for step in journey.steps if step.phase == phase.id]
        columns += [(phase, step) for step in held]
        if not held and journey.scope.covers(phase.id):
            columns.append((phase, None))
    return columns


def _phases(
    workspace: Workspace,
    model: PhaseModel,
    steps: list[tuple[Phase, Step | None]],
    *,
    focus: str | None,
    lang: Lang,
) -> tuple[PhaseView, ...]:
    views, words = [], Words(lang, workspace.settings)
    for phase, group in groupby((phase for phase, _ in steps), key=lambda phase: phase):
        parent = model.phase(phase.parent).label.in_lang(lang) if phase.parent else ""
        views.append(
            PhaseView(
                id=phase.id,
                label=words.reword(phase.label.in_lang(lang)),
                parent=words.reword(parent),
                span=len(list(group)),
                in_focus=phase.id == focus,
            )
        )
    return tuple(views)


def _columns(
    workspace: Workspace, journey: Journey, steps: list[tuple[Phase, Step | None]], *, lang: Lang
) -> tuple[ColumnView, ...]:
    titles = {step.id: step.title for step in journey.steps}
    truths = {one.step: one for one in workspace.of(MomentOfTruth) if one.journey == journey.id}
    moments = [one for one in workspace.of(MicroMoment) if one.journey == journey.id]
    columns = []
    count = 0
    for phase, step in steps:
        if step is None:
            columns.append(ColumnView(step=None, title=text("map.empty_phase", lang), number=0, phase=phase.id))
            continue
        count += 1
        tags: list[tuple[TagKind, str]] = []
        if step.id in truths:
            tags.append(("truth", text("map.tag.truth", lang)))
        tags += [("moment", text(f"map.intent.{one.intent}", lang)) for one in moments if one.step == step.id]
        if step.optional:
            tags.append(("optional", text("map.tag.optional", lang)))
        if step.repeatable:
            tags.append(("repeat", text("map.tag.repeat", lang)))
        if not step.observable:
            tags.append(("unseen", text("map.tag.unseen", lang)))
        if step.loop_to:
            tags.append(("loop", text("map.tag.loop", lang, step=titles[step.loop_to])))
        columns.append(ColumnView(step=step.id, title=step.title, number=count, phase=phase.id, tags=tuple(tags)))
    return tuple(columns)


@dataclass(frozen=True)
class _Views:
    """Turns cards and emotions into views, for one workspace, language and day."""

    workspace: Workspace
    lang: Lang
    on: date

    def row(self, journey: Journey, lane: Lane, steps: list[Step | None]) -> RowView:
        cells = []
        for step in steps:
            if step is None:
                cells.append(CellView(step=None))
                continue
            point = self.point(step.emotion) if lane.kind == "emotion" and step.emotion else None
            cards = tuple(self.card(card) for card in journey.cards_at(lane.id, step.id))
            cells.append(CellView(step=step.id, cards=cards, point=point))
        title = lane.title or Words(self.lang, self.workspace.settings).reword(text(f"map.lane.{lane.kind}", self.lang))
        return RowView(lane=lane.id, kind=lane.kind, title=title, cells=tuple(cells))

    def claim(self, claim: Claim) -> CardView:
        if claim.fictional:
            return CardView(id=claim.id, text=claim.text, status=None, status_word="", pieces=0)
        report = self.workspace.status(claim, on=self.on)
        return CardView(
            id=claim.id,
            text=claim.text,
            status=report.status,
            status_word=text(f"claims.status.{report.status}", self.lang),
            pieces=report.pieces,
            evidence_words=self._sources(claim),
        )

    def _sources(self, claim: Claim) -> str:
        """How many sources speak on a claim; what only states the team's own view is none."""
        found = {piece.source: self.workspace.facts(piece.source) for piece in claim.evidence}
        n = sum(1 for facts in found.values() if facts and facts.kinds and facts.kinds != ("workshop",))
        return text("map.evidence.one", self.lang) if n == 1 else text("map.evidence.many", self.lang, n=n) if n else ""

    def card(self, card: Card) -> CardView:
        shown = self.claim(card.claim)
        note, illustrative = self._note(card.ref)
        return CardView(
            id=shown.id,
            text=shown.text,
            status=shown.status,
            status_word=shown.status_word,
            pieces=shown.pieces,
            evidence_words=shown.evidence_words,
            note=note,
            ref=card.ref,
            illustrative=card.illustrative or illustrative,
        )

    def _note(self, ref: str | None) -> tuple[str, bool]:
        """A short second line from the document that a card points at."""
        document = self.workspace.find(ref) if ref else None
        match document:
            case Touchpoint():
                channel = self.workspace.find(document.channel) if document.channel else None
                name = channel.label.in_lang(self.lang) if isinstance(channel, Channel) else ""
                return name, document.illustrative
            case Opportunity():
                metric = self.workspace.find(document.aim.metric) if document.aim else None
                return (metric.title if isinstance(metric, Metric) else ""), document.illustrative
            case ContentNeed():
                return text(f"map.content.{self._content_standing(document)}", self.lang), document.illustrative
        return "", False

    def _content_standing(self, need: ContentNeed) -> str:
        """The best standing of the content that meets a need; a plan is not yet content."""
        items = [self.workspace.get(item, ContentItem) for item in need.content]
        items += [item for item in self.workspace.of(ContentItem) if need.id in item.serves]
        standings = {item.status for item in items}
        return next((one for one in ("exists", "outdated", "planned") if one in standings), "missing")

    def point(self, emotion: Emotion) -> CurvePoint:
        words = text(
            "map.emotion.reported" if emotion.basis == "reported" else "map.emotion.estimate",
            self.lang,
            value=signed(emotion.value, self.lang),
            n="?" if emotion.n is None else emotion.n,
        )
        return CurvePoint(
            value=emotion.value, low=emotion.low, high=emotion.high, reported=emotion.basis == "reported", words=words
        )


def _coverage_words(covered: Coverage, lang: Lang) -> str:
    if covered.share is None:
        return text("map.coverage.none", lang)
    return text(
        "map.coverage.words", lang, share=percent(covered.share, lang), backed=covered.backed, claims=covered.claims
    )


def _footer(workspace: Workspace, journey: Journey, *, lang: Lang, on: date, version: str | None) -> tuple[str, ...]:
    parts = [text("map.footer.drawn", lang, day=day(on, lang))]
    if version:
        parts.append(text("map.footer.version", lang, version=version[:8]))
    if journey.owner:
        parts.append(text("map.footer.owner", lang, owner=journey.owner))
    if journey.reviewed_on:
        parts.append(text("map.footer.reviewed", lang, day=day(journey.reviewed_on, lang)))
    if workspace.settings.organisation:
        parts.insert(0, workspace.settings.organisation)
    return tuple(parts)

"""The persona card: who it is, in two halves, and how much of it is known rather than assumed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from klantreis.errors import InvalidInputError, NotFoundError, Said
from klantreis.events.share import wilson
from klantreis.ids import slug_of
from klantreis.jobs.job import Job
from klantreis.journeys.journey import Journey
from klantreis.journeys.moments import Tone
from klantreis.personas.persona import Persona, claims_of
from klantreis.personas.segment import Segment
from klantreis.render.numbers import day, number, percent
from klantreis.research.claim import Estimate
from klantreis.web.claims import ClaimView, EvidenceView, claim_view, counts, estimate_words, evidence_view
from klantreis.web.places import map_of, name_of, page_of
from klantreis.web.portrait import portrait
from klantreis.web.workspaces import WorkspaceContext, current

#: Pictures that are shown. Not SVG: it can hold a script.
PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


@dataclass(frozen=True)
class Half:
    """One half of a persona: its groups that hold claims, in order, and the names of those that are empty."""

    key: str
    groups: tuple[tuple[str, tuple[ClaimView, ...]], ...]
    empty: tuple[str, ...]


@dataclass(frozen=True)
class ToneRow:
    """How to speak in one phase."""

    phase: str
    tone: Tone


def show(request: HttpRequest, workspace: str, slug: str) -> HttpResponse:
    """The card of one persona."""
    here = current(request)
    held = here.workspace
    persona = held.get(f"persona:{slug}", Persona)
    claims = list(claims_of(persona))
    return render(
        request,
        "persona.html.j2",
        {
            "persona": persona,
            "portrait": portrait(persona),
            "face": face_address(here, persona),
            "counts": counts(here, (claim for _, claim in claims)),
            "halves": [half(here, persona, "lifeworld"), half(here, persona, "problem")],
            "distinct": distinguishing(here, persona),
            "segment": segment_words(here, persona),
            "segment_facts": segment_facts(here, persona),
            "segment_source": segment_source(here, persona),
            "draft": is_draft(persona),
            "tones": tones(here, persona),
            "jobs": [(job, slug_of(job.id)) for job in held.of(Job) if persona.id in job.personas],
            "journeys": [(one, map_of(here, one.id)) for one in held.of(Journey) if one.persona == persona.id],
            "studies": [(name_of(here, study), page_of(here, study)) for study in persona.studies],
        },
    )


def face(request: HttpRequest, workspace: str, slug: str) -> HttpResponse:
    """The picture of a persona that is kept beside the workspace."""
    here = current(request)
    persona = here.workspace.get(f"persona:{slug}", Persona)
    kind = PICTURES.get(Path(persona.face.image).suffix.lower()) if persona.face and persona.face.image else None
    if kind is None or not face_address(here, persona):
        raise NotFoundError(
            f"{persona.id} has no picture.",
            hint=Said("A drawn portrait is shown instead.", message_id="errors.hint.drawn"),
            message_id="errors.no_picture",
            values={"persona": persona.id},
        )
    return HttpResponse(here.store.file(str(persona.face.image)).read_bytes(), content_type=kind)  # type: ignore[union-attr]


def face_address(here: WorkspaceContext, persona: Persona) -> str:
    """Where the picture of a persona is shown; nothing when it has none that can be shown."""
    image = persona.face.image if persona.face else None
    if not image or Path(image).suffix.lower() not in PICTURES:
        return ""
    try:
        there = here.store.file(image).is_file()
    except InvalidInputError:  # the path leads out of the workspace
        return ""
    return str(reverse("persona-face", kwargs={"workspace": here.slug, "slug": slug_of(persona.id)})) if there else ""


def half(here: WorkspaceContext, persona: Persona, key: str) -> Half:
    """One half of the persona."""
    held: dict[str, list[ClaimView]] = {name: [] for name in type(getattr(persona, key)).model_fields}
    for place, claim in claims_of(persona):
        part, _, group = place.partition(".")
        if part == key:
            held[group].append(claim_view(here, claim))
    return Half(
        key=key,
        groups=tuple((group, tuple(claims)) for group, claims in held.items() if claims),
        empty=tuple(group for group, claims in held.items() if not claims),
    )


def distinguishing(here: WorkspaceContext, persona: Persona) -> list[tuple[ClaimView, EvidenceView]]:
    """What sets this persona apart, with a measured number behind it.

    Claims with a number that no other persona makes in the same words; a number says more than an adjective.
    """
    others = {
        claim.text for other in here.workspace.of(Persona) if other.id != persona.id for _, claim in claims_of(other)
    }
    return [
        (claim_view(here, claim), evidence_view(here, piece))
        for _, claim in claims_of(persona)
        if not claim.fictional and claim.text not in others
        for piece in claim.evidence
        if piece.estimate is not None and piece.stance == "supports"
    ]


def segment_words(here: WorkspaceContext, persona: Persona) -> str:
    """How many customers fit the rule, of how many."""
    segment = persona.segment
    if segment is None or segment.n is None:
        return ""
    if not segment.of:
        return here.t("web.persona.segment.n", n=number(segment.n, here.lang))
    return here.t(
        "web.persona.segment.n_of",
        n=number(segment.n, here.lang),
        of=number(segment.of, here.lang),
        share=percent(segment.n / segment.of, here.lang),
    )


def is_draft(persona: Persona) -> bool:
    """Whether a persona comes from a counted rule and nobody was asked yet what they need or feel."""
    counted = persona.segment is not None and bool(persona.segment.conditions)
    return counted and not (persona.problem.needs or persona.problem.feelings)


def segment_facts(here: WorkspaceContext, persona: Persona) -> list[tuple[str, str, str]]:
    """What to know of the segment: a label, what it says, and a line that explains it."""
    segment = persona.segment
    if segment is None:
        return []
    facts = []
    counted = segment.prevalence or _counted(segment)
    if counted is not None:
        facts.append(("prevalence", estimate_words(here, counted), ""))
    if segment.stability is not None and segment.steadiness is not None:
        grade = here.t(f"segments.grade.{segment.steadiness}")
        facts.append(
            ("stability", grade, here.t("web.persona.segment.overlap", overlap=_overlap(here, segment.stability)))
        )
    if segment.period is not None:
        days = f"{day(segment.period.start, here.lang)} – {day(segment.period.end, here.lang)}"
        facts.append(("period", days, ""))
    return [(here.t(f"web.persona.segment.{key}"), said, help_) for key, said, help_ in facts]


def _counted(segment: Segment) -> Estimate | None:
    """The share of a segment of which only the numbers were written down."""
    if segment.n is None or not segment.of or segment.n > segment.of:
        return None
    share = wilson(segment.n, segment.of)
    return Estimate(value=segment.n / segment.of, low=share.low, high=share.high, n=segment.of, unit="share")


def _overlap(here: WorkspaceContext, stability: Estimate) -> str:
    """The mean overlap, with the middle of the samples drawn again."""
    said = number(stability.value, here.lang, decimals=2)
    if stability.low is None or stability.high is None:
        return said
    low, high = number(stability.low, here.lang, decimals=2), number(stability.high, here.lang, decimals=2)
    return f"{said} ({low}–{high})"


def segment_source(here: WorkspaceContext, persona: Persona) -> tuple[str, str | None]:
    """Where the segment was counted: its name, and its page."""
    segment = persona.segment
    source = segment and (segment.dataset or segment.survey)
    return (name_of(here, source), page_of(here, source)) if source else ("", None)


def tones(here: WorkspaceContext, persona: Persona) -> list[tuple[str, list[ToneRow]]]:
    """The tone by phase, for each phase model it was written in."""
    written = [one for one in here.workspace.of(Tone) if one.persona == persona.id]
    tables = []
    for model_id in dict.fromkeys(one.phase_model for one in written):
        model = here.workspace.phase_models[model_id]
        order = [phase.id for phase in model.phases]
        mine = sorted((one for one in written if one.phase_model == model_id), key=lambda one: order.index(one.phase))
        rows = [ToneRow(here.word(model.phase(one.phase).label.in_lang(here.lang)), one) for one in mine]
        tables.append((here.word(model.title.in_lang(here.lang)), rows))
    return tables

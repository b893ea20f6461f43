"""A small invented workspace that has one of everything a map can show."""

from __future__ import annotations

from datetime import date

from klantreis.decisions.opportunity import Aim, Opportunity
from klantreis.jobs.job import Job
from klantreis.journeys.journey import Card, Emotion, Journey, Lane, LaneKind, Scope, Step
from klantreis.journeys.moments import MicroMoment, MomentOfTruth
from klantreis.journeys.touchpoint import Channel, Touchpoint
from klantreis.measurement.metric import Metric
from klantreis.personas.persona import Persona
from klantreis.render.map_table import map_table
from klantreis.render.map_view import FigureCell, FigureRow, MapTable, RealityView
from klantreis.research.claim import Claim, Evidence
from klantreis.research.study import Study
from klantreis.values import Document, Label, Lang
from klantreis.workspace import Workspace, WorkspaceSettings, workspace_of

TODAY = date(2026, 11, 21)
LANES: tuple[LaneKind, ...] = ("action", "question", "touchpoint", "emotion", "pain", "opportunity")
TALKS = Evidence(id="e1", source="study:gesprekken")
LOG = Evidence(id="e2", source="study:enquete")
OLD = Evidence(id="e3", source="study:oud")
AGAINST = Evidence(id="e4", source="study:enquete", stance="contradicts")


def claim(claim_id: str, text: str, *evidence: Evidence) -> Claim:
    """A claim with its evidence."""
    return Claim(id=claim_id, text=text, evidence=evidence)


def card(card_id: str, lane: str, step: str, text: str, *evidence: Evidence, ref: str | None = None) -> Card:
    """A card in a cell."""
    return Card(claim=claim(card_id, text, *evidence), lane=lane, step=step, ref=ref)


def small_journey() -> Journey:
    """Seven steps in five phases, one of them still without a step."""
    steps = (
        Step(id="brief", phase="bewustwording", title="Ik krijg een brief over de spaarkaart",
             emotion=Emotion(value=0.5)),
        Step(id="vraag", phase="orientatie", title="Ik vraag me af of sparen loont", observable=False,
             emotion=Emotion(value=-1.0)),
        Step(id="vergelijk", phase="orientatie", title="Ik vergelijk met de andere winkels", optional=True,
             observable=False),
        Step(id="aanvraag", phase="aankoop", title="Ik vraag de kaart aan bij de kassa",
             emotion=Emotion(value=1.5, basis="reported", n=12, low=1.0, high=1.9, evidence=(TALKS,))),
        Step(id="winkelen", phase="gebruik", title="Ik doe mijn boodschappen met de kaart", repeatable=True,
             emotion=Emotion(value=1.0, basis="reported", n=12, low=0.4, high=1.5, evidence=(TALKS,))),
        Step(id="bon", phase="gebruik", title="Ik lever een kortingsbon in", loop_to="winkelen",
             emotion=Emotion(value=-1.5)),
    )  # fmt: skip
    cards = (
        card("a1", "action", "brief", "Leest de brief staand in de gang, tussen de reclamefolders", TALKS),
        card("a2", "action", "vraag", "Zoekt de kleine lettertjes", ref=None),
        card("a3", "action", "aanvraag", "Laat het formulier door de caissière invullen", TALKS, LOG),
        card("a4", "action", "winkelen", "Scant de kaart voor elke betaling", LOG),
        card("a5", "action", "bon", "Zoekt de bon in de portemonnee", OLD),
        card("q1", "question", "vraag", "Wat doen zij met mijn gegevens?", TALKS, LOG),
        card("q2", "question", "vraag", "Loont het als ik maar één keer per week kom?", AGAINST),
        card("q3", "question", "bon", "Geldt deze bon nog wel?"),
        card("t1", "touchpoint", "brief", "Brief met folder", ref="touchpoint:brief"),
        card("t2", "touchpoint", "aanvraag", "Kassa in de winkel", LOG, ref="touchpoint:kassa"),
        card("p1", "pain", "bon", "Arbeidsongeschiktheidsverzekeringsmaatschappij­voorwaarden­achtig taalgebruik", TALKS),
        card("o1", "opportunity", "bon", "Bonnen vanzelf laten verrekenen", TALKS, ref="opportunity:bon"),
    )  # fmt: skip
    return Journey(
        id="journey:kaart",
        title="Met de spaarkaart boodschappen doen",
        persona="persona:wekelijks",
        job="job:rondkomen",
        state="as_is",
        trigger=claim("trigger", "De weekboodschappen werden merkbaar duurder", LOG),
        end_goal=claim("einde", "Vaste klant, die zonder nadenken voordeel heeft"),
        scope=Scope(in_focus="gebruik"),
        steps=steps,
        lanes=tuple(Lane(id=kind, kind=kind) for kind in LANES),
        cards=cards,
        owner="Klantteam",
        reviewed_on=date(2026, 10, 1),
        illustrative=True,
    )


def small_workspace(journey: Journey | None = None, *, lang: Lang = "nl") -> Workspace:
    """The workspace around a journey."""
    documents: list[Document] = [
        WorkspaceSettings(id="workspace:winkel", title="De winkel", lang=lang, organisation="De winkel op de hoek"),
        Persona(id="persona:wekelijks", name="Wendy Wekelijks"),
        Job(
            id="job:rondkomen",
            statement=claim("job", "Goed eten op tafel, zonder op te hoeven letten"),
            type="functional",
        ),
        Study(id="study:gesprekken", title="Gesprekken aan de kassa", method="interview", n=12,
              held_on=date(2026, 5, 1)),
        Study(id="study:enquete", title="Klantenenquête", method="survey", n=240, held_on=date(2026, 6, 1)),
        Study(id="study:oud", title="Oud onderzoek", method="interview", n=6, held_on=date(2018, 1, 1)),
        Channel(id="channel:post", label=Label(nl="post", en="mail")),
        Touchpoint(id="touchpoint:brief", label="Brief", channel="channel:post"),
        Touchpoint(id="touchpoint:kassa", label="Kassa"),
        Metric(id="metric:bonnen", title="Aandeel ingeleverde bonnen", definition="Ingeleverd van uitgegeven"),
        Opportunity(
            id="opportunity:bon", title="Bonnen vanzelf", claim=claim("kans", "Wie een bon inlevert, koopt meer"),
            aim=Aim(metric="metric:bonnen"),
        ),
        journey or small_journey(),
    ]  # fmt: skip
    if journey is None:
        documents += [
            MomentOfTruth(id="moment-of-truth:kassa", claim=claim("m", "Hier haakt men af"), label="Aan de kassa",
                          journey="journey:kaart", step="aanvraag"),
            MicroMoment(id="micro-moment:weten", intent="know", claim=claim("w", "Wat levert het op?"),
                        journey="journey:kaart", step="vraag"),
        ]  # fmt: skip
    return workspace_of(documents)


def figures(journey: Journey) -> RealityView:
    """Reality rows for any journey: the first two steps are seen, no other."""
    cells = tuple(
        FigureCell(step=step.id, main="62 %", detail="769 van 1.240 (59–65 %)", part=0.62)
        if place < 2
        else FigureCell(step=step.id, main="niet te zien", muted=True)
        for place, step in enumerate(journey.steps)
    )
    return RealityView(
        title="Wat klanten deden",
        summary="1.240 klantreizen van 801 klanten. Volgens de kaart: 42 % (39–45 %).",
        rows=(
            FigureRow(key="reach", title="Bereik", cells=cells, help="aandeel van de klantreizen"),
            FigureRow(key="next", title="Tijd tot de volgende stap", cells=cells, help="mediaan"),
        ),
        notes=("12 % van de klantreizen ging terug naar de winkel.", "Dit is geen oorzaak en gevolg."),
        source="Gegevens: kassa.",
    )


def small_table(*, lang: Lang = "nl", reality: bool = True) -> MapTable:
    """The table of the small workspace."""
    workspace = small_workspace()
    journey = workspace.get("journey:kaart", Journey)
    view = figures(journey) if reality else None
    return map_table(workspace, journey, lang=lang, on=TODAY, reality=view, version="3f2a9c1b77")

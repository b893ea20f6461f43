"""The workspace: all documents together, as one value that files, database, checks, renderers and faces share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import Field

from klantreis.decisions.action import Action
from klantreis.decisions.content import ContentItem, ContentNeed
from klantreis.decisions.opportunity import Opportunity
from klantreis.errors import DocumentError, NotFoundError, Said, WorkspaceError, did_you_mean
from klantreis.events.dataset import Dataset
from klantreis.ids import AnyId, kind_of
from klantreis.jobs.job import Job, job_claims
from klantreis.journeys.built_in_models import BUILT_IN
from klantreis.journeys.journey import Journey, journey_claims
from klantreis.journeys.moments import MicroMoment, MomentOfTruth, Tone
from klantreis.journeys.phase_models import PhaseModel
from klantreis.journeys.touchpoint import Channel, Touchpoint
from klantreis.journeys.vocabulary import Market
from klantreis.measurement.measurement import Measurement
from klantreis.measurement.metric import Metric
from klantreis.personas.persona import Persona, claims_of
from klantreis.research.claim import Claim, EvidenceRule, SourceFacts, StatusReport, claim_status
from klantreis.research.insight import Insight
from klantreis.research.quote import Quote
from klantreis.research.source import Source
from klantreis.research.study import Study
from klantreis.research.survey import Survey
from klantreis.values import Document, Lang, Path, Text, refs_in

D = TypeVar("D", bound=Document)


class WorkspaceSettings(Document):
    """What holds for the whole workspace."""

    kind: ClassVar[str] = "workspace"
    folder: ClassVar[str] = "."

    title: Text
    lang: Lang = "nl"
    market: Market = "b2c"
    organisation: Text | None = None
    organisation_size: Literal["small", "large"] | None = None
    person_word: Text | None = Field(default=None, description="Own word for the people served: cliënt, lid.")
    description: Text | None = None
    evidence_rule: EvidenceRule = EvidenceRule()
    thresholds: dict[str, float] = Field(default={}, description="Check thresholds that differ from the usual.")
    illustrative: bool = Field(default=False, description="An invented example: nothing in it was measured.")


class Waiver(Document):
    """A finding that is accepted for a while: by whom, why, until when."""

    kind: ClassVar[str] = "waiver"
    folder: ClassVar[str] = "waivers"

    rule: Text = Field(description="Rule id, such as J01.")
    target: AnyId = Field(description="The document in which the finding stands.")
    place: Text | None = Field(default=None, description="Place within the document; none: everywhere in it.")
    reason: Text
    by: Text
    expires_on: date


#: Every kind of document, by kind.
DOCUMENTS: Mapping[str, type[Document]] = MappingProxyType(
    {
        model.kind: model
        for model in (
            WorkspaceSettings,
            Persona,
            Job,
            Journey,
            PhaseModel,
            Channel,
            Touchpoint,
            MomentOfTruth,
            MicroMoment,
            Tone,
            Study,
            Survey,
            Source,
            Quote,
            Insight,
            Dataset,
            Opportunity,
            ContentNeed,
            ContentItem,
            Action,
            Metric,
            Measurement,
            Waiver,
        )
    }
)


@dataclass(frozen=True)
class Workspace:
    """All documents by id. Build one with :func:`workspace_of`, which checks that references lead somewhere."""

    settings: WorkspaceSettings
    documents: Mapping[str, Document] = field(repr=False)

    def get(self, document_id: str, model: type[D]) -> D:
        """The document with this id; NotFoundError names those that exist."""
        document = self.find(document_id)
        if isinstance(document, model):
            return document
        known = [one.id for one in self.of(model)]
        raise NotFoundError(
            f"There is no {model.kind} {document_id!r} in this workspace.",
            hint=did_you_mean(document_id, known, what=model.kind),
            message_id="errors.no_document",
            values={"kind": model.kind, "document": document_id},
        )

    def find(self, document_id: str) -> Document | None:
        """The document with this id, a built-in phase model included; None when there is none."""
        return self.documents.get(document_id) or BUILT_IN.get(document_id)

    def of(self, model: type[D]) -> tuple[D, ...]:
        """All documents of one kind, by id."""
        return tuple(one for _, one in sorted(self.documents.items()) if isinstance(one, model))

    @cached_property
    def phase_models(self) -> Mapping[str, PhaseModel]:
        """Built-in phase models and the workspace's own, by id; an own model may replace a built-in one."""
        return MappingProxyType({**BUILT_IN, **{model.id: model for model in self.of(PhaseModel)}})

    def with_documents(self, *documents: Document) -> Workspace:
        """A workspace in which these documents are added or replaced, checked whole."""
        return workspace_of([*({**self.documents, **{one.id: one for one in documents}}).values()])

    def without(self, document_id: str) -> Workspace:
        """A workspace without one document, checked whole."""
        return workspace_of([one for one in self.documents.values() if one.id != document_id])

    def facts(self, source_id: str) -> SourceFacts | None:
        """What the evidence rule needs to know of a source; None when it does not exist."""
        return self._facts(source_id, frozenset())

    def _facts(self, source_id: str, seen: frozenset[str]) -> SourceFacts | None:
        document = self.find(source_id)
        match document:
            case Dataset():
                day = document.collected_on or (document.period.end if document.period else None)
                return SourceFacts(
                    kinds=("events",),
                    collected_on=day,
                    n=document.n_customers,
                    illustrative=document.illustrative,
                )
            case Study():
                respondents = document.population.respondents if document.population else ()
                return SourceFacts(
                    kinds=(document.method,),
                    origin=document.origin,
                    respondents=respondents,
                    collected_on=document.held_on,
                    n=document.n,
                    illustrative=document.illustrative,
                )
            case Survey():
                found = self._facts(document.study, seen)
                day = document.collected.end if document.collected else None
                return found and found.model_copy(
                    update={
                        "n": document.n,
                        "collected_on": day or found.collected_on,
                        "illustrative": found.illustrative or document.illustrative,
                    }
                )
            case Source():
                return self._narrowed(document.study, seen, on=document.collected_on, document=document)
            case Quote():
                found = self._facts(document.source, seen)
                return found and found.model_copy(
                    update={"n": 1, "illustrative": found.illustrative or document.illustrative}
                )
            case Insight() if source_id not in seen:
                return self._of_insight(document, seen | {source_id})
        return None

    def _narrowed(
        self, study_id: str, seen: frozenset[str], *, on: date | None, document: Source
    ) -> SourceFacts | None:
        found = self._facts(study_id, seen)
        if found is None:
            return None
        update: dict[str, Any] = {"n": 1, "collected_on": on or found.collected_on}
        if document.respondent_type is not None:
            update["respondents"] = (document.respondent_type,)
        return found.model_copy(update=update)

    def _of_insight(self, insight: Insight, seen: frozenset[str]) -> SourceFacts | None:
        below = [
            found
            for piece in insight.claim.evidence
            if piece.stance == "supports" and (found := self._facts(piece.source, seen)) is not None
        ]
        if not below:
            return None
        return SourceFacts(
            kinds=tuple(sorted({kind for found in below for kind in found.kinds})),
            origin="customer" if any(found.origin == "customer" for found in below) else "internal",
            respondents=tuple(sorted({one for found in below for one in found.respondents})),
            collected_on=max((found.collected_on for found in below if found.collected_on), default=None),
            n=max((found.n for found in below if found.n is not None), default=None),
            illustrative=any(found.illustrative for found in below),
        )

    def status(self, claim: Claim, *, on: date) -> StatusReport:
        """A claim's status on a day, by the workspace's evidence rule."""
        return claim_status(claim, self.facts, rule=self.settings.evidence_rule, on=on)


def claims_in(document: Document) -> Iterator[tuple[str, Claim]]:
    """Every claim a document makes, with its place in it; documents that claim nothing give none."""
    match document:
        case Persona():
            yield from claims_of(document)
        case Job():
            yield from job_claims(document)
        case Journey():
            yield from journey_claims(document)
        case Insight() | Opportunity() | ContentNeed() | MomentOfTruth() | MicroMoment():
            yield "claim", document.claim


def workspace_of(documents: Iterable[Document]) -> Workspace:
    """A workspace of these documents.

    Raises
    ------
    WorkspaceError
        When an id stands twice, a reference leads nowhere, or there is not exactly one workspace document;
        every such place is named.
    """
    held = list(documents)
    by_id: dict[str, Document] = {}
    errors: list[DocumentError] = []
    for document in held:
        if document.id in by_id:
            errors.append(
                DocumentError(
                    f"The id {document.id!r} is used twice.",
                    place=document.id,
                    message_id="store.id_twice",
                    values={"id": document.id},
                )
            )
        by_id[document.id] = document
    settings = [one for one in held if isinstance(one, WorkspaceSettings)]
    if len(settings) != 1:
        n = len(settings)
        errors.append(
            DocumentError(
                f"A workspace has exactly one workspace document; found {n}.",
                message_id="store.one_workspace",
                values={"n": n},
            )
        )
    errors += [
        DocumentError(message, place=f"{document.id} ({'.'.join(map(str, path))})", hint=hint)
        for document, path, message, hint in broken_references(by_id)
    ]
    if errors:
        raise WorkspaceError(errors)
    return Workspace(settings=settings[0], documents=MappingProxyType(by_id))


def broken_references(by_id: Mapping[str, Document]) -> Iterator[tuple[Document, Path, str, str]]:
    """References that lead nowhere: the document, the place in it, a sentence, and what does exist."""
    known = {**BUILT_IN, **by_id}
    for document in by_id.values():
        for path, target, kinds in refs_in(document):
            if target in known:
                continue
            fitting = [one for one in known if not kinds or kind_of(one) in kinds]
            what = " or ".join(kinds) if kinds else "document"
            missing = Said(f"There is no {target!r}.", message_id="errors.missing", values={"target": target})
            yield document, path, missing, did_you_mean(target, fitting, what=what)
        yield from _broken_parts(document, known)


def _broken_parts(document: Document, known: Mapping[str, Document]) -> Iterator[tuple[Document, Path, str, str]]:
    """References to a part of another document: a step of a journey, a phase of a model."""
    match document:
        case Journey():
            model = known.get(document.phase_model)
            if isinstance(model, PhaseModel):
                phases = [phase.id for phase in model.columns()]
                named: list[tuple[Path, str]] = [
                    (("steps", index, "phase"), step.phase) for index, step in enumerate(document.steps)
                ]
                named += [(("scope", "phases", index), one) for index, one in enumerate(document.scope.phases)]
                if document.scope.in_focus:
                    named.append((("scope", "in_focus"), document.scope.in_focus))
                yield from _unknown_names(document, named, phases, what=_part("phase", model))
        case Tone():
            model = known.get(document.phase_model)
            if isinstance(model, PhaseModel):
                phases = [phase.id for phase in model.phases]
                yield from _unknown_names(document, [(("phase",), document.phase)], phases, what=_part("phase", model))
        case Survey():
            for index, column in enumerate(document.columns):
                job = known.get(column.job) if column.job else None
                if isinstance(job, Job) and column.outcome:
                    outcomes = [outcome.claim.id for outcome in job.outcomes]
                    where: Path = ("columns", index, "outcome")
                    yield from _unknown_names(document, [(where, column.outcome)], outcomes, what=_part("outcome", job))
        case Opportunity() | ContentNeed() | MomentOfTruth() | MicroMoment():
            journey = known.get(document.journey) if document.journey else None
            if isinstance(journey, Journey) and document.step:
                steps = [step.id for step in journey.steps]
                yield from _unknown_names(document, [(("step",), document.step)], steps, what=_part("step", journey))


def _part(what: Literal["step", "phase", "outcome"], document: Document) -> Said:
    """What a part of a document is called in a sentence."""
    sentence, values = f"{what} of {document.id}", {"document": document.id}
    match what:
        case "step":
            return Said(sentence, message_id="errors.step_of", values=values)
        case "phase":
            return Said(sentence, message_id="errors.phase_of", values=values)
        case "outcome":
            return Said(sentence, message_id="errors.outcome_of", values=values)


def _unknown_names(
    document: Document, named: list[tuple[Path, str]], known: list[str], *, what: str
) -> Iterator[tuple[Document, Path, str, str]]:
    for path, name in named:
        if name not in known:
            missing = Said(
                f"There is no {what} called {name!r}.",
                message_id="errors.no_part",
                values={"what": what, "name": name},
            )
            yield document, path, missing, did_you_mean(name, known, what=what)


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of every kind of document, by kind."""
    return {kind: model.model_json_schema(mode="validation") for kind, model in DOCUMENTS.items()}


def replaced_settings(workspace: Workspace, **fields: Any) -> Workspace:
    """A workspace with some of its settings changed."""
    settings = WorkspaceSettings.model_validate({**workspace.settings.model_dump(), **fields})
    return replace(
        workspace,
        settings=settings,
        documents=MappingProxyType({**workspace.documents, settings.id: settings}),
    )

"""What the rules look at: a workspace on a day, with what several rules ask computed once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from klantreis.checks.coverage import Coverage, measured_coverage
from klantreis.checks.thresholds import thresholds_of
from klantreis.decisions.action import Action
from klantreis.decisions.content import ContentItem, ContentNeed
from klantreis.decisions.opportunity import Opportunity
from klantreis.journeys.drift import Drift
from klantreis.journeys.journey import Card, Journey, Step
from klantreis.journeys.moments import MicroMoment, MomentOfTruth
from klantreis.journeys.phase_models import Phase, PhaseModel
from klantreis.journeys.touchpoint import Touchpoint
from klantreis.journeys.vocabulary import in_words_of
from klantreis.measurement.measurement import Measurement
from klantreis.personas.persona import Persona
from klantreis.research.claim import Claim, SourceFacts, StatusReport, claim_status
from klantreis.texts import text
from klantreis.values import Label
from klantreis.workspace import Workspace

#: Documents that may be anchored at a step of a journey.
Anchored = Opportunity | ContentNeed | MomentOfTruth | MicroMoment


def named(message: str) -> Label:
    """A word of the interface in both languages, by message id."""
    return Label(nl=text(message, "nl"), en=text(message, "en"))


@dataclass(frozen=True)
class Scene:
    """A workspace on a day. Make one for a check and throw it away: it remembers what it computed."""

    workspace: Workspace
    on: date
    #: By journey, how customers' runs changed since the last review; a journey without such data is not in it.
    drifts: Mapping[str, Drift] = field(default_factory=dict, repr=False, compare=False)
    _statuses: dict[int, StatusReport] = field(default_factory=dict, repr=False, compare=False)
    _facts: dict[str, SourceFacts | None] = field(default_factory=dict, repr=False, compare=False)
    _coverages: dict[str, Coverage] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def thresholds(self) -> Mapping[str, float]:
        """Every threshold by name."""
        return thresholds_of(self.workspace.settings.thresholds)

    @cached_property
    def journeys(self) -> tuple[Journey, ...]:
        """All maps."""
        return self.workspace.of(Journey)

    @cached_property
    def personas(self) -> tuple[Persona, ...]:
        """All personas."""
        return self.workspace.of(Persona)

    @cached_property
    def opportunities(self) -> tuple[Opportunity, ...]:
        """All opportunities."""
        return self.workspace.of(Opportunity)

    @cached_property
    def needs(self) -> tuple[ContentNeed, ...]:
        """All content needs."""
        return self.workspace.of(ContentNeed)

    @cached_property
    def items(self) -> tuple[ContentItem, ...]:
        """All content."""
        return self.workspace.of(ContentItem)

    @cached_property
    def measurements(self) -> tuple[Measurement, ...]:
        """All measurements."""
        return self.workspace.of(Measurement)

    @cached_property
    def actions(self) -> Mapping[str, tuple[Action, ...]]:
        """Actions by the opportunity they belong to."""
        found: dict[str, list[Action]] = defaultdict(list)
        for action in self.workspace.of(Action):
            found[action.opportunity].append(action)
        return {opportunity: tuple(actions) for opportunity, actions in found.items()}

    @cached_property
    def anchored(self) -> Mapping[tuple[str, str | None], tuple[Anchored, ...]]:
        """Opportunities, content needs and moments by journey and step (None: the journey as a whole)."""
        found: dict[tuple[str, str | None], list[Anchored]] = defaultdict(list)
        held: tuple[Anchored, ...] = (
            *self.opportunities,
            *self.needs,
            *self.workspace.of(MomentOfTruth),
            *self.workspace.of(MicroMoment),
        )
        for one in held:
            if one.journey is not None:
                found[one.journey, one.step].append(one)
        return {key: tuple(documents) for key, documents in found.items()}

    def facts(self, source_id: str) -> SourceFacts | None:
        """What is known of a source of evidence."""
        if source_id not in self._facts:
            self._facts[source_id] = self.workspace.facts(source_id)
        return self._facts[source_id]

    def status(self, claim: Claim) -> StatusReport:
        """The status of a claim of this workspace on this day."""
        # By identity: the workspace holds the claim as long as the scene lives, and hashing it whole is slow.
        found = self._statuses.get(id(claim))
        if found is None:
            rule = self.workspace.settings.evidence_rule
            found = self._statuses[id(claim)] = claim_status(claim, self.facts, rule=rule, on=self.on)
        return found

    def coverage(self, journey: Journey) -> Coverage:
        """How much of a map rests on evidence."""
        if journey.id not in self._coverages:
            self._coverages[journey.id] = measured_coverage(
                journey, model=self.model(journey), status=lambda claim: self.status(claim).status
            )
        return self._coverages[journey.id]

    def persona(self, persona_id: str) -> Label:
        """A persona's name; its id when there is no such persona."""
        found = self.workspace.find(persona_id)
        name = found.name if isinstance(found, Persona) else persona_id
        return Label(nl=name, en=name)

    def organisation(self) -> Label:
        """The organisation's name, or "the organisation"."""
        name = self.workspace.settings.organisation
        return Label(nl=name, en=name) if name else named("checks.word.organisation")

    def model(self, journey: Journey) -> PhaseModel:
        """The phase model of a map."""
        return self.workspace.phase_models[journey.phase_model]

    def phase_label(self, journey: Journey, phase: Phase | str) -> Label:
        """A phase's name in the words of the market."""
        one = self.model(journey).phase(phase) if isinstance(phase, str) else phase
        if journey.phase_model in self.workspace.documents:  # a team's own words stay as they wrote them
            return one.label
        market, person = self.workspace.settings.market, self.workspace.settings.person_word
        return Label(
            nl=in_words_of(one.label.nl, market=market, lang="nl", person=person),
            en=in_words_of(one.label.en, market=market, lang="en"),
        )

    def phases(self, journey: Journey) -> tuple[Phase, ...]:
        """The phases of a map that hold steps and lie within its scope, in order."""
        return tuple(phase for phase in self.model(journey).columns() if journey.scope.covers(phase.id))

    def phases_in_work(self, journey: Journey) -> tuple[Phase, ...]:
        """The phase in focus; without one, every phase in scope."""
        if journey.scope.in_focus is None:
            return self.phases(journey)
        return (self.model(journey).phase(journey.scope.in_focus),)

    def in_focus(self, journey_id: str | None, step_id: str | None) -> bool:
        """Whether a step lies in the phase that its map works on now."""
        journey = self.workspace.find(journey_id) if journey_id else None
        if not isinstance(journey, Journey) or journey.scope.in_focus is None:
            return False
        return any(step.id == step_id and step.phase == journey.scope.in_focus for step in journey.steps)

    def cards(self, journey: Journey, *kinds: str) -> Iterator[tuple[Card, Step]]:
        """The cards in lanes of these kinds, each with its step."""
        lanes = {lane.id for lane in journey.lanes if lane.kind in kinds}
        steps = {step.id: step for step in journey.steps}
        for card in journey.cards:
            if card.lane in lanes:
                yield card, steps[card.step]

    def contacts(self, journey: Journey) -> Mapping[str, tuple[Touchpoint, ...]]:
        """The touchpoint documents of each step, by step id: those the step names and those its cards point at."""
        found: dict[str, dict[str, Touchpoint]] = {step.id: {} for step in journey.steps}
        pointed = [(step.id, one) for step in journey.steps for one in step.touchpoints]
        pointed += [(card.step, card.ref) for card in journey.cards if card.ref is not None]
        for step_id, target in pointed:
            document = self.workspace.find(target)
            if isinstance(document, Touchpoint):
                found[step_id][target] = document
        return {step_id: tuple(held.values()) for step_id, held in found.items()}

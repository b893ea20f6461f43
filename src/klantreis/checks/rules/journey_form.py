"""Rules on the form of a journey: does it show one thing, and in order?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from klantreis.checks.finding import Severity
from klantreis.checks.rule import Judged, Rule, explaining, filled, rule, worded
from klantreis.checks.scene import Scene
from klantreis.values import Label


@rule
class StateMixed(Rule):
    """What happens now and what is wished for stand in one map, or it is not said which of the two it is.

    What it asks:
    Does the map say whether it shows what happens now, a hypothesis, or what is wished for, and do all its steps
    and cards agree? A step or card may name a state of its own; when it differs from the map's, it is mixed in.

    Why:
    Nobody can dictate a journey. A map in which wishes stand between observations is read as if it were true.

    Source:
    Customer-journey practice: visualise what already happens before designing what should.
    """

    id = "J10"
    family = "journey"
    severity = Severity.ERROR
    title = Label(en="Now and wished for are mixed", nl="Nu en wens door elkaar")
    explained = explaining(
        asks={
            "en": "Does the journey show one thing: what happens now, a hypothesis, or what is wished for?",
            "nl": "Toont de reis één ding: wat nu gebeurt, een hypothese, of wat je wenst?",
        },
        mend={
            "en": "Set the state of the journey. Move what is wished for to a journey of its own, or to opportunities.",
            "nl": "Kies wat de reis toont. Zet wat je wenst in een eigen reis, of maak er kansen van.",
        },
    )
    wordings = worded(
        {
            "en": "Show what happens now apart from what you wish (mixed items: {n}).",
            "nl": "Toon wat nu gebeurt los van wat je wenst (gemengde items: {n}).",
        },
        unset={
            "en": "Say whether this map shows what happens now, a hypothesis or a wish (items that do not tell: {n}).",
            "nl": "Zeg of deze reis toont wat nu gebeurt, een hypothese of een wens (items die het niet zeggen: {n}).",
        },
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for journey in scene.journeys:
            items = [(f"steps.{step.id}", step.state) for step in journey.steps]
            items += [(f"cards.{card.id}", card.state) for card in journey.cards]
            if journey.state is None:
                unmarked = sum(state is None for _, state in items)
                yield Judged(journey.id, "state", filled(n=unmarked), wording="unset")
                continue
            mixed = [place for place, state in items if state not in (None, journey.state)]
            yield Judged(journey.id, mixed[0] if mixed else "state", filled(n=len(mixed)) if mixed else None)


@rule
class StepOrder(Rule):
    """Steps that do not follow the order of the phases.

    What it asks:
    Does every step stand in a phase that holds steps, after the steps of earlier phases and before those of later
    ones? Does a declared way back (a loop) lead back, and not forward? Of steps that stand out of order, the fewest
    that would have to move are named.

    Why:
    The order of steps is read as the order in time, and the journeys that customers really made are laid beside
    it. A step in the wrong place makes every one of them look like a deviation.

    Source:
    The structure of the map itself.
    """

    id = "J12"
    family = "journey"
    severity = Severity.ERROR
    title = Label(en="Order of steps", nl="Volgorde van stappen")
    explained = explaining(
        asks={
            "en": "Do the steps follow the order of the phases, and do loops lead back?",
            "nl": "Volgen de stappen de volgorde van de fasen, en leiden lussen terug?",
        },
        mend={
            "en": "Move the step, give it another phase, or declare the way back with a loop on the step where it "
            "begins.",
            "nl": "Verplaats de stap, geef haar een andere fase, of leg de weg terug vast met een lus op de stap "
            "waar die begint.",
        },
    )
    wordings = worded(
        {
            "en": "The order of step “{step}” is not consistent: it does not follow the order of the phases.",
            "nl": "De volgorde van stap ‘{step}’ klopt niet: ze volgt de volgorde van de fasen niet.",
        },
        phase={
            "en": "Step “{step}” stands outside the phases that hold steps.",
            "nl": "Stap ‘{step}’ staat buiten de fasen die stappen bevatten.",
        },
        loop={
            "en": "The loop of step “{step}” leads forward; a loop goes back to an earlier step.",
            "nl": "De lus van stap ‘{step}’ leidt vooruit; een lus gaat terug naar een eerdere stap.",
        },
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for journey in scene.journeys:
            column = {phase.id: index for index, phase in enumerate(scene.model(journey).columns())}
            place = {step.id: index for index, step in enumerate(journey.steps)}
            in_phase = [index for index, step in enumerate(journey.steps) if step.phase in column]
            kept = longest_in_order([column[journey.steps[index].phase] for index in in_phase])
            in_order = {in_phase[position] for position in kept}
            for index, step in enumerate(journey.steps):
                wording = None
                if step.phase not in column:
                    wording = "phase"
                elif index not in in_order:
                    wording = "default"
                elif step.loop_to is not None and place[step.loop_to] > index:
                    wording = "loop"
                values = filled(step=step.title) if wording else None
                yield Judged(journey.id, f"steps.{step.id}", values, wording=wording or "default")


def longest_in_order(numbers: Sequence[int]) -> tuple[int, ...]:
    """The positions of a longest part of a sequence that never goes down.

    Examples
    --------
    >>> longest_in_order([2, 0, 1, 1])
    (1, 2, 3)
    """
    ends: list[int] = []  # smallest last number of a part of each length
    at: list[int] = []  # where that number stands
    before: list[int] = []
    for position, number in enumerate(numbers):
        length = bisect_right(ends, number)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [number]
        at[length : length + 1] = [position]
    kept: list[int] = []
    position = at[-1] if at else -1
    while position >= 0:
        kept.append(position)
        position = before[position]
    return tuple(reversed(kept))

"""Phase models: labels as the texts have them, and a crosswalk between any two."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from klantreis.errors import NotFoundError
from klantreis.journeys.built_in_models import BUILT_IN
from klantreis.journeys.changes import apply
from klantreis.journeys.journey import Card, Journey, Scope, Step
from klantreis.journeys.phase_models import STRETCHES, Phase, PhaseModel, crosswalk
from klantreis.journeys.switching import switch_change
from klantreis.research.claim import Claim
from klantreis.values import Label

PAIRS = list(itertools.product(BUILT_IN.values(), repeat=2))


@pytest.mark.parametrize(
    ("model", "lang", "labels"),
    [
        ("nl-5", "nl", ["Bewustwording", "Oriëntatie", "Aankoop", "Gebruik", "Trouw / loyaliteit"]),
        ("alexa-5", "en", ["Awareness", "Engagement", "Evaluation", "Purchase", "Post-purchase"]),
        ("alexa-5", "nl", ["Awareness", "Engagement", "Evaluation", "Purchase", "Post-purchase"]),
        (
            "ael",
            "en",
            [
                "Awareness",
                "Consideration",
                "Decision",
                "Onboarding",
                "Use",
                "Offboarding",
                "Retention",
                "Renewal",
                "Upselling",
                "Ambassadorship",
            ],
        ),
        ("public-service", "nl", ["Bewustwording", "Oriëntatie", "Aanvraag", "Gebruik", "Vervolg"]),
    ],
)
def test_columns_carry_the_labels_of_the_texts(model: str, lang: str, labels: list[str]) -> None:
    columns = BUILT_IN[f"phase-model:{model}"].columns()
    assert [column.label.in_lang(lang) for column in columns] == labels  # type: ignore[arg-type]


def test_acquisition_experience_loyalty_has_three_roots() -> None:
    roots = [phase.label.en for phase in BUILT_IN["phase-model:ael"].phases if phase.parent is None]
    assert roots == ["Acquisition", "Experience", "Loyalty"]


def test_aida_stands_in_the_place_of_the_acquisition_sub_steps() -> None:
    model = BUILT_IN["phase-model:ael-aida"]
    assert [p.label.en for p in model.phases if p.parent == "acquisition"] == [
        "Attention",
        "Interest",
        "Desire",
        "Action",
    ]


def test_latent_to_loyal_asks_the_three_vetting_questions() -> None:
    phase = BUILT_IN["phase-model:latent-to-loyal"].phase("leveranciers")
    assert [question.nl for question in phase.questions] == [
        "Wie zijn deze leveranciers?",
        "Wat hebben ze mij te bieden?",
        "Waarom zou ik voor hen kiezen?",
    ]


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=lambda model: model.id)
def test_a_crosswalk_is_total_and_keeps_the_order(source: PhaseModel, target: PhaseModel) -> None:
    landed = crosswalk(source, target)
    order = [column.id for column in target.columns()]
    assert list(landed) == [column.id for column in source.columns()]
    places = [order.index(landed[column.id]) for column in source.columns()]
    assert places == sorted(places)


@pytest.mark.parametrize("model", BUILT_IN.values(), ids=lambda model: model.id)
def test_a_crosswalk_to_itself_with_distinct_stretches_is_identity(model: PhaseModel) -> None:
    columns = model.columns()
    distinct = len({column.covers for column in columns}) == len(columns)
    landed = crosswalk(model, model)
    if distinct:
        assert landed == {column.id: column.id for column in columns}
    else:  # AIDAOR: three letters share the purchase
        assert landed["o"] == "action"


models = st.lists(
    st.lists(st.sampled_from(STRETCHES), min_size=1, max_size=4, unique=True), min_size=1, max_size=7
).map(
    lambda covers: PhaseModel(
        id="phase-model:own",
        title=Label(nl="Eigen", en="Own"),
        phases=tuple(
            Phase(id=f"f{index}", label=Label(nl=f"F{index}", en=f"P{index}"), covers=tuple(stretches))
            for index, stretches in enumerate(covers)
        ),
    )
)


@given(data=st.data(), source=models | st.sampled_from(list(BUILT_IN.values())), target=models)
def test_switching_keeps_every_card_and_undo_restores_the_journey(
    data: st.DataObject, source: PhaseModel, target: PhaseModel
) -> None:
    phases = [column.id for column in source.columns()]
    count = data.draw(st.integers(1, 6))
    steps = tuple(Step(id=f"s{i}", phase=data.draw(st.sampled_from(phases)), title=f"Stap {i}") for i in range(count))
    cards = tuple(
        Card(claim=Claim(id=f"c{i}", text=f"Kaart {i}"), lane="action", step=f"s{i % count}")
        for i in range(data.draw(st.integers(0, 8)))
    )
    journey = Journey(
        id="journey:j",
        title="J",
        persona="persona:p",
        phase_model=source.id,
        scope=Scope(phases=tuple(phases[:2]), in_focus=phases[0]),
        steps=steps,
        cards=cards,
    )
    switched, undo = apply(journey, switch_change(journey, source, target))
    assert switched.cards == journey.cards
    assert {step.phase for step in switched.steps} <= {column.id for column in target.columns()}
    assert apply(switched, undo)[0] == journey


def test_a_phase_that_names_an_unknown_parent_is_refused() -> None:
    phase = Phase(id="a", label=Label(nl="A", en="A"), covers=("need",), parent="nergens")
    with pytest.raises(ValidationError, match="nergens"):
        PhaseModel(id="phase-model:x", title=Label(nl="X", en="X"), phases=(phase,))


def test_an_unknown_phase_is_answered_with_those_that_exist() -> None:
    with pytest.raises(NotFoundError, match="aankoop"):
        BUILT_IN["phase-model:nl-5"].phase("aankop")

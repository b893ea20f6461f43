"""The phase models that come with Klantreis."""

from __future__ import annotations

from typing import cast

from klantreis.journeys.phase_models import Phase, PhaseModel, Stretch
from klantreis.values import Label


def _phase(
    phase_id: str,
    nl: str,
    en: str,
    covers: str,
    *,
    parent: str | None = None,
    questions: tuple[tuple[str, str], ...] = (),
) -> Phase:
    return Phase(
        id=phase_id,
        label=Label(nl=nl, en=en),
        covers=tuple(cast(Stretch, stretch) for stretch in covers.split()),
        parent=parent,
        questions=tuple(Label(nl=question, en=translated) for question, translated in questions),
    )


LATENT_TO_LOYAL = PhaseModel(
    id="phase-model:latent-to-loyal",
    title=Label(nl="Van latente behoefte naar trouwe klant", en="From latent need to loyal customer"),
    phases=(
        _phase("behoefte", "Latente behoefte", "Latent need", "need aware"),
        _phase("informatie", "Informatie zoeken", "Looking for information", "search"),
        _phase(
            "leveranciers",
            "Leveranciers onderzoeken",
            "Vetting suppliers",
            "compare",
            questions=(
                ("Wie zijn deze leveranciers?", "Who are these suppliers?"),
                ("Wat hebben ze mij te bieden?", "What do they have to offer me?"),
                ("Waarom zou ik voor hen kiezen?", "Why would I choose them?"),
            ),
        ),
        _phase("bestelling", "Kiezen en bestellen", "Choosing and ordering", "choose buy"),
        _phase(
            "relatie",
            "Trouwe klant",
            "Loyal customer",
            "start use service end stay renew extend recommend",
        ),
    ),
)

_EXPERIENCE = (
    _phase("experience", "Experience", "Experience", "start use service end"),
    _phase("onboarding", "Onboarding", "Onboarding", "start", parent="experience"),
    _phase("gebruik", "Gebruik", "Use", "use service", parent="experience"),
    _phase("offboarding", "Afsluiten", "Offboarding", "end", parent="experience"),
)
_LOYALTY = (
    _phase("loyalty", "Loyalty", "Loyalty", "stay renew extend recommend"),
    _phase("retentie", "Retentie", "Retention", "stay", parent="loyalty"),
    _phase("verlenging", "Verlenging", "Renewal", "renew", parent="loyalty"),
    _phase("upselling", "Upselling", "Upselling", "extend", parent="loyalty"),
    _phase("ambassadorship", "Ambassadorship", "Ambassadorship", "recommend", parent="loyalty"),
)
_ACQUISITION = _phase("acquisition", "Acquisition", "Acquisition", "need aware search compare choose buy")

ACQUISITION_EXPERIENCE_LOYALTY = PhaseModel(
    id="phase-model:ael",
    title=Label(nl="Acquisition – Experience – Loyalty", en="Acquisition – Experience – Loyalty"),
    phases=(
        _ACQUISITION,
        _phase("awareness", "Awareness", "Awareness", "need aware", parent="acquisition"),
        _phase("consideration", "Consideration", "Consideration", "search compare", parent="acquisition"),
        _phase("decision", "Decision", "Decision", "choose buy", parent="acquisition"),
        *_EXPERIENCE,
        *_LOYALTY,
    ),
)

_AIDA = (
    _phase("attention", "Attention", "Attention", "need aware", parent="acquisition"),
    _phase("interest", "Interest", "Interest", "search", parent="acquisition"),
    _phase("desire", "Desire", "Desire", "compare choose", parent="acquisition"),
    _phase("action", "Action", "Action", "buy", parent="acquisition"),
)

AEL_AIDA = PhaseModel(
    id="phase-model:ael-aida",
    title=Label(nl="Acquisition (AIDA) – Experience – Loyalty", en="Acquisition (AIDA) – Experience – Loyalty"),
    phases=(_ACQUISITION, *_AIDA, *_EXPERIENCE, *_LOYALTY),
)

AEL_AIDAOR = PhaseModel(
    id="phase-model:ael-aidaor",
    title=Label(nl="Acquisition (AIDAOR) – Experience – Loyalty", en="Acquisition (AIDAOR) – Experience – Loyalty"),
    phases=(
        _ACQUISITION,
        *_AIDA,
        # The letters O and R are not spelt out by everybody alike; a team renames them in a model of its own.
        _phase("o", "O", "O", "buy", parent="acquisition"),
        _phase("r", "R", "R", "buy", parent="acquisition"),
        *_EXPERIENCE,
        *_LOYALTY,
    ),
    note="O and R are placeholders: copy the model into the workspace to name them as your team does.",
)

DUTCH_FIVE = PhaseModel(
    id="phase-model:nl-5",
    title=Label(nl="De vijf fasen van de klantreis", en="The Dutch five phases"),
    phases=(
        _phase("bewustwording", "Bewustwording", "Awareness", "need aware"),
        _phase("orientatie", "Oriëntatie", "Orientation", "search compare choose"),
        _phase("aankoop", "Aankoop", "Purchase", "buy"),
        _phase("gebruik", "Gebruik", "Use", "start use service end"),
        _phase("loyaliteit", "Trouw / loyaliteit", "Loyalty", "stay renew extend recommend"),
    ),
)

ALEXA_FIVE = PhaseModel(
    id="phase-model:alexa-5",
    title=Label(nl="De vijf fasen van Alexa", en="The five Alexa stages"),
    phases=(
        _phase("awareness", "Awareness", "Awareness", "need aware"),
        _phase("engagement", "Engagement", "Engagement", "search"),
        _phase("evaluation", "Evaluation", "Evaluation", "compare choose"),
        _phase("purchase", "Purchase", "Purchase", "buy"),
        _phase(
            "post-purchase",
            "Post-purchase",
            "Post-purchase",
            "start use service end stay renew extend recommend",
        ),
    ),
)

PUBLIC_SERVICE = PhaseModel(
    id="phase-model:public-service",
    title=Label(nl="De vijf fasen bij een publieke dienst", en="Five phases of a public service"),
    phases=(
        _phase("bewustwording", "Bewustwording", "Awareness", "need aware"),
        _phase("orientatie", "Oriëntatie", "Orientation", "search compare choose"),
        _phase("aanvraag", "Aanvraag", "Application", "buy"),
        _phase("gebruik", "Gebruik", "Use", "start use service end"),
        _phase("vervolg", "Vervolg", "Follow-up", "stay renew extend recommend"),
    ),
)

#: Built-in models by id.
BUILT_IN: dict[str, PhaseModel] = {
    model.id: model
    for model in (
        DUTCH_FIVE,
        ALEXA_FIVE,
        LATENT_TO_LOYAL,
        ACQUISITION_EXPERIENCE_LOYALTY,
        AEL_AIDA,
        AEL_AIDAOR,
        PUBLIC_SERVICE,
    )
}

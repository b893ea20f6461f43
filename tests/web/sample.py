"""A small workspace that fills every page: two personas, jobs with a ladder, a map, research and its claims."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from klantreis.measurement.measurement import EffectPlan, plan_digest
from klantreis.store.folder import FolderStore
from klantreis.values import Document
from klantreis.workspace import DOCUMENTS

EVIDENCE = [
    {
        "id": "e1",
        "source": "study:gesprekken",
        "finding": "Zes van de acht noemen het zelf.",
    },
    {
        "id": "e2",
        "source": "dataset:kassa",
        "finding": "Vaker op zaterdag.",
        "estimate": {
            "value": 0.37,
            "low": 0.351,
            "high": 0.398,
            "n": 801,
            "unit": "share",
            "method": "Wilson",
            "period": {"start": "2026-01-01", "end": "2026-06-30"},
        },
    },
]


def claim(name: str, words: str, **more: Any) -> dict[str, Any]:
    """A claim as plain data."""
    return {"id": name, "text": words, **more}


PLAN: dict[str, Any] = {
    "metric": "metric:wachttijd",
    "dataset": "dataset:kassa",
    "comparison": "adjusted",
    "outcome": {"pattern": 'touchpoint = "kassa"', "measure": "sum", "amount": "seconden"},
    "exposed": 'touchpoint = "tweede kassa"',
    "covariates": [
        {"name": "wachttijd vooraf", "pattern": 'touchpoint = "kassa"', "measure": "sum", "amount": "seconden"}
    ],
    "baseline": {"start": "2026-01-01", "end": "2026-03-31"},
    "measured": {"start": "2026-04-01", "end": "2026-06-30"},
    "unit": "seconden",
    "every": "week",
    "smallest_relevant_effect": 15,
    "direction": "down",
    "n_needed": 600,
    "fixed_on": "2026-03-01",
    "note": "De tweede kassa was alleen op zaterdag open.",
}
RESULT: dict[str, Any] = {
    "estimate": {
        "value": -41.2,
        "low": -55.9,
        "high": -26.5,
        "n": 640,
        "unit": "seconden",
        "method": "augmented inverse probability weights, regression, 1 fold",
    },
    "raw": {"value": -63.0, "low": -80.1, "high": -45.9, "n": 640, "unit": "seconden", "method": "welch"},
    "level": 184.0,
    "grade": "adjusted",
    "judgement": "worked",
    "cautions": [
        {"code": "effect.unmeasured"},
        {"code": "effect.imbalance", "values": {"name": "wachttijd vooraf", "difference": 0.12}},
    ],
    "e_value": 2.1,
    "e_value_limit": 1.6,
    "overlap": 0.94,
    "n_exposed": 210,
    "n_comparison": 430,
    "computed_on": "2026-07-10",
    "plan": "0000000000000000",
}


BODIES: tuple[dict[str, Any], ...] = (
    {
        "id": "workspace:buurtwinkel",
        "title": "Buurtwinkel",
        "organisation": "Coöperatie De Buurt",
        "description": "Hoe gezinnen in de buurt hun week rond krijgen.",
    },
    {
        "id": "persona:noor",
        "name": "Noor, moeder van twee",
        "tagline": "Wil op vrijdag weten dat de week rond is.",
        "primary": True,
        "studies": ["study:gesprekken"],
        "face": {"alt_text": "Getekend portret van Noor"},
        "lifeworld": {
            "demographics": [claim("leeftijd", "Noor is 38.", fictional=True)],
            "situation": [claim("gezin", "Woont met partner en twee kinderen.", evidence=EVIDENCE[:1])],
            "behaviour": [claim("zaterdag", "Doet de grote boodschappen op zaterdag.", evidence=EVIDENCE)],
        },
        "problem": {
            "statement": claim("probleem", "De week loopt altijd anders dan het lijstje."),
            "needs": [claim("rust", "Wil niet nog een keer naar de winkel.")],
            "feelings": [
                claim(
                    "haast",
                    "Voelt zich opgejaagd.",
                    evidence=[{"id": "e1", "source": "study:gesprekken", "stance": "contradicts"}],
                )
            ],
        },
        "segment": {"rule": "Gezinnen met kinderen die de kaart hebben", "n": 212, "of": 801},
    },
    {"id": "persona:bas", "name": "Bas", "standing": "target", "illustrative": True},
    {
        "id": "job:week-rond",
        "statement": claim("rond", "De week rond krijgen zonder gedoe"),
        "type": "functional",
        "personas": ["persona:noor"],
        "ladder": [
            claim("korting", "Korting op het schap"),
            claim("budget", "Binnen het budget blijven", evidence=EVIDENCE[:1]),
        ],
        "story": {"when": "de week begint", "want": "in één keer alles in huis hebben", "so_that": "ik tijd overhoud"},
        "pains": [{"claim": claim("vergeten", "Iets vergeten"), "severity": 4}],
        "gains": [{"claim": claim("tijd", "Een vrije zaterdagmiddag"), "relevance": 3}],
        "outcomes": [
            {
                "claim": claim(
                    "snel",
                    "Minder tijd kwijt aan bedenken wat we eten",
                    evidence=[
                        {
                            "id": "outcomes-avondeten",
                            "source": "survey:avondeten",
                            "finding": "81 % vindt dit belangrijk en 18 % is er tevreden over: kansscore 14,4 van 20.",
                            "estimate": {"value": 14.4, "low": 13.5, "high": 15.2, "n": 400},
                            "collected_on": "2026-03-28",
                        }
                    ],
                ),
                "importance": {"value": 0.8075, "low": 0.766, "high": 0.8431, "n": 400, "unit": "share"},
                "satisfaction": {"value": 0.1775, "low": 0.1432, "high": 0.218, "n": 400, "unit": "share"},
            },
            {"claim": claim("heel", "Niets vergeten")},
        ],
        "solutions": [{"text": "Vaste boodschappenlijst", "offered_by": "workaround", "note": "Op de koelkast"}],
        "steps": [
            {"stage": "define", "claim": claim("plannen", "Bepalen wat er nodig is")},
            {"stage": "monitor", "not_applicable": "Niemand houdt het bij"},
        ],
    },
    {
        "id": "job:gezien-worden",
        "statement": claim("gezien", "Gezien worden als iemand die het voor elkaar heeft"),
        "type": "social",
        "parent": "job:week-rond",
    },
    {
        "id": "journey:boodschappen",
        "title": "Van lege koelkast naar volle week",
        "persona": "persona:noor",
        "job": "job:week-rond",
        "state": "as_is",
        "trigger": claim("leeg", "De koelkast is leeg"),
        "end_goal": claim("vol", "Alles staat in de kast"),
        "owner": "Team Klant",
        "reviewed_on": "2026-01-15",
        "scope": {"in_focus": "aankoop"},
        "steps": [
            {"id": "lijst", "phase": "bewustwording", "title": "Ik maak een lijst", "observable": False},
            {"id": "kassa", "phase": "aankoop", "title": "Ik reken af", "touchpoints": ["touchpoint:kassa"]},
            {"id": "thuis", "phase": "gebruik", "title": "Ik ruim alles op", "observable": False},
        ],
        "cards": [
            {
                "claim": claim("kaart-zoek", "Zoekt de kaart in de tas", evidence=EVIDENCE),
                "lane": "action",
                "step": "kassa",
            },
            {"claim": claim("vraag", "Heb ik alles?"), "lane": "question", "step": "lijst"},
            {
                "claim": claim("sneller", "Sneller afrekenen"),
                "lane": "opportunity",
                "step": "kassa",
                "ref": "opportunity:snel",
            },
        ],
    },
    {"id": "channel:winkel", "label": {"nl": "Winkel", "en": "Shop"}, "setting": "offline"},
    {"id": "touchpoint:kassa", "label": "Kassa", "channel": "channel:winkel"},
    {
        "id": "tone:noor-aankoop",
        "persona": "persona:noor",
        "phase_model": "phase-model:nl-5",
        "phase": "aankoop",
        "tone": "Kort en vriendelijk",
        "do": ["Bij de naam noemen"],
        "avoid": ["Verkopen aan de kassa"],
    },
    {
        "id": "survey:avondeten",
        "title": "Avondeten, voorjaar 2026",
        "study": "study:enquete",
        "answers": "answers/avondeten.csv",
        "n": 400,
        "refused": 3,
        "collected": {"start": "2026-03-01", "end": "2026-03-28"},
        "imported_from": "limesurvey",
        "imported_on": "2026-04-01",
        "columns": [
            {"name": "id", "role": "respondent"},
            {
                "name": "q1[SQ001]",
                "role": "importance",
                "question": "Hoe belangrijk is het dat u minder tijd kwijt bent aan bedenken wat u eet?",
                "about": "tijd",
                "job": "job:week-rond",
                "outcome": "snel",
                "low": 1,
                "high": 5,
            },
            {
                "name": "q2[SQ001]",
                "role": "satisfaction",
                "question": "Hoe tevreden bent u daarover?",
                "about": "tijd",
                "job": "job:week-rond",
                "outcome": "snel",
                "low": 1,
                "high": 5,
            },
            {"name": "betalen", "role": "price_bracket", "question": "Wat zou u per maand betalen?"},
            {"name": "nps", "role": "nps", "low": 0, "high": 10},
            {"name": "leeftijd", "role": "category"},
            {"name": "waarom", "role": "text", "question": "Waarom?"},
        ],
    },
    {"id": "study:enquete", "title": "Enquête onder kaarthouders", "method": "survey", "n": 400},
    {
        "id": "study:gesprekken",
        "title": "Acht gesprekken aan de keukentafel",
        "method": "interview",
        "question": "Hoe krijg je de week rond?",
        "population": {"description": "Gezinnen in de wijk", "respondents": ["current"], "size": 1200},
        "n": 8,
        "held_on": "2026-05-12",
        "consent_basis": "Schriftelijke toestemming",
    },
    {
        "id": "source:gesprek-3",
        "title": "Gesprek 3",
        "study": "study:gesprekken",
        "collected_on": "2026-05-12",
        "respondent": "R3",
    },
    {
        "id": "quote:nog-een-keer",
        "text": "Dan moet ik wéér terug voor de melk.",
        "source": "source:gesprek-3",
        "speaker": "R3",
    },
    {
        "id": "dataset:kassa",
        "title": "Kassabonnen eerste helft 2026",
        "n_customers": 801,
        "n_events": 155848,
        "period": {"start": "2026-01-01", "end": "2026-06-30"},
        "consent_basis": "Klantenkaart, voorwaarden 2025",
        "customer_unit": "huishouden",
    },
    {
        "id": "insight:zaterdag",
        "claim": claim(
            "zaterdag", "Zaterdag is de dag van de week.", evidence=[{"id": "e1", "source": "quote:nog-een-keer"}]
        ),
        "personas": ["persona:noor"],
    },
    {
        "id": "metric:wachttijd",
        "title": "Wachttijd aan de kassa",
        "definition": "Mediaan van de seconden tussen aansluiten en afrekenen",
        "unit": "seconden",
        "direction": "down",
        "readings": [{"on": "2026-06-30", "estimate": {"value": 184, "low": 171, "high": 199, "n": 640}}],
    },
    {
        "id": "opportunity:snel",
        "title": "Sneller langs de kassa",
        "claim": claim("snel", "Wachten kost haar de vrije middag."),
        "journey": "journey:boodschappen",
        "step": "kassa",
        "persona": "persona:noor",
        "intended_effect": "Minder wachten",
        "aim": {
            "metric": "metric:wachttijd",
            "baseline": {"value": 184, "unit": "seconden", "n": 640},
            "target": 120,
            "direction": "down",
            "due": "2027-03-01",
            "comparison": "before_after",
        },
    },
    {
        "id": "action:tweede-kassa",
        "title": "Tweede kassa open op zaterdag",
        "opportunity": "opportunity:snel",
        "owner": "Winkelchef",
        "due": "2026-12-15",
    },
    {
        "id": "measurement:tweede-kassa",
        "title": "Wachttijd met de tweede kassa",
        "of": "action:tweede-kassa",
        "plan": PLAN,
        "results": [
            {**RESULT, "judgement": "too early", "computed_on": "2026-05-01"},
            {**RESULT, "plan": plan_digest(EffectPlan.model_validate(PLAN))},
        ],
        "owner": "Winkelchef",
    },
    {
        "id": "measurement:afrekenen",
        "title": "Wachttijd na het afrekenen",
        "of": "opportunity:snel",
        "plan": {**PLAN, "comparison": "before_after", "covariates": []},
    },
    {
        "id": "content-need:lijst",
        "claim": claim("lijst", "Wat zij vorige week kocht"),
        "journey": "journey:boodschappen",
        "step": "lijst",
        "persona": "persona:noor",
        "content": ["content-item:vorige-week"],
    },
    {
        "id": "content-item:vorige-week",
        "title": "Je vorige boodschappen",
        "status": "planned",
        "serves": ["content-need:lijst"],
        "channel": "channel:winkel",
    },
    {
        "id": "moment-of-truth:kassa",
        "claim": claim("beslist", "Hier beslist zij of zij terugkomt."),
        "label": "De rij",
        "journey": "journey:boodschappen",
        "step": "kassa",
        "triggers": ["touchpoint:kassa"],
    },
    {
        "id": "micro-moment:open",
        "intent": "know",
        "claim": claim("open", "Is de winkel nog open?"),
        "journey": "journey:boodschappen",
        "step": "lijst",
        "query": "openingstijden buurtwinkel",
    },
    {
        "id": "waiver:toon",
        "rule": "T01",
        "target": "journey:boodschappen",
        "reason": "De toon volgt na het onderzoek",
        "by": "An",
        "expires_on": "2099-01-01",
    },
)


def documents() -> list[Document]:
    """All documents of the sample."""
    return [DOCUMENTS[body["id"].partition(":")[0]].model_validate(body) for body in BODIES]


def write_sample(folder: Path) -> Path:
    """Write the sample as a folder of YAML files."""
    FolderStore(folder).fill(documents())
    return folder

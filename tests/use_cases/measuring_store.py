"""A workspace with an event log in which a mailing makes customers spend 3 more a week, in any kind of store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from klantreis.decisions.opportunity import Opportunity
from klantreis.events.dataset import Dataset
from klantreis.journeys.journey import Card, Journey, Step
from klantreis.measurement.measurement import Measurement
from klantreis.measurement.metric import Metric
from klantreis.personas.persona import Persona
from klantreis.research.claim import Claim
from klantreis.store.protocol import Store
from klantreis.use_cases.import_events import import_events
from klantreis.use_cases.open_workspace import open_store
from klantreis.workspace import WorkspaceSettings
from tests.measurement.simulated_log import plan, week

CUSTOMERS, WEEKS = 80, 8
CLAIM = Claim(id="c1", text="Wie een mailing krijgt, besteedt meer")


def documents(**changed: Any) -> tuple[Any, ...]:
    """The documents of the workspace; ``changed`` are fields of the plan."""
    asked = plan(
        "experiment",
        before=4,
        after=4,
        exposed='touchpoint = "mailing"',
        control='touchpoint = "no mailing"',
        **{"covariates": [{"name": "before", "pattern": 'touchpoint = "shop"', "measure": "sum", "amount": "value"}]}
        | changed,
    )
    return (
        WorkspaceSettings(id="workspace:shop", title="De winkel"),
        Persona(id="persona:an", name="An"),
        Journey(
            id="journey:weekly",
            title="Ik doe boodschappen",
            persona="persona:an",
            trigger=Claim(id="t1", text="De kast is leeg"),
            steps=(Step(id="list", phase="bewustwording", title="Ik maak een lijstje"),),
            cards=(Card(claim=CLAIM, lane="question", step="list"),),
        ),
        Dataset(id="dataset:card", title="Klantenkaart", log="events/card"),
        Metric(id="metric:spend", title="Besteding per week", definition="Bedrag per week", unit="EUR"),
        Opportunity(id="opportunity:mail", title="Een mailing sturen", claim=CLAIM),
        Measurement(id="measurement:mail", title="Doet de mailing iets?", of="opportunity:mail", plan=asked),
    )


def filled(location: str, csv: Path, **changed: Any) -> Store:
    """A store with the documents, and the log beside it."""
    store = open_store(location)
    store.fill(documents(**changed))
    csv.write_text(events(), encoding="utf-8")
    import_events(
        [csv],
        store.file("events/card"),
        customer="customer",
        time="time",
        touchpoint="touchpoint",
        attributes=("value",),
    )
    return store


def events() -> str:
    """Each customer shops once a week; half of them, by lot, get a mailing in week 4."""
    rng = np.random.default_rng(3)
    arm = rng.permutation(CUSTOMERS) < CUSTOMERS // 2
    lines = ["customer,time,touchpoint,value"]
    for row in range(CUSTOMERS):
        level = 10 + 10 * rng.random()
        lines.append(f"c{row},{week(4)}T08:00,{'mailing' if arm[row] else 'no mailing'},")
        for number in range(WEEKS):
            value = level + rng.normal() + (3 if arm[row] and number >= 4 else 0)
            lines.append(f"c{row},{week(number)}T12:00,shop,{value:.2f}")
    return "\n".join(lines) + "\n"

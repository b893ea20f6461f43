"""A small workspace with an event log in which two kinds of customers are planted, and a survey beside it."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from klantreis.events.dataset import Dataset
from klantreis.research.study import Study
from klantreis.research.survey import Survey, SurveyColumn
from klantreis.store.protocol import Store
from klantreis.use_cases.edit import create
from klantreis.use_cases.import_events import import_events
from klantreis.use_cases.new_workspace import new_workspace
from klantreis.use_cases.open_workspace import open_store
from klantreis.values import Lang

START = datetime(2026, 1, 1, tzinfo=UTC)


def events_file(folder: Path, *, customers: int = 120) -> Path:
    """A third of the customers shops often, in the evening and for much, and lives with children more often."""
    rng = random.Random(11)  # noqa: S311 - a fixture
    file = folder / "events.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["who", "when", "what", "channel", "amount", "home"])
        for number in range(customers):
            often = number % 3 == 0
            home = "kids" if rng.random() < (0.7 if often else 0.25) else "no kids"
            for _ in range(rng.randint(15, 30) if often else rng.randint(1, 5)):
                hour = rng.randint(18, 22) if rng.random() < (0.8 if often else 0.3) else rng.randint(8, 17)
                at = START + timedelta(days=rng.randint(0, 89), hours=hour)
                amount = round(rng.gauss(60 if often else 30, 8), 2)
                writer.writerow([f"c{number}", at.isoformat(), "shop", "store", amount, home])
            for _ in range(rng.randint(0, 3)):
                at = START + timedelta(days=rng.randint(0, 89), hours=9)
                writer.writerow([f"c{number}", at.isoformat(), "mail", "post", "", home])
            if rng.random() < 0.5:
                at = START + timedelta(days=rng.randint(20, 89), hours=20)
                writer.writerow([f"c{number}", at.isoformat(), "order", "web", 80, home])
    return file


def small_shop(folder: Path, *, lang: Lang = "nl") -> Store:
    """The workspace, with a dataset and its log."""
    place = folder / "shop"
    new_workspace(place, lang=lang, market="b2c", model="phase-model:nl-5")
    import_events(
        [events_file(folder)],
        place / "events" / "log",
        customer="who",
        time="when",
        touchpoint="what",
        channel="channel",
        attributes=("amount", "home"),
    )
    store = open_store(place)
    create(store, Dataset(id="dataset:shop", title="Winkel", log="events/log", customer_unit="klant"), by="test")
    return store


def with_survey(store: Store, *, weights: tuple[float, float] | None = None) -> Survey:
    """Answers of 90 people of two kinds: half is content, and shops through the app; written into the workspace.

    With weights those of the content count by the first and the others by the second; r89 has no weight.
    """
    rng = random.Random(3)  # noqa: S311 - a fixture
    path = store.file("surveys/answers.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["who", "recommend", "ease", "channel", *(["weight"] if weights else [])])
        for number in range(90):
            content = number % 2 == 0
            scores = [rng.randint(8, 10), rng.randint(6, 7)] if content else [rng.randint(0, 6), rng.randint(1, 4)]
            channel = "app" if rng.random() < (0.85 if content else 0.2) else "shop"
            weighing = [] if weights is None else ["" if number == 89 else weights[number % 2]]
            writer.writerow([f"r{number}", *scores, channel, *weighing])
        writer.writerow(["r0", 0, 1, "shop", *([1] if weights else [])])  # who answered twice
    create(store, Study(id="study:spring", title="Voorjaar", method="survey", n=90), by="test")
    survey = Survey(
        id="survey:spring",
        title="Voorjaar",
        study="study:spring",
        answers="surveys/answers.csv",
        n=91,
        columns=(
            SurveyColumn(name="who", role="respondent"),
            SurveyColumn(name="recommend", role="nps"),
            SurveyColumn(name="ease", role="ces"),
            SurveyColumn(name="channel", role="category"),
            *((SurveyColumn(name="weight", role="weight"),) if weights else ()),
        ),
    )
    create(store, survey, by="test")
    return survey

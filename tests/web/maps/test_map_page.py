"""The map page shows the map, the evidence behind a card, what is known of a step, and what customers did."""

from __future__ import annotations

import html
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from klantreis.errors import InvalidInputError
from klantreis.journeys.journey import Journey
from klantreis.store.folder import FolderStore
from klantreis.texts import catalogue
from klantreis.use_cases.edit import edit
from klantreis.use_cases.import_events import import_events
from klantreis.use_cases.lay_reality import lay_reality

BASE = "/w/buurtwinkel/journey/boodschappen/"
ID = "journey:boodschappen"
LANGS = {"nl": "nl-NL,nl;q=0.9", "en": "en-GB,en;q=0.9"}
PANELS = (
    "",
    "?card=kaart-zoek",
    "?card=sneller",
    "?card=vraag",
    "?card=leeg",
    "?card=kaart-zoek&form=edit",
    "?card=leeg&form=edit",
    "?card=kaart-zoek&form=move",
    "?card=kaart-zoek&form=remove",
    "?card=kaart-zoek&form=evidence",
    "?step=kassa",
    "?step=lijst",
    "?step=kassa&form=edit",
    "?step=kassa&form=move",
    "?step=kassa&form=remove",
    "?step=kassa&form=emotion",
    "?add=card&lane=opportunity&step=kassa",
    "?add=step&phase=gebruik",
    "?model=1",
    "history/",
)


def words_of(page: str) -> str:
    """The words of a page as they are read."""
    body = page[page.index("<body") :]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def panel_of(page: str) -> str:
    """The words of the panel."""
    found = re.search(r"<aside.*?</aside>", page, re.DOTALL)
    assert found
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])))


def look(client: Any, query: str = "", lang: str = "nl") -> str:
    """A page in one language."""
    answer = client.get(BASE + query, headers={"accept-language": LANGS[lang]})
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return str(answer.content.decode())


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("query", PANELS)
def test_every_panel_is_in_the_readers_language(client: Any, query: str, lang: str) -> None:
    page = look(client, query, lang)
    assert f'<html lang="{lang}">' in page
    assert page.count("<h1") == 1
    shown = words_of(page)
    assert not [one for one in catalogue() if one.startswith("maps.") and re.search(rf"\b{re.escape(one)}\b", shown)]
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for wanted in re.findall(r'(?:for|aria-labelledby|aria-describedby)="([^"]+)"', page):
        assert set(wanted.split()) <= set(ids), wanted


def test_no_label_is_said_in_the_other_language(client: Any) -> None:
    """The two languages differ wherever the catalogue does."""
    for query in PANELS:
        dutch, english = words_of(look(client, query, "nl")), words_of(look(client, query, "en"))
        for name, both in catalogue().items():
            if name.startswith("maps.") and "{" not in both["nl"] and len(both["nl"]) > 12 and both["nl"] != both["en"]:
                assert both["en"] not in dutch, (query, name)
                assert both["nl"] not in english, (query, name)


@pytest.mark.parametrize("lang", LANGS)
def test_every_link_on_the_map_leads_somewhere(client: Any, lang: str) -> None:
    links = {
        urljoin(BASE + query, html.unescape(href)).partition("#")[0]
        for query in PANELS
        for href in re.findall(r'href="([^"]+)"', look(client, query, lang))
        if "save-as" not in href and "lang=" not in href
    }
    dead = [link for link in sorted(links) if client.get(link).status_code not in {200, 302}]
    assert dead == []


@pytest.mark.parametrize("query", PANELS)
def test_anchors_of_links_to_this_map_are_there(client: Any, query: str) -> None:
    page = look(client, query)
    for href in {html.unescape(one) for one in re.findall(r'href="([^"]+)"', page)}:
        parts = urlsplit(urljoin(BASE, href))
        if parts.path == BASE and parts.fragment:
            target = look(client, f"?{parts.query}" if parts.query else "")
            assert f'id="{parts.fragment}"' in target, href


def test_the_evidence_behind_a_card_is_shown_whole(client: Any) -> None:
    shown = panel_of(look(client, "?card=kaart-zoek"))
    for words in (
        "Acties · Ik reken af",
        "Zoekt de kaart in de tas",
        "onderbouwd",
        "Het rust op 2 soorten bronnen",
        "ondersteunt Acht gesprekken aan de keukentafel",
        "Zes van de acht noemen het zelf.",
        "ondersteunt Kassabonnen eerste helft 2026",
        "37 %",
        "35–40 %",
        "n = 801",
        "1 januari 2026 – 30 juni 2026",
        "Wilson",
    ):
        assert words in shown, words


def test_the_opportunity_behind_a_card_names_metric_baseline_and_target(client: Any) -> None:
    shown = panel_of(look(client, "?card=sneller", "en"))
    for words in (
        "Opportunity Sneller langs de kassa",
        "Intended effect Minder wachten",
        "Metric Wachttijd aan de kassa",
        "Baseline 184 seconden (n = 640)",
        "Target down to 120 seconden",
        "By 1 March 2027",
        "Compared by before and after only",
        "Measured Wachttijd na het afrekenen – not measured yet",
    ):
        assert words in shown, shown


def test_a_step_says_what_decides_there_and_what_nobody_can_see(client: Any) -> None:
    assert "Moment of truth De rij Hier beslist zij of zij terugkomt." in panel_of(look(client, "?step=kassa"))
    shown = panel_of(look(client, "?step=lijst"))
    assert "ik wil weten" in shown
    assert "‘openingstijden buurtwinkel’" in shown
    assert "Geen enkel systeem legt deze stap vast" in shown
    assert "Geen gegevens: de lijn heeft hier een gat." in shown


def test_the_tools_lead_to_history_checks_and_files(client: Any) -> None:
    page = look(client)
    assert f'href="{BASE}history/"' in page
    assert re.search(r"\d+ zwakke plek", page)
    assert [f'href="{BASE}save-as/{ending}/"' in page for ending in ("pdf", "html", "svg", "png")] == [True] * 4


@pytest.mark.parametrize(("ending", "start"), [("html", b"<!doctype html>"), ("pdf", b"%PDF"), ("svg", b"<svg")])
def test_a_map_is_saved_as_a_file(client: Any, ending: str, start: bytes) -> None:
    answer = client.get(f"{BASE}save-as/{ending}/")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="boodschappen.{ending}"'
    assert start in answer.content[:200]


@pytest.fixture
def with_events(sample: Path, tmp_path: Path) -> Path:
    """The sample with a log of 40 visits to the till, of which 30 come home."""
    lines = ["klant,moment,wat"]
    for number in range(40):
        lines.append(f"k{number},2026-03-{1 + number % 28:02d} 10:00,kassa")
        if number < 30:
            lines.append(f"k{number},2026-03-{1 + number % 28:02d} 11:00,thuis")
    source = tmp_path / "kassa.csv"
    source.write_text("\n".join(lines), encoding="utf-8")
    import_events([source], sample / "events" / "kassa", customer="klant", time="moment", touchpoint="wat")
    store = FolderStore(sample)
    edit(store, "dataset:kassa", {"type": "set-field", "path": ["log"], "value": "events/kassa"}, by="An")
    runs = {"dataset": "dataset:kassa", "timeout_days": 3}
    edit(store, ID, {"type": "set-field", "path": ["runs"], "value": runs}, by="An")
    for at, name in ((1, "kassa"), (2, "thuis")):
        for field, value in (("pattern", f'touchpoint = "{name}"'), ("observable", True)):
            edit(store, ID, {"type": "set-field", "path": ["steps", at, field], "value": value}, by="An")
    return sample


def when_worked_out(client: Any, query: str = "", lang: str = "nl") -> str:
    """The page once what customers did is on it."""
    for _ in range(600):
        page = look(client, query, lang)
        if "data-pending" not in page:
            return page
        assert "Wat klanten deden wordt berekend." in words_of(page)
        time.sleep(0.1)
    pytest.fail("What customers did was never worked out.")


def test_what_customers_did_stands_below_the_map(ask: Callable[[Path], Any], with_events: Path) -> None:
    client = ask(with_events)
    found = lay_reality(FolderStore(with_events), ID).step("thuis")
    assert found is not None
    assert found.reach is not None
    assert (found.reach.count, found.reach.n) == (30, 40)
    shown = words_of(when_worked_out(client))
    assert "75 %" in shown
    told = panel_of(when_worked_out(client, "?step=thuis"))
    assert "30 van de 40 reizen kwamen hier: 75 % (95%-interval 60–86 %), van 30 verschillende klanten." in told
    assert "Dit is wat er te zien was, niet waardoor" in told
    told = panel_of(when_worked_out(client, "?step=kassa", "nl"))
    assert "Van wie doorging was de helft binnen 1 uur bij een andere stap" in told


def test_another_word_on_a_card_does_not_ask_the_events_again(
    ask: Callable[[Path], Any], with_events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ask(with_events)
    when_worked_out(client)

    def never(*_: object) -> None:
        pytest.fail("the events were asked again")

    monkeypatch.setattr("klantreis.web.maps.beside.lay_reality", never)
    edit(FolderStore(with_events), ID, {"type": "remove-card", "card": "vraag"}, by="An")
    page = look(client)
    assert "data-pending" not in page
    assert "kr-reality" in page


def test_a_log_that_is_gone_is_said_and_the_map_still_stands(ask: Callable[[Path], Any], with_events: Path) -> None:
    (with_events / "events" / "kassa").rename(with_events / "events" / "elders")
    page = when_worked_out(ask(with_events))
    assert "Wat klanten deden kan nog niet getoond worden." in words_of(page)
    assert "klantreis events import" in words_of(page)
    assert "Zoekt de kaart in de tas" in page


@pytest.mark.alone
def test_a_slow_answer_does_not_hold_the_page_up(
    ask: Callable[[Path], Any], with_events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ask(with_events)
    look(client)  # Django and the templates are loaded
    edit(FolderStore(with_events), ID, {"type": "set-field", "path": ["runs", "timeout_days"], "value": 4}, by="An")

    def slow(*_: object) -> None:
        time.sleep(3)
        raise InvalidInputError("too late to matter")

    monkeypatch.setattr("klantreis.web.maps.beside.lay_reality", slow)
    begun = time.perf_counter()
    page = look(client)
    assert time.perf_counter() - begun < 1.5
    assert "data-pending" in page


@pytest.mark.alone
def test_a_large_map_takes_less_than_a_tenth_of_a_second(ask: Callable[[Path], Any], with_events: Path) -> None:
    """30 steps in 6 lanes with 180 cards, reality included: the median of what the server needs, warm."""
    store = FolderStore(with_events)
    journey = store.load().get(ID, Journey)
    columns = [one.id for one in store.load().phase_models[journey.phase_model].columns()]
    steps = [*journey.steps]
    for number in range(27):
        step = {"id": f"s{number}", "phase": columns[number * len(columns) // 27], "title": f"Ik doe stap {number}"}
        steps.append(type(steps[0]).model_validate(step))
    cards = [
        {
            "claim": {
                "id": f"c-{lane.id}-{step.id}",
                "text": "Zoekt iets uit",
                "evidence": [{"id": "e1", "source": "study:gesprekken"}, {"id": "e2", "source": "dataset:kassa"}],
            },
            "lane": lane.id,
            "step": step.id,
        }
        for lane in journey.lanes
        for step in steps
    ]
    body = {"steps": [step.model_dump(mode="json") for step in steps], "cards": cards}
    bigger = Journey.model_validate({**journey.model_dump(mode="json"), **body})
    store.save(bigger, expect=store.version(ID), entry=None)
    client = ask(with_events)
    page = when_worked_out(client)
    assert page.count('<li class="kr-card ') == len(cards) == 180
    assert "kr-reality" in page
    taken = []
    for _ in range(9):
        begun = time.perf_counter()
        look(client, "?card=c-action-kassa")
        taken.append(time.perf_counter() - begun)
    assert statistics.median(taken) < 0.1, taken

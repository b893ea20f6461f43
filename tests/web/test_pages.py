"""Holds every page to both languages, one heading, links that lead somewhere, and words instead of ids."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from klantreis.texts import catalogue
from klantreis.use_cases.copy_workspace import copy_workspace
from tests.web.sample import BODIES

W = "/w/buurtwinkel/"
RECORDS = [
    body["id"]
    for body in BODIES
    if body["id"].partition(":")[0] not in {"workspace", "persona", "job", "journey", "tone", "waiver"}
]
PAGES = [
    W,
    f"{W}persona/noor/",
    f"{W}persona/bas/",
    f"{W}job/week-rond/",
    f"{W}job/gezien-worden/",
    f"{W}checks/",
    f"{W}methods/evidence-status/",
    *(f"{W}evidence/{record.replace(':', '/')}/" for record in RECORDS),
]
LANGS = {"nl": "nl-NL,nl;q=0.9", "en": "en-GB,en;q=0.9"}


class Page(HTMLParser):
    """What a test asks of a page: its tags, the text a reader sees, the ids and links in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden += tag in {"style", "script"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.tags if "id" in attributes]


def page(client: Any, path: str, lang: str = "nl", status: int = 200) -> Page:
    """One page, checked for its status."""
    answer = client.get(path, headers={"accept-language": LANGS[lang]})
    assert answer.status_code == status, f"{path}: {answer.status_code} {answer.content[:400]!r}"
    return Page(answer.content.decode("utf-8"))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole(client: Any, path: str, lang: str) -> None:
    shown = page(client, path, lang)
    assert shown.all("html")[0]["lang"] == lang
    assert len(shown.all("h1")) == 1
    assert len(shown.all("main")) == 1
    assert [one for one in shown.ids() if shown.ids().count(one) > 1] == []
    assert "None" not in shown.text.split()
    assert not any("style" in attributes or "onclick" in attributes for _, attributes in shown.tags)
    assert shown.all("style") == []
    areas = "|".join({name.partition(".")[0] for name in catalogue()})
    assert re.findall(rf"\b(?:{areas})\.[a-z_]+\.[a-z_.]+", shown.text) == []
    assert "{" not in shown.text


@pytest.mark.parametrize("path", PAGES)
def test_the_two_languages_differ(client: Any, path: str) -> None:
    assert page(client, path, "nl").text != page(client, path, "en").text


def test_all_links_within_lead_somewhere(client: Any) -> None:
    seen: dict[str, set[str]] = {}
    waiting = ["/"]
    wanted: list[tuple[str, str, str]] = []
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        answer = client.get(path, follow=True, headers={"accept-language": LANGS["nl"]})
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        if not answer["Content-Type"].startswith("text/html"):
            seen[path] = set()
            continue
        found = Page(answer.content.decode("utf-8"))
        seen[path] = set(found.ids())
        base = answer.request["PATH_INFO"]
        for link in [one["href"] for one in found.all("a") if one.get("href")]:
            target, fragment = urldefrag(urljoin(base, str(link)))
            assert urlsplit(target).netloc == "", f"{path} leads outside: {link}"
            if "lang=" not in target and "save-as" not in target:
                waiting.append(target)
                wanted.append((path, target, fragment))
    lost = [one for one in wanted if one[2] and one[2] not in seen[one[1]]]
    assert lost == []
    assert set(PAGES) <= set(seen) | {f"{W}evidence/channel/winkel/"}


def test_the_switch_keeps_the_place_and_the_question(client: Any) -> None:
    answer = client.get(f"{W}checks/?family=job&lang=en", headers={"accept-language": LANGS["nl"]})
    assert (answer.status_code, answer["Location"]) == (302, f"{W}checks/?family=job")
    assert page(client, f"{W}checks/", "nl").all("html")[0]["lang"] == "en"
    client.get(f"{W}?lang=nl")
    assert page(client, W, "en").all("html")[0]["lang"] == "nl"


def test_the_switch_never_leads_to_another_host(client: Any) -> None:
    answer = client.get("//evil.example/w/?lang=nl")
    assert urlsplit(answer["Location"]).netloc == ""


def test_without_a_known_language_the_workspace_decides(client: Any) -> None:
    answer = client.get(W, headers={"accept-language": "fr"})
    assert '<html lang="nl">' in answer.content.decode()


def test_the_words_of_a_market_are_those_of_labels_only(ask: Callable[[Path], Any], sample: Path) -> None:
    settings = sample / "workspace.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "market: public\n", encoding="utf-8")
    job = sample / "jobs" / "gezien-worden.yaml"
    job.write_text(job.read_text(encoding="utf-8").replace("Gezien worden", "Klant zijn"), encoding="utf-8")
    text = page(ask(sample), W, "nl").text
    assert "Burgerreizen" in text
    assert "Klantreizen" not in text
    assert "Klant zijn als iemand" in text
    assert "Klantreis draait alleen op deze computer." in text


def test_the_persona_card_says_how_much_is_assumed(client: Any) -> None:
    text = page(client, f"{W}persona/noor/", "nl").text
    assert "40 % is aanname: 2 van 5 beweringen hebben nog geen bewijs" in text
    assert "212 van 801 klanten (26 %)" in text
    assert "37 % (95%-interval 35–40 %; n = 801)" in text
    assert "fictief: geeft de persona een gezicht, beweert niets" in text
    assert "Het rust op 2 soorten bronnen: gebeurtenissen, interviews." in text
    assert "Kort en vriendelijk" in text


def test_the_ladder_stands_with_the_job_on_top(client: Any) -> None:
    text = page(client, f"{W}job/week-rond/", "en").text
    places = [text.index(words) for words in ("What it is for", "Binnen het budget blijven", "Korting op het schap")]
    assert places == sorted(places)
    assert "Als de week begint, wil ik in één keer alles in huis hebben, zodat ik tijd overhoud." in text


def test_an_outcome_shows_how_many_find_it_important_and_are_satisfied(client: Any) -> None:
    dutch, english = (page(client, f"{W}job/week-rond/", lang).text for lang in ("nl", "en"))
    assert "Vindt dit belangrijk 81 % (95%-interval 77–84 %; n = 400)" in dutch.replace("\xa0", " ")
    assert "Kansscore 14,4 van 20 (95%-interval 13,5–15,2)" in dutch
    assert "Are satisfied with it 18% (95% interval 14–22%; n = 400)" in english
    assert dutch.count("Kansscore") == 1, "an outcome that nobody was asked of has no numbers"


def test_a_survey_tells_what_it_asked_by_subject(client: Any) -> None:
    dutch = page(client, f"{W}evidence/survey/avondeten/", "nl")
    groups = ("Wat ertoe doet", "Prijzen", "Beleving", "In eigen woorden", "Over de respondenten", "Over elke rij")
    places = [dutch.text.index(words) for words in groups]
    assert places == sorted(places)
    assert "Eigenschappen" not in dutch.text
    assert "Wat zou u per maand betalen? prijsklasse" in dutch.text
    assert "aanbeveling (NPS) · schaal 0 tot 10" in dutch.text
    links = {attributes.get("href") for tag, attributes in dutch.tags if tag == "a"}
    assert f"{W}job/week-rond/#claim-snel" in links
    assert "Beweringen die hierop rusten (1)" in dutch.text


def test_an_orphan_job_says_so(client: Any) -> None:
    assert "Nog geen persona wil dit" in page(client, f"{W}job/gezien-worden/").text


def test_an_evidence_page_names_all_that_rests_on_it(client: Any) -> None:
    shown = page(client, f"{W}evidence/dataset/kassa/")
    assert "155.848" in shown.text
    assert "Klantenkaart, voorwaarden 2025" in shown.text
    links = {str(one["href"]) for one in shown.all("a")}
    assert f"{W}persona/noor/#claim-zaterdag" in links
    assert "Beweringen die hierop rusten (2)" in shown.text


def test_the_checks_page_shows_what_the_check_finds(client: Any, untouched: Path) -> None:
    from datetime import date

    from klantreis.checks.rule import rule_of
    from klantreis.use_cases.check_workspace import check_workspace
    from klantreis.use_cases.open_workspace import open_store

    report = check_workspace(open_store(untouched).load(), on=date.today())  # noqa: DTZ011 - as the page does
    text = page(client, f"{W}checks/").text
    assert report.findings
    assert report.waived
    for finding in report.findings:
        assert " ".join(finding.sentence("nl").split()) in text
        assert rule_of(finding.rule).mend("nl") in text
        assert rule_of(finding.rule).asks("nl") in text
    shown = page(client, f"{W}checks/")
    assert [one for tag in ("div", "li", "p") for one in shown.all(tag) if one.get("lang") == "en"] == []
    english = page(client, f"{W}checks/", "en").text
    assert all(rule_of(finding.rule).mend("en") in english for finding in report.findings)
    assert "De toon volgt na het onderzoek (An, tot 1 januari 2099)" in text


def test_the_rule_is_published_with_the_numbers_in_force(ask: Callable[[Path], Any], sample: Path) -> None:
    settings = sample / "workspace.yaml"
    changed = settings.read_text(encoding="utf-8") + "evidence_rule:\n  half_life_months: 36\n"
    settings.write_text(changed, encoding="utf-8")
    text = page(ask(sample), f"{W}methods/evidence-status/", "en").text
    assert "older than 72 months" in text
    assert "This workspace has numbers of its own." in text


def test_people_cannot_put_markup_on_a_page(ask: Callable[[Path], Any], sample: Path) -> None:
    persona = sample / "personas" / "noor.yaml"
    attack = '<script>alert(1)</script>"onmouseover="x'
    text = persona.read_text(encoding="utf-8").replace("Wil op vrijdag weten dat de week rond is.", f"'{attack}'")
    persona.write_text(text, encoding="utf-8")
    client = ask(sample)
    for path in (W, f"{W}persona/noor/"):
        shown = page(client, path)
        assert attack in shown.text
        assert shown.all("script") == []


def test_a_page_follows_the_files(ask: Callable[[Path], Any], sample: Path) -> None:
    client = ask(sample)
    assert "Buurtwinkel" in page(client, W).text
    settings = sample / "workspace.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("Buurtwinkel", "Wijkwinkel"), encoding="utf-8")
    assert "Wijkwinkel" in page(client, W).text


def test_a_database_shows_all_its_workspaces(ask: Callable[[Path], Any], sample: Path, tmp_path: Path) -> None:
    database = tmp_path / "team.sqlite3"
    for slug in ("een", "twee"):
        copy_workspace(sample, database, workspace=slug)
    client = ask(database)
    shown = page(client, "/")
    assert {"/w/een/", "/w/twee/"} <= {str(one["href"]) for one in shown.all("a")}
    assert "Noor, moeder van twee" in page(client, "/w/twee/").text


def test_a_picture_beside_the_workspace_is_shown(ask: Callable[[Path], Any], sample: Path) -> None:
    persona = sample / "personas" / "noor.yaml"
    before = persona.read_text(encoding="utf-8")

    def with_image(name: str) -> Any:
        text = before.replace("  alt_text:", f"  image: {name}\n  alt_text:")
        assert text != before
        persona.write_text(text, encoding="utf-8")
        return ask(sample)

    address = f"{W}persona/noor/face"
    (sample / "noor.png").write_bytes(b"\x89PNG picture")
    client = with_image("noor.png")
    pictures = page(client, f"{W}persona/noor/").all("img")
    assert [(one["src"], one["alt"]) for one in pictures] == [(address, "Getekend portret van Noor")]
    answer = client.get(address)
    assert (answer.content, answer["Content-Type"]) == (b"\x89PNG picture", "image/png")
    (sample / "noor.svg").write_text("<svg/>", encoding="utf-8")
    for refused in ("noor.svg", "gone.png", "../../outside.png", "workspace.yaml"):
        client = with_image(refused)
        assert page(client, f"{W}persona/noor/").all("img") == []
        assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("estimate", "lang", "words"),
    [
        (
            {"value": 0.37, "low": 0.351, "high": 0.398, "n": 801, "unit": "share"},
            "en",
            "37% (95% interval 35–40%; n = 801)",
        ),
        ({"value": 15.2, "low": 12.7, "high": 18.8, "unit": "days"}, "nl", "15,2 dagen (95%-interval 12,7–18,8)"),
        ({"value": 46.0602, "n": 129, "unit": "USD"}, "nl", "46,06 USD (n = 129)"),
        ({"value": 1234}, "en", "1,234"),
    ],
)
def test_a_number_is_written_with_what_it_rests_on(
    untouched: Path, estimate: dict[str, Any], lang: Any, words: str
) -> None:
    from datetime import date

    from klantreis.research.claim import Estimate
    from klantreis.use_cases.open_workspace import open_store
    from klantreis.web.claims import estimate_words
    from klantreis.web.workspaces import WorkspaceContext

    store = open_store(untouched)
    here = WorkspaceContext(slug="x", workspace=store.load(), store=store, lang=lang, on=date(2026, 11, 21))
    assert estimate_words(here, Estimate.model_validate(estimate)).replace("\u00a0", " ") == words


def test_an_empty_database_says_how_to_fill_it(ask: Callable[[Path], Any], tmp_path: Path) -> None:
    from klantreis.store.database.setup import ready

    database = tmp_path / "empty.sqlite3"
    ready(str(database))
    assert "klantreis copy FOLDER DATABASE" in page(ask(database), "/", "en").text


def test_the_overview_leads_to_what_was_measured_and_what_it_rests_on(client: Any) -> None:
    found = Page(client.get(W, HTTP_ACCEPT_LANGUAGE=LANGS["nl"]).content.decode())
    text = found.text.replace("\xa0", " ")
    assert "Het werkte −41,2 seconden per week (95%-interval −55,9 tot −26,5; n = 640)" in text
    assert "Er is nog niets gemeten." in text
    hrefs = {attrs.get("href") for tag, attrs in found.tags if tag == "a"}
    for path in ("measurement/tweede-kassa", "measurement/afrekenen", "survey/avondeten", "study/gesprekken"):
        assert f"{W}evidence/{path}/" in hrefs, path
    # A survey stands for the study that it was.
    assert f"{W}evidence/study/enquete/" not in hrefs


def test_a_metric_leads_to_who_uses_it(client: Any) -> None:
    found = Page(client.get(f"{W}evidence/metric/wachttijd/", HTTP_ACCEPT_LANGUAGE=LANGS["nl"]).content.decode())
    hrefs = {attrs.get("href") for tag, attrs in found.tags if tag == "a"}
    assert f"{W}evidence/opportunity/snel/" in hrefs
    assert f"{W}evidence/measurement/tweede-kassa/" in hrefs
    assert "Wachttijd met de tweede kassa – Het werkte" in found.text

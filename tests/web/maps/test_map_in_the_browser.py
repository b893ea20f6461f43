"""The map in a real browser: the whole way of writing without a script, by keyboard, wide and narrow, for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from klantreis.research.study import Study
from klantreis.use_cases.edit import create
from klantreis.use_cases.new_workspace import new_workspace
from klantreis.use_cases.open_workspace import open_store
from tests.web.conftest import running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BASE = "/w/buurtwinkel/journey/boodschappen/"
PAGES = (
    "",
    "?card=kaart-zoek#panel",
    "?card=sneller#panel",
    "?card=kaart-zoek&form=edit#f-text",
    "?card=kaart-zoek&form=evidence#f-source",
    "?card=kaart-zoek&form=remove#panel",
    "?step=kassa#panel",
    "?step=kassa&form=edit#f-title",
    "?step=kassa&form=remove#panel",
    "?step=kassa&form=emotion#f-value",
    "?add=card&lane=opportunity&step=kassa#f-text",
    "?model=1#f-model",
    "history/",
)
LOCALES = {"nl": "nl-NL", "en": "en-GB"}


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A wide page in Dutch without JavaScript."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="nl-NL", java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("lang", LOCALES)
def test_no_page_of_a_map_has_an_accessibility_fault(
    sample_server: str, browser: Browser, lang: str, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": width, "height": 900}, locale=LOCALES[lang])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    faults = {}
    for query in PAGES:
        page.goto(sample_server + BASE + query)
        for more in page.locator("details").all():
            more.evaluate("one => one.open = true")
        results = Axe().run(page)
        if results.violations_count:
            faults[query] = results.generate_report()
    # A form that was refused, and one that met another change.
    page.goto(f"{sample_server}{BASE}?step=kassa&form=edit#f-title")
    page.fill("#f-title", "")
    page.fill("#f-pattern", "touchpoint = ")
    page.locator("form .button").click()
    assert page.locator("[role=alert]").count() == 1
    results = Axe().run(page)
    if results.violations_count:
        faults["refused"] = results.generate_report()
    page.goto(f"{sample_server}{BASE}?card=vraag&form=edit#f-text")
    page.locator("input[name=expect]").first.evaluate("one => one.value = '0'.repeat(32)")
    page.locator("form .button").click()
    results = Axe().run(page)
    if results.violations_count:
        faults["conflict"] = results.generate_report()
    context.close()
    assert faults == {}
    # The two answers that are no 200 are reported by the browser as well; those are meant.
    assert [one for one in complaints if "422" not in one and "409" not in one] == []


@pytest.mark.parametrize("width", [1440, 720, 390, 320])
def test_only_the_map_itself_scrolls_sideways(sample_server: str, browser: Browser, width: int) -> None:
    """720 CSS pixels is a wide screen at 200 %."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="nl-NL")
    page = context.new_page()
    too_wide = []
    for query in PAGES:
        page.goto(sample_server + BASE + query)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        if not page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
            too_wide.append(query)
    page.goto(sample_server + BASE)
    grid = page.locator(".kr-grid")
    scrolls = grid.evaluate("one => one.scrollWidth > one.clientWidth")
    context.close()
    assert too_wide == []
    assert scrolls is (width < 1440)


def test_everything_is_reached_by_the_keyboard_and_seen_there(sample_server: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="nl-NL")
    page = context.new_page()
    page.goto(f"{sample_server}{BASE}?card=kaart-zoek")
    wanted = page.evaluate(
        "[...document.querySelectorAll('a[href], button, summary, [tabindex=\"0\"]')]"
        ".filter(one => one.checkVisibility()).length"
    )
    seen: list[str] = []
    unmarked: list[str] = []
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => {
              const one = document.activeElement;
              if (!one || one === document.body) return null;
              const all = [...document.querySelectorAll('*')];
              const styles = [getComputedStyle(one), getComputedStyle(one, '::after')];
              const marked = styles.some(style => style.boxShadow !== 'none' || parseFloat(style.outlineWidth) > 0);
              return [String(all.indexOf(one)), one.textContent.trim().slice(0, 40), marked];
            }"""
        )
        if told is None or told[0] in seen:
            break
        seen.append(told[0])
        if not told[2]:
            unmarked.append(told[1])
    context.close()
    assert len(seen) == wanted
    assert unmarked == []
    assert seen == sorted(seen, key=int)


def test_escape_closes_the_panel_but_never_a_form(sample_server: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="nl-NL")
    page = context.new_page()
    page.goto(f"{sample_server}{BASE}?card=vraag&form=edit#f-text")
    assert page.evaluate("document.activeElement.id") == "f-text"
    page.fill("#f-text", "Half getypt")
    page.keyboard.press("Escape")
    assert page.input_value("#f-text") == "Half getypt"
    page.goto(f"{sample_server}{BASE}?card=vraag#panel")
    page.keyboard.press("Escape")
    page.wait_for_url("**/boodschappen/#card-vraag")
    assert page.locator("#panel").count() == 0
    context.close()


@pytest.mark.parametrize(("width", "anchor"), [(900, "card-sneller"), (1440, "panel")])
def test_the_chosen_card_is_in_sight_within_the_map(
    sample_server: str, browser: Browser, width: int, anchor: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 700}, locale="nl-NL")
    page = context.new_page()
    page.goto(f"{sample_server}{BASE}?card=sneller#{anchor}")
    page.wait_for_timeout(200)
    inside = page.evaluate(
        """() => {
          const card = document.querySelector('.kr-card--selected').getBoundingClientRect();
          const grid = document.querySelector('.kr-grid').getBoundingClientRect();
          const head = document.querySelector('.kr-head').getBoundingClientRect();
          const lane = document.querySelector('.kr-corner').getBoundingClientRect();
          return card.left >= lane.right - 1 && card.right <= grid.right + 1 && card.top >= head.bottom - 1
            && card.bottom <= grid.bottom + 1;
        }"""
    )
    context.close()
    assert inside


def _sent(tab: Page) -> None:
    """Send the form and wait for the page that answers."""
    with tab.expect_navigation():
        tab.locator("form .button").click()


def test_the_whole_way_from_a_new_workspace_and_back(tmp_path: Path, tab: Page) -> None:
    """Add, edit, move, attach, set an emotion, undo all: the files are what they were, to the byte."""
    from playwright.sync_api import expect

    folder = tmp_path / "winkel"
    new_workspace(folder, lang="nl", market="b2c", model="nl-5")
    study = Study(id="study:gesprekken", title="Acht gesprekken", method="interview", n=8)
    create(open_store(folder), study, by="An")
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    (journey,) = (folder / "journeys").glob("*.yaml")
    with running(str(folder), "--port", "18760") as (_, address):
        tab.goto(address)
        tab.locator(".mapcard__title a").click()
        home = tab.url.partition("?")[0]

        tab.locator("a.kr-add").first.click()
        tab.fill("#f-text", "Kijkt eerst in de kast")
        _sent(tab)
        assert tab.locator(".done p").inner_text().startswith("Kaart ‘Kijkt eerst in de kast’ toegevoegd bij")
        assert "#card-kijkt-eerst-in-de-kast" in tab.url
        card = tab.locator(".kr-card--selected")
        assert "Kijkt eerst in de kast" in card.inner_text()
        assert "aanname" in card.inner_text()

        tab.get_by_role("link", name="Bewerken").click()
        tab.fill("#f-text", "Kijkt eerst in de koelkast")
        _sent(tab)
        assert "Kijkt eerst in de koelkast" in tab.locator(".kr-card--selected").inner_text()

        tab.get_by_role("link", name="Verplaatsen").click()
        lane = tab.locator("#f-lane option").nth(1).get_attribute("value")
        tab.select_option("#f-lane", lane)
        _sent(tab)
        assert tab.locator(".kr-row--question .kr-card--selected").count() == 1

        tab.get_by_role("link", name="Bewijs toevoegen").click()
        tab.select_option("#f-source", "study:gesprekken")
        tab.fill("#f-finding", "Zes van de acht doen het.")
        _sent(tab)
        assert "aanwijzing" in tab.locator(".kr-card--selected").inner_text()
        assert "Het rust op één soort bron: interviews." in tab.locator("#panel").inner_text()
        assert "Zes van de acht doen het." in tab.locator("#panel").inner_text()

        tab.locator(".kr-curve__words a").first.click()
        tab.fill("#f-value", "-1,5")
        _sent(tab)
        assert "−1,5" in tab.locator(".kr-curve__words").first.inner_text()

        assert journey.read_bytes() != before[journey]
        tab.goto(f"{home}history/")
        for left in range(5, 0, -1):
            # The page comes back anew after each step: it is waited for, not caught halfway.
            expect(tab.locator(".change:not(.change--undone):not(.change--back)")).to_have_count(left)
            with tab.expect_navigation():
                tab.get_by_role("button", name="Dit ongedaan maken").click()
        expect(tab.locator(".change--undone")).to_have_count(5)
        assert tab.get_by_role("button", name="Dit ongedaan maken").count() == 0
        tab.goto(home)
        assert "koelkast" not in tab.locator(".kr-grid").inner_text()
    assert {path: path.read_bytes() for path in folder.rglob("*.yaml")} == before

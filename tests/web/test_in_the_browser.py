"""Looks at every page in a browser: no accessibility fault, no scrolling sideways, nothing that the policy blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

W = "/w/buurtwinkel/"
PAGES = [
    W,
    f"{W}persona/noor/",
    f"{W}job/week-rond/",
    f"{W}checks/",
    f"{W}methods/evidence-status/",
    f"{W}evidence/study/gesprekken/",
    f"{W}evidence/survey/avondeten/",
    f"{W}evidence/dataset/kassa/",
    f"{W}evidence/opportunity/snel/",
    f"{W}evidence/quote/nog-een-keer/",
    f"{W}evidence/measurement/tweede-kassa/",
    f"{W}evidence/measurement/afrekenen/",
    f"{W}persona/nobody/",
]
#: A wide screen and a phone.
WIDTHS = {"wide": 1440, "phone": 390}
#: A wide screen at 200 % zoom, a phone, and a small phone; in CSS pixels.
NARROW = (720, 390, 320)


@pytest.fixture(params=["nl", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    """The language that the browser asks for."""
    return str(request.param)


@pytest.fixture(params=WIDTHS)
def tab(request: pytest.FixtureRequest, browser: Browser, lang: str) -> Iterator[Page]:
    """A page in a window of one width and language; what the browser complains of fails the test."""
    context = browser.new_context(
        viewport={"width": WIDTHS[request.param], "height": 900}, locale="nl-NL" if lang == "nl" else "en-GB"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    # A page that is not found is reported by the browser as well; that one is meant.
    assert [one for one in complaints if "404" not in one] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_accessibility_fault(sample_server: str, tab: Page, lang: str, path: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    tab.goto(sample_server + path)
    assert tab.evaluate("document.documentElement.lang") == lang
    for more in tab.locator("details").all():
        more.evaluate("one => one.open = true")
    results = Axe().run(tab)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", NARROW)
def test_no_page_scrolls_sideways(sample_server: str, browser: Browser, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="nl-NL")
    page = context.new_page()
    too_wide = []
    for path in PAGES:
        page.goto(sample_server + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        if not page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
            too_wide.append(path)
    context.close()
    assert too_wide == []


@pytest.mark.parametrize("width", [390, 320])
def test_the_numbers_of_a_measurement_are_whole_on_a_phone(sample_server: str, browser: Browser, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="nl-NL")
    page = context.new_page()
    page.goto(f"{sample_server}{W}evidence/measurement/tweede-kassa/")
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.measured *')].filter(one => {
            const at = one.getBoundingClientRect();
            return at.width > 1 && !one.closest('thead, defs') && (at.left < -1 || at.right > innerWidth + 1);
        }).map(one => one.outerHTML)"""
    )
    cells = page.locator(".measured td").all()
    hidden = [one.text_content() for one in cells if one.text_content() and not one.is_visible()]
    context.close()
    assert cut == []
    assert hidden == []
    assert len(cells) == 12


def test_the_type_and_the_style_arrive(sample_server: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(sample_server + W)
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('600 20px \"Source Sans 3\"'))")
    loaded = page.evaluate("[...document.fonts].filter(one => one.status === 'loaded').length")
    assert loaded >= 2
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 250, 247)"
    page.close()


def test_without_a_mouse_the_content_is_one_key_away(sample_server: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(sample_server + W)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def test_without_scripts_everything_is_there(sample_server: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="nl-NL")
    page = context.new_page()
    page.goto(f"{sample_server}{W}persona/noor/")
    page.get_by_text("2 bewijsstukken").first.click()
    assert page.get_by_text("37 % (95%-interval").first.is_visible()
    page.get_by_role("link", name="English").click()
    assert page.url == f"{sample_server}{W}persona/noor/"
    assert page.get_by_role("heading", name="The life they lead").is_visible()
    context.close()


def test_a_link_from_the_checks_lands_on_its_place(sample_server: str, browser: Browser) -> None:
    context = browser.new_context(locale="nl-NL")
    page = context.new_page()
    page.goto(f"{sample_server}{W}checks/")
    page.locator(f'a[href^="{W}persona/noor/#claim-"]').first.click()
    assert page.locator(":target").is_visible()
    context.close()

"""The map in a real browser: nothing sticks out, headers stay in sight, and it can be used without seeing it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from klantreis.render.html import MapLinks, map_fragment, render_html
from klantreis.render.map_view import MapTable
from klantreis.values import Lang
from tests.render.sample_map import small_table
from tests.render.test_typst_map import table_of, wide_journey

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LINKS = MapLinks(
    card=lambda card: f"#card-{card}",
    add_card=lambda lane, step: f"#add-{lane}-{step}",
    step=lambda step: f"#step-{step}",
    emotion=lambda step: f"#feel-{step}",
    evidence=lambda card: f"#evidence-{card}",
)


@pytest.fixture(params=[390, 720, 1440], ids=["phone", "half", "wide"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a phone's width, of a laptop at 200 %, and of a laptop."""
    opened = browser.new_page(viewport={"width": request.param, "height": 800})
    yield opened
    opened.close()


def shown(page: Page, folder: Path, table: MapTable, *, links: MapLinks | None = None) -> Page:
    """A page with a map on it, opened from a file."""
    html = render_html(table)
    if links is not None:
        html = html.replace(str(map_fragment(table)), str(map_fragment(table, links=links, selected="q1")))
    path = folder / "kaart.html"
    path.write_text(html, encoding="utf-8")
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("links", [None, LINKS], ids=["read", "linked"])
def test_axe_finds_nothing(page: Page, tmp_path: Path, lang: Lang, links: MapLinks | None) -> None:
    shown(page, tmp_path, small_table(lang=lang), links=links)
    assert (links is None) == (page.locator(".kr-map a").count() == 0)
    assert [found["id"] for found in Axe().run(page).response["violations"]] == []


def test_only_the_grid_scrolls_sideways(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, table_of(wide_journey(23, 6)))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("(grid => grid.scrollWidth > grid.clientWidth)(document.querySelector('.kr-grid'))")


def test_no_word_sticks_out_of_its_card_or_cell(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, table_of(wide_journey(23, 6)))
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.kr-card, .kr-step, .kr-phase, .kr-figure, .kr-strip__item')]
            .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.textContent.trim().slice(0, 60))"""
    )
    assert outside == []
    assert page.evaluate("Math.max(...[...document.querySelectorAll('.kr-step')].map(cell => cell.offsetWidth))") <= 330


def test_steps_and_lane_names_stay_in_sight(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, table_of(wide_journey(23, 6)))
    top, left, in_sight = page.evaluate(
        """() => {
            const grid = document.querySelector('.kr-grid');
            grid.scrollTo(900, 900);
            const at = grid.getBoundingClientRect();
            const step = document.querySelector('.kr-step').getBoundingClientRect();
            const head = document.querySelector('.kr-head').getBoundingClientRect();
            const lane = [...document.querySelectorAll('.kr-lane')].at(-1).getBoundingClientRect();
            return [head.top - at.top, lane.left - at.left, step.bottom > at.top];
        }"""
    )
    assert abs(top) <= 2
    assert abs(left) <= 2
    assert in_sight


def test_the_grid_can_be_reached_and_scrolled_by_keyboard(page: Page, tmp_path: Path) -> None:
    shown(page, tmp_path, table_of(wide_journey(23, 6)))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "kr-grid"
    page.keyboard.press("ArrowRight")
    # Scrolling is smooth, so it is looked at until it has moved; the page's own policy forbids a watching script.
    for _ in range(50):
        page.wait_for_timeout(100)
        if page.evaluate("document.querySelector('.kr-grid').scrollLeft") > 0:
            break
    assert page.evaluate("document.querySelector('.kr-grid').scrollLeft") > 0

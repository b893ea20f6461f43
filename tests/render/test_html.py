"""The map as HTML: a real table, complete, closed to what people write, and calling on nothing outside it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib import resources

import pytest

from klantreis.journeys.journey import Journey, Lane, Step
from klantreis.render.html import TINTS, MapLinks, map_fragment, render_html
from klantreis.render.map_table import map_table
from klantreis.values import Lang
from tests.render.sample_map import TODAY, card, small_table, small_workspace

VOID = {"meta", "col", "link", "br", "img", "input"}
#: Ink on paper: names of tokens, and the contrast that holds between them.
TEXT_PAIRS = [
    (ink, paper, 4.5)
    for ink in ("ink", "muted", "accent", "warn")
    for paper in ("paper", "card", "quiet", "accent-soft", *(f"tint-{n}" for n in range(1, 9)))
]
GRAPHIC_PAIRS = [(ink, "card", 3.0) for ink in ("good", "bad", "even", "accent", "edge")]


class Tree(HTMLParser):
    """Reads HTML into (tag, attributes, path), and refuses what does not nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str], tuple[str, ...]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}, tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}, tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self.open), data))

    def of(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """Attributes of every element with this tag and these attributes."""
        return [attrs for name, attrs, _ in self.found if name == tag and wanted.items() <= attrs.items()]

    def shown(self) -> str:
        """All text, as a reader gets it."""
        return " ".join(" ".join(text for path, text in self.texts if "style" not in path).split())


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_map_is_a_table_with_two_rows_of_headers_and_named_rows(lang: Lang) -> None:
    tree = Tree(map_fragment(small_table(lang=lang)))
    assert len(tree.of("table")) == 1
    assert [head["colspan"] for head in tree.of("th", scope="colgroup")] == ["1", "2", "1", "2", "1"]
    assert len(tree.of("th", scope="col")) == 7
    assert len(tree.of("th", scope="row")) == 6 + 2
    assert tree.of("th", scope="rowgroup") == [{"class": "kr-reality__title", "scope": "rowgroup", "colspan": "8"}]
    assert all("scope" in head for head in tree.of("th"))
    assert [name for name, _, path in tree.found if path and path[-1] == "table"] == [
        "caption", *["colgroup"] * 6, "thead", "tbody", "tbody",
    ]  # fmt: skip


def test_every_row_has_as_many_cells_as_there_are_columns() -> None:
    html = map_fragment(small_table())
    for row in re.findall(r"<tr class=\"kr-row.*?</tr>", html, flags=re.DOTALL):
        assert len(re.findall(r"<t[dh][ >]", row)) == 8


def test_the_grid_scrolls_within_a_named_region_that_takes_the_focus() -> None:
    tree = Tree(map_fragment(small_table()))
    (region,) = tree.of("div", role="region")
    assert region["tabindex"] == "0"
    assert tree.of("caption", id=region["aria-labelledby"])


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("nl", ["in focus", "onderbouwd", "2 bronnen", "Wat klanten deden", "geen gegevens", "Nog geen stap",
                "Zo lees je de tekens", "Illustratie", "gemeld door 12", "Aanleiding"]),
        ("en", ["in focus", "supported", "2 sources", "no data", "No step yet", "How to read the marks",
                "Illustration", "reported by 12", "What sets it off"]),
    ],
)  # fmt: skip
def test_everything_is_said_in_words(lang: Lang, words: list[str]) -> None:
    shown = Tree(render_html(small_table(lang=lang))).shown()
    assert [word for word in words if word not in shown] == []


def test_what_people_wrote_keeps_its_own_language() -> None:
    english = Tree(render_html(small_table(lang="en")))
    assert english.of("html", lang="en")
    assert english.of("h1", lang="nl")
    assert all(span.get("lang") == "nl" for span in english.of("span", **{"class": "kr-card__text"}))
    assert not Tree(map_fragment(small_table(lang="nl"))).of("span", lang="nl")


def test_a_status_is_a_shape_beside_a_word() -> None:
    html = map_fragment(small_table())
    shapes = {
        status: found.group(1)
        for status in ("supported", "indication", "assumption", "contradicted", "outdated")
        if (found := re.search(rf'kr-mark--{status}"[^>]*>(.*?)</svg>', html))
    }
    assert len(set(shapes.values())) == 5
    assert all("aria-hidden" in mark for mark in Tree(html).of("svg"))


def test_a_map_is_only_read_unless_it_is_linked() -> None:
    assert Tree(map_fragment(small_table())).of("a") == []


def test_links_lead_from_cards_cells_steps_and_emotions() -> None:
    links = MapLinks(
        card=lambda card: f"?card={card}",
        add_card=lambda lane, step: f"/add/{lane}/{step}",
        step=lambda step: f"?step={step}",
        emotion=lambda step: f"/emotion/{step}",
        evidence=lambda card: f"?card={card}#evidence" if card == "q1" else None,
    )
    tree = Tree(map_fragment(small_table(), links=links, selected="q1"))
    (chosen,) = tree.of("a", href="?card=q1")
    assert chosen["aria-current"] == "true"
    assert tree.of("li", id="card-q1")[0]["class"] == "kr-card kr-card--supported kr-card--selected"
    assert len(tree.of("a", **{"class": "kr-add"})) == 6 * 6
    assert tree.of("a", href="?card=trigger")
    assert tree.of("a", href="?card=q1#evidence")
    assert tree.of("a", href="?step=brief", **{"class": "kr-step__title"})
    assert len([link for link in tree.of("a") if link["href"].startswith("/emotion/")]) == 6
    assert "Kaart toevoegen: Acties, Ik lever een kortingsbon in" in tree.shown()


def test_nothing_that_people_wrote_becomes_code() -> None:
    evil = "</td><script>alert(1)</script>{{ 7*7 }}\"'><img src=x onerror=alert(1)>"
    journey = Journey(
        id="journey:kwaad", title=evil, persona="persona:wekelijks",
        steps=(Step(id="s", phase="aankoop", title=evil),),
        lanes=(Lane(id="l", kind="action", title=evil),),
        cards=(card("c", "l", "s", evil),), owner=evil,
    )  # fmt: skip
    page = render_html(map_table(small_workspace(journey), journey, lang="nl", on=TODAY))
    tree = Tree(page)
    assert tree.of("script") == []
    assert tree.of("img") == []
    assert page.count("&lt;script&gt;") >= 4
    assert "{{ 7*7 }}" in tree.shown()


def test_the_page_calls_on_nothing_outside_it() -> None:
    page = render_html(small_table())
    outside = [
        value
        for _, attrs, _ in Tree(page).found
        for name, value in attrs.items()
        if name in {"src", "href", "srcset", "action", "data"} and not value.startswith("#")
    ]
    assert outside == []
    assert set(re.findall(r"url\(\"?([a-z]+)", page)) == {"data"}
    assert "@import" not in page
    assert page.count("data:font/woff2;base64,") == 5


def test_the_fragment_needs_no_inline_style_or_script() -> None:
    for _, attrs, _ in Tree(map_fragment(small_table())).found:
        assert "style" not in attrs
        assert not [name for name in attrs if name.startswith("on")]
        assert all(name.startswith("kr-") for name in attrs.get("class", "").split())


def tokens() -> dict[str, str]:
    """The colours of the style sheet by name."""
    sheet = resources.files("klantreis.render").joinpath("static/tokens.css").read_text(encoding="utf-8")
    return dict(re.findall(r"--kr-([\w-]+): (#[0-9a-f]{6});", sheet))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("one", "other", "least"), TEXT_PAIRS + GRAPHIC_PAIRS)
def test_colours_keep_their_contrast(one: str, other: str, least: float) -> None:
    light, dark = sorted((luminance(tokens()[one]), luminance(tokens()[other])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= least


def test_every_tint_is_dressed() -> None:
    sheet = resources.files("klantreis.render").joinpath("static/map.css").read_text(encoding="utf-8")
    assert [n for n in range(1, TINTS + 1) if f".kr-tint-{n} {{" not in sheet] == []


def test_a_lane_without_one_feeling_draws_no_curve() -> None:
    journey = Journey(
        id="journey:leeg", title="Leeg", persona="persona:wekelijks",
        steps=(Step(id="s", phase="aankoop", title="Ik koop"),), lanes=(Lane(id="l", kind="emotion"),),
    )  # fmt: skip
    tree = Tree(map_fragment(map_table(small_workspace(journey), journey, lang="nl", on=TODAY)))
    assert tree.of("svg", **{"class": "kr-curve__svg"}) == []
    assert tree.shown().count("geen gegevens") == 5
    assert "gevoel gemeld" not in tree.shown()

"""The page of a measurement: the verdict in words, the numbers with their interval, the plan, and the way there."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from klantreis.events.pattern import parse_pattern
from klantreis.measurement.measurement import EffectPlan, Measurement
from klantreis.render.effect_words import told
from klantreis.render.words import Words
from klantreis.store.folder import FolderStore
from klantreis.web.drawn_effect import drawn_effect, nice_step, steps
from klantreis.web.measured import measured
from klantreis.web.pattern_words import pattern_words
from klantreis.web.workspaces import WorkspaceContext
from tests.web.sample import PLAN
from tests.web.test_pages import LANGS, Page, W

PAGE = f"{W}evidence/measurement/tweede-kassa/"


def page(client: Any, path: str, lang: str) -> Page:
    """A page as a reader of one language gets it."""
    return Page(client.get(path, HTTP_ACCEPT_LANGUAGE=LANGS[lang]).content.decode())


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "nl",
            [
                "Het werkte",
                "−41,2 seconden per week",
                "−55,9 tot −26,5",
                "Zoals het er staat is het verschil −63 seconden per week.",
                "was het zonder ook −21,8 seconden per week geweest",
                "gecorrigeerd: niet geloot",
                "210 kregen het, met 430 is vergeleken",
                "Na wegen verschilt wachttijd vooraf nog 0,12",
                "relatief risico van 2,10",
                "94 % van de klanten",
                "15 seconden per week (minder is beter)",
                "1 mei 2026: Nog te vroeg om te zeggen · −41,2 seconden per week (−55,9 tot −26,5)",
                "Nog te vroeg",
                "De tweede kassa was alleen op zaterdag open.",
            ],
        ),
        (
            "en",
            [
                "It worked",
                "−41.2 seconden per week",
                "−55.9 to −26.5",
                "adjusted: not drawn by lot",
                "210 got it, 430 are compared with",
                "risk ratio of 2.10",
                "15 seconden per week (less is better)",
                "Plan fixed on 1 March 2026; computed on 10 July 2026.",
                "docs/methods/adjusted-effect.md",
            ],
        ),
    ],
)
def test_the_page_tells_all_of_a_result(client: Any, lang: str, said: list[str]) -> None:
    text = page(client, PAGE, lang).text.replace("\xa0", " ")
    for words in said:
        assert words in text, words
    assert "changed after" not in text
    assert "veranderd nadat" not in text


def test_a_measurement_is_linked_from_what_it_measures_with_its_verdict(client: Any) -> None:
    action = page(client, f"{W}evidence/action/tweede-kassa/", "nl")
    assert "Wachttijd met de tweede kassa – Het werkte" in action.text
    opportunity = page(client, f"{W}evidence/opportunity/snel/", "en")
    assert "Wachttijd na het afrekenen – not measured yet" in opportunity.text
    assert PAGE in [attrs.get("href") for tag, attrs in action.tags if tag == "a"]
    content = page(client, f"{W}evidence/content-item/vorige-week/", "nl")
    assert "Gemeten" not in content.text


def test_a_plan_without_a_result_says_so(client: Any) -> None:
    text = page(client, f"{W}evidence/measurement/afrekenen/", "nl").text
    assert "Er is nog niets gemeten." in text
    assert "voor en na" in text


def test_a_plan_that_was_changed_afterwards_shows(sample: Path, ask: Callable[[Path], Any]) -> None:
    file = sample / "measurements" / "tweede-kassa.yaml"
    body = yaml.safe_load(file.read_text(encoding="utf-8"))
    body["plan"]["smallest_relevant_effect"] = 5
    file.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    text = page(ask(sample), PAGE, "nl").text
    assert "Het plan is veranderd nadat dit berekend is" in text


def test_the_drawing_keeps_the_order_of_the_numbers(untouched: Path) -> None:
    store = FolderStore(untouched)
    workspace = store.load()
    here = WorkspaceContext(slug="x", workspace=workspace, store=store, lang="nl", on=date(2026, 8, 1))
    held = workspace.get("measurement:tweede-kassa", Measurement)
    drawn = measured(here, held).drawing
    assert drawn is not None
    assert 0 < drawn.low < drawn.value < drawn.high < drawn.zero < drawn.band[1] < 100
    assert drawn.low < drawn.band[0] < drawn.zero
    assert (drawn.value - drawn.low) / (drawn.high - drawn.low) == pytest.approx(
        (55.9 - 41.2) / (55.9 - 26.5), abs=1e-3
    )


def test_the_drawing_has_an_axis_with_numbers_and_says_itself_in_words(client: Any) -> None:
    shown = page(client, PAGE, "nl").text.replace("\xa0", " ")
    for words in (
        "−60",
        "−40",
        "−20",
        "minder dan 15 doet er niet toe",
        "minder is beter, effect in seconden per week",
    ):
        assert words in shown, words
    svg = next(attrs for tag, attrs in page(client, PAGE, "nl").tags if tag == "svg" and attrs.get("role") == "img")
    assert (svg["aria-label"] or "").replace("\xa0", " ") == (
        "De schatting is −41,2 seconden per week, het 95%-interval loopt van −55,9 seconden per week tot "
        "−26,5 seconden per week. Geen effect is 0. Minder dan 15 seconden per week aan weerszijden is te klein om "
        "ertoe te doen."
    )


@given(least=st.floats(1e-9, 1e9))
def test_a_step_is_round_and_hardly_larger_than_asked(least: float) -> None:
    step = nice_step(least)
    assert least * (1 - 1e-6) <= step <= 2.5 * least * (1 + 1e-6)
    power = 10.0 ** math.floor(math.log10(step * (1 + 1e-9)))
    assert any(math.isclose(step / power, one) for one in (1, 2, 2.5, 5, 10))


@given(left=st.floats(-1e6, -1e-3), right=st.floats(1e-3, 1e6))
def test_the_numbers_of_an_axis_are_few_and_hold_nothing(left: float, right: float) -> None:
    found = steps(left, right, nice_step((right - left) / 4))
    assert 0 in found
    assert 1 <= len(found) <= 5
    assert all(left * (1 + 1e-6) <= one <= right * (1 + 1e-6) for one in found)


def test_shares_are_drawn_in_percentage_points(untouched: Path) -> None:
    plan = EffectPlan.model_validate(
        {
            **{name: one for name, one in PLAN.items() if name != "every"},
            "unit": "share",
            "outcome": {"pattern": 'touchpoint = "kassa"'},
            "smallest_relevant_effect": 0.02,
        }
    )
    held = FolderStore(untouched).load().get("measurement:tweede-kassa", Measurement)
    assert held.latest is not None
    assert held.latest.estimate is not None
    found = held.latest.estimate.model_copy(update={"value": 0.031, "low": 0.004, "high": 0.058, "unit": "share"})
    drawn = drawn_effect(plan, held.latest.model_copy(update={"estimate": found}), Words("nl"))
    assert drawn is not None
    assert [one.text for one in drawn.ticks] == ["0", "+2,5", "+5,0"]
    assert "procentpunt" in drawn.unit
    assert drawn.band_label.text == "minder dan 2 doet er niet toe"


@pytest.mark.parametrize(
    ("changed", "value", "words"),
    [
        ({"unit": "share", "every": None, "outcome": {"pattern": 'touchpoint = "kassa"'}}, 0.0312, "+3,1 procentpunt"),
        ({"every": None}, -0.0312, "−0,031 seconden"),
        ({"every": "day"}, 1234.5, "+1.234 seconden per dag"),
        (
            {
                "comparison": "interrupted_series",
                "covariates": [],
                "outcome": {"pattern": 'touchpoint = "kassa"', "measure": "count"},
            },
            0.0449,
            "+4,5 %",
        ),
    ],
)
def test_an_effect_is_told_in_its_unit(changed: dict[str, Any], value: float, words: str) -> None:
    plan = EffectPlan.model_validate({name: one for name, one in {**PLAN, **changed}.items() if one is not None})
    assert told(value, plan, Words("nl"), sign=True).replace("\xa0", " ") == words


def test_a_municipality_reads_of_citizens(sample: Path, ask: Callable[[Path], Any]) -> None:
    file = sample / "workspace.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "market: public\n", encoding="utf-8")
    text = page(ask(sample), PAGE, "nl").text.replace("\xa0", " ")
    assert "94 % van de burgers is te vergelijken" in text


def test_the_plan_names_what_counts_in_words(client: Any) -> None:
    text = page(client, PAGE, "nl").text
    assert "Wat telt ‘kassa’" in text
    assert "Kreeg het ‘tweede kassa’" in text
    assert "touchpoint" not in text


@pytest.mark.parametrize(
    "pattern",
    [
        'not touchpoint = "a"',
        "amount >= 2",
        'touchpoint = "a" within 7d after touchpoint = "b"',
        'channel = ""',
        'touchpoint = "a" and (channel = "b" or channel = "c")',
    ],
)
def test_what_a_few_words_cannot_say_stays_the_pattern(pattern: str) -> None:
    found = parse_pattern(pattern)
    assert pattern_words(found, Words("nl").say) == str(found)

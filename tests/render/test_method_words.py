"""Every method that a result can carry has its words in Dutch; what people wrote themselves is left alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import klantreis
from klantreis.render.method_words import is_ours, method_words
from klantreis.texts import catalogue

ROOT = Path(klantreis.__file__).parent
#: Where results are made that people read with their method.
FOLDERS = ("analysis", "measurement", "use_cases", "decisions")
#: Functions whose ``method`` is a setting of somebody else's.
SETTINGS = {"quantile", "minimize", "rankdata", "multivariate_normal", "brentq", "root_scalar", "find_groups", "Study"}
#: What stands for a part that is filled in while running, so that the words around it can be looked up.
FILLED = "7"
#: What the code writes where the value that is filled in is part of a word, or a word of its own.
SPELLED = {
    f"{FILLED} regression, influence function": ("linear regression", "logistic regression"),
    f"augmented inverse probability weights, {FILLED * 2}, {FILLED} fold{FILLED}": (
        "augmented inverse probability weights, regression, 1 fold",
        "augmented inverse probability weights, boosting (probit), 5 folds",
    ),
    f"interrupted series, {FILLED}, {FILLED} errors": tuple(
        f"interrupted series, {family}, {errors} errors"
        for family in ("poisson", "linear")
        for errors in ("quasi", "hac", "newey_west", "model")
    ),
    f"inverse probability weights{FILLED}, {FILLED} interval": (
        "inverse probability weights, joint interval",
        "inverse probability weights (probit), robust interval",
    ),
    f"{FILLED}, {FILLED}": ("first touch, customers drawn again", "linear, no interval for amounts"),
}


def written_methods() -> list[str]:
    """The texts given as ``method=`` in the code; a value within one is stood in for by a number."""
    found = set()
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _name(node.func) not in SETTINGS:
                    found |= {
                        one for word in node.keywords if word.arg == "method" for one in _texts(word.value) if one
                    }
    return sorted(found)


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _texts(value: ast.expr) -> set[str]:
    match value:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return _texts(one) | _texts(other)
        case ast.BinOp(left=one, right=other):
            return {left + right for left in _texts(one) for right in _texts(other) or {""}}
        case ast.JoinedStr(values=parts):
            return {"".join(str(one.value) if isinstance(one, ast.Constant) else FILLED for one in parts)}
    return set()


@pytest.mark.parametrize("method", written_methods())
def test_every_method_in_the_code_has_dutch_words(method: str) -> None:
    for spelled in SPELLED.get(method, (method,)):
        # A part that is nothing but a value filled in while running is a name (of a rule, of a model).
        bare = ", ".join(part for part in spelled.replace("; ", ", ").split(", ") if part.strip(FILLED))
        assert is_ours(spelled, "nl") or is_ours(bare, "nl"), method_words(spelled, "nl")


def test_the_code_was_looked_through() -> None:
    assert {"newcombe", "paired t", "opportunity score, 7"} <= set(written_methods())


@pytest.mark.parametrize(
    ("method", "dutch"),
    [
        ("welch", "Welch-interval"),
        (
            "callaway-sant'anna, not yet treated, influence function",
            "Callaway en Sant'Anna, vergeleken met wie het nog niet had, invloedsfunctie",
        ),
        (
            "augmented inverse probability weights, regression, 1 fold",
            "weging naar de kans om het te krijgen, aangevuld met een voorspelling, regressie, zonder kruisvalidatie",
        ),
        ("share of the 2 highest of 1 to 5; wilson", "aandeel van de 2 hoogste van 1 tot 5; Wilson-interval"),
        (
            "share of A, O, M and I, percentile bootstrap of respondents",
            "aandeel van A, O, M en I, respondenten opnieuw getrokken",
        ),
        ("weighted share, Wilson interval at an effective n of 87", None),
        ("interrupted series, poisson, hac errors; relative", None),
    ],
)
def test_parts_are_told_one_by_one_and_back(method: str, dutch: str | None) -> None:
    said = method_words(method, "nl")
    assert said != method
    assert dutch is None or said == dutch
    assert method_words(method, "en") == method


def test_what_somebody_wrote_stays() -> None:
    assert method_words("geteld aan de deur, Wilson-interval per huishouden", "en").startswith("geteld aan de deur")
    assert not is_ours("geteld aan de deur", "en")
    assert method_words("gemiddelde per gezin, Student-interval", "en") == "gemiddelde per gezin, Student-interval"
    assert method_words("welch, met de hand", "nl") == "welch, met de hand"


@given(st.text())
def test_no_text_is_lost(written: str) -> None:
    assert is_ours(written, "nl") or method_words(written, "nl") == written


def test_no_two_methods_look_the_same_in_english() -> None:
    english = [entry["en"] for message, entry in catalogue().items() if message.startswith("methods.")]
    assert len(english) == len(set(english))

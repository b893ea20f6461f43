"""Jobs, products and intents in lines written after the lists were made; the lists were not changed for them.

The pages job-statement.md and intents.md quote what comes out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from klantreis.analysis.voice.intent_features import labelled
from klantreis.analysis.voice.intents import INTENTS, classify
from klantreis.analysis.voice.language import job_statement
from klantreis.values import Lang


def unseen(kind: str, lang: Lang) -> tuple[list[str], list[str]]:
    """What is right, and the line."""
    file = Path(__file__).with_name(f"unseen_{kind}_{lang}.txt")
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
    return [row[0] for row in rows], [row[1] for row in rows]


def macro_f1(right: list[str], told: list[str], kinds: tuple[str, ...]) -> float:
    """The mean over kinds of 2·both / (right + told)."""
    one, other = np.array(right), np.array(told)
    return float(
        np.mean([2 * ((one == k) & (other == k)).sum() / ((one == k).sum() + (other == k).sum()) for k in kinds])
    )


@pytest.mark.parametrize(("lang", "printed"), [("nl", 0.78), ("en", 0.86)])
def test_jobs_and_products_unseen(lang: Lang, printed: float) -> None:
    right, lines = unseen("jobs", lang)
    told = [job_statement(line, lang).kind for line in lines]
    assert round(macro_f1(right, list(told), ("job", "product")), 2) == printed
    # It would rather miss a product than accuse a job.
    assert not [line for line, a, b in zip(lines, right, told, strict=True) if a == "job" and b == "product"]


@pytest.mark.parametrize(("lang", "printed", "labelled_right"), [("nl", 0.90, 28), ("en", 0.90, 27)])
def test_intents_unseen(lang: Lang, printed: float, labelled_right: int) -> None:
    right, lines = unseen("intents", lang)
    assert not set(lines) & set(dict(labelled(lang)))
    told = classify(lines, lang)
    assert [one.label for one in told].count(None) == 2
    assert sum(one.label == name for one, name in zip(told, right, strict=True)) == labelled_right
    likeliest = [INTENTS[int(np.argmax([one.probabilities[name] for name in INTENTS]))] for one in told]
    assert round(macro_f1(right, list(likeliest), INTENTS), 2) == printed

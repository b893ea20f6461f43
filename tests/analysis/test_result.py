"""What every answer of an analysis shares: plain data, cautions in two languages, checked input and fair draws."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.analysis.bootstrap import bootstrap, percentiles
from klantreis.analysis.result import (
    Result,
    as_array,
    as_codes,
    as_weights,
    caution,
    check_level,
    plain,
    same_length,
)
from klantreis.errors import InvalidInputError, NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Example(Result):
    """A result with a field of its own that holds another result."""

    part: Result
    spread: tuple[float, ...]


def test_a_result_is_plain_data_whatever_it_holds() -> None:
    part = Result(estimate=math.nan, low=-math.inf, high=math.inf, n=0, method="none")
    found = Example(
        estimate=np.float64(0.5),
        low=None,
        high=None,
        n=3,
        method="test",
        warnings=(caution("voice.few_answers", n=3),),
        part=part,
        spread=(1.0, math.nan),
    ).to_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["part"] == {
        "estimate": None,
        "low": "-Infinity",
        "high": "Infinity",
        "n": 0,
        "method": "none",
        "confidence": 0.95,
        "warnings": [],
    }
    assert found["spread"] == [1.0, None]
    assert found["warnings"] == [
        {
            "code": "voice.few_answers",
            "sentence": "Only 3 answers: read the interval, not the estimate.",
            "values": {"n": 3},
        }
    ]
    assert plain({"a": np.arange(2), 3: {"z"}}) == {"a": [0, 1], "3": ["z"]}


def test_a_caution_speaks_dutch_and_needs_a_sentence() -> None:
    assert (
        caution("voice.few_answers", n=3).sentence("nl") == "Maar 3 antwoorden: lees het interval, niet de schatting."
    )
    with pytest.raises(NotFoundError):
        caution("voice.unheard_of").sentence("en")


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: as_array("x", [1, math.nan]), r"x holds 1 missing value \(NaN\), the first at position 1"),
    (
        lambda: as_array("x", [[1.0, 2.0], [math.nan, math.nan]], dims=2),
        r"2 missing values \(NaN\), the first at .*1, 0",
    ),
    (lambda: as_array("x", [1, math.inf], missing=True), "x holds inf at position 1, which is infinite"),
    (lambda: as_array("x", [0, 5], low=1), "x holds 0 at position 0, which is below 1"),
    (lambda: as_array("x", [0, 5], high=4), "x holds 5 at position 1, which is above 4"),
    (lambda: as_array("x", []), "x holds 0"),
    (lambda: as_array("x", [1], minimum=2), "at least 2"),
    (lambda: as_array("x", [[1.0], [2.0, 3.0]], dims=2), "x must hold numbers in rows of one length"),
    (lambda: as_array("x", [[1, 2]]), "x must have 1 dimension"),
    (lambda: as_weights([1, 2], 3), "weights has 2 values for 3 cases"),
    (lambda: as_weights([1, -1], 2), "weights"),
    (lambda: as_weights([0, 0], 2), "weights are all zero"),
    (lambda: as_codes("who", ["a", None]), "who holds a missing value"),
    (lambda: as_codes("who", np.array([1.0, math.nan])), "who holds a missing value"),
    (lambda: as_codes("who", np.array(["a", 1], dtype=object)), "who mixes"),
    (lambda: as_codes("who", []), "who"),
    (lambda: same_length(a=[1], b=[]), "a has 1, b has 0"),
    (lambda: check_level(0), "confidence"),
    (lambda: bootstrap(lambda w: w, 3, draws=0), "draws"),
    (lambda: bootstrap(lambda w: w, 0), "no case"),
]


@pytest.mark.parametrize(("call", "named"), REFUSED)
def test_input_that_cannot_be_used_is_named(call: Callable[[], object], named: str) -> None:
    with pytest.raises(InvalidInputError, match=named):
        call()


def test_input_is_copied_and_missing_may_be_allowed() -> None:
    mine = np.array([1.0, 2.0])
    as_array("x", mine)[0] = 9
    assert mine[0] == 1
    assert np.isnan(as_array("x", np.array([1, None], dtype=object), missing=True)[1])
    assert as_weights(None, 3).tolist() == [1, 1, 1]


@given(st.integers(1, 30), st.integers(1, 40), st.integers(0, 99))
def test_every_draw_draws_as_many_as_there_are(n: int, draws: int, seed: int) -> None:
    weights = bootstrap(lambda w: w, n, draws=draws, seed=seed, block=50)
    assert weights.shape == (draws, n)
    assert (weights.sum(axis=1) == n).all()
    assert (weights >= 0).all()
    assert (bootstrap(lambda w: w, n, draws=draws, seed=seed, block=50) == weights).all()


def test_clusters_are_drawn_whole() -> None:
    clusters = np.array([0, 0, 1, 2, 2, 2])
    weights = bootstrap(lambda w: w, 6, draws=200, seed=1, clusters=clusters)
    for cluster in range(3):
        assert (weights[:, clusters == cluster] == weights[:, [int(np.argmax(clusters == cluster))]]).all()
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all()


def test_the_spread_of_draws_is_the_standard_error() -> None:
    x = np.random.default_rng(0).normal(size=400)
    means = bootstrap(lambda w: w @ x / 400, 400, draws=4000, seed=2)
    assert means.std() == pytest.approx(x.std() / 20, rel=0.04)
    low, high = percentiles(means, 0.9)
    assert (high - low) / 2 == pytest.approx(1.645 * x.std() / 20, rel=0.05)


def test_numbers_in_a_caution_are_written_as_the_language_does() -> None:
    told = caution("voice.flat_crossing", low="4", high="4.8")
    assert "Between 4 and 4.8 " in told.sentence("en")
    assert "Tussen 4 en 4,8 " in told.sentence("nl")
    assert told.to_dict()["values"] == {"low": "4", "high": "4.8"}

"""Whatever a method is given in place of what its signature asks, the answer is an error that names the argument."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from klantreis.analysis.behaviour import attribution, buying, segments, sequences, survival
from klantreis.analysis.voice import agreement, experience, intents, language, outcomes, price
from klantreis.errors import InvalidInputError

DRAW = np.random.default_rng(0)
FOUR = tuple(np.sort(DRAW.uniform(1, 50, (40, 4)), axis=1).T)
WHO = [f"c{place % 10}" for place in range(40)]
TIMES = DRAW.uniform(0, 10, 40)
YES = DRAW.integers(0, 2, 40)
AGAIN = DRAW.integers(0, 4, 200)
LAST = np.where(AGAIN > 0, DRAW.uniform(1, 30, 200), 0)
PATHS = (["a > b", "b"], [1, 2])
SAID = ["de levering was traag", "de prijs is hoog", "levering te laat"]

#: Each method with something that it takes.
TAKEN: dict[Callable[..., Any], tuple[Any, ...]] = {
    experience.nps: ([9, 10, 3],),
    experience.csat: ([4, 5, 1],),
    experience.ces: ([6, 7, 2],),
    experience.emotion_curve: (WHO, [f"s{place // 10}" for place in range(40)], DRAW.integers(-2, 3, 40)),
    experience.peak_end: (WHO, [place // 10 for place in range(40)], DRAW.integers(-2, 3, 40)),
    experience.expectation_gap: ([4, 5, 3], [3, 5, 5]),
    price.parse_brackets: (["10-20", "meer dan 20"],),
    price.bracketed: ([0, 10, 20], [10, 20, 30]),
    price.van_westendorp: FOUR,
    price.newton_miller_smith: (*FOUR, DRAW.integers(3, 6, 40), DRAW.integers(1, 4, 40)),
    price.gabor_granger: (DRAW.choice([4, 6, 8], 40), YES),
    outcomes.opportunity_scores: (DRAW.integers(1, 6, (40, 3)), DRAW.integers(1, 6, (40, 3))),
    outcomes.kano: (DRAW.integers(1, 6, (40, 2)), DRAW.integers(1, 6, (40, 2))),
    outcomes.maxdiff_counts: ([8, 3, 1], [1, 3, 8], [12, 12, 12]),
    outcomes.maxdiff_logit: ([["a", "b"], ["b", "a"]], ["a", "b"], ["b", "a"]),
    outcomes.forces_of_progress: (["an", "bo"], ["push", "habit"]),
    agreement.krippendorff_alpha: ([[1, 2, 3], [1, 2, 2]], "nominal"),
    agreement.fleiss_kappa: ([[3, 0], [2, 1]],),
    agreement.saturation: ([{"a"}, {"b"}, {"a"}, {"b"}, {"a"}, {"c"}],),
    language.sentiment: (SAID, "nl"),
    language.themes: (SAID * 5, 2),
    language.customer_terms: (SAID,),
    language.personal_data: ("bel 0612345678",),
    language.job_statement: ("een boor kopen",),
    intents.classify: (SAID, "nl"),
    segments.latent_classes: (DRAW.integers(0, 2, (100, 3)), 2),
    segments.mixed_prototypes: (DRAW.normal(size=(40, 2)), [[str(one)] for one in YES], 2),
    segments.density_clusters: (DRAW.normal(size=(40, 2)), 5),
    segments.medoids: ({"age": TIMES}, 2),
    segments.choose_k: (DRAW.normal(size=(40, 2)),),
    segments.stability: (DRAW.normal(size=(40, 2)), YES),
    segments.distinguishing: ({"age": TIMES}, YES),
    segments.prevalence: ({"age": TIMES}, {"age": (2, None)}),
    segments.rfm: (WHO, TIMES, TIMES, 11),
    attribution.first_touch: PATHS,
    attribution.last_touch: PATHS,
    attribution.linear: PATHS,
    attribution.shapley_paths: PATHS,
    attribution.markov_removal: (*PATHS, [3, 1]),
    attribution.shapley: ({frozenset("a"): 1.0, frozenset("b"): 2.0, frozenset("ab"): 4.0},),
    buying.bg_nbd: (AGAIN, LAST, np.full(200, 38.0)),
    buying.pareto_nbd: (AGAIN, LAST, np.full(200, 38.0)),
    buying.gamma_gamma: (DRAW.integers(1, 5, 200), DRAW.gamma(3, 10, 200)),
    buying.retention_sbg: ([1000, 631, 468, 382],),
    survival.kaplan_meier: (TIMES, YES),
    survival.aalen_johansen: (TIMES, YES),
    survival.log_rank: (TIMES, YES, YES[::-1]),
    sequences.substitution_costs: (["aab", "abb"],),
    sequences.optimal_matching: (["aab", "abb"],),
    sequences.longest_common_subsequence: ("abc", "acb"),
    sequences.cluster: (np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0))), 2),
    sequences.entropy: (["aab", "abb"],),
    sequences.complexity: (["aab", "abb"],),
}
#: None is a thing to say here.
MAY_BE_NONE = {
    (segments.density_clusters, "smallest"),
    (segments.mixed_prototypes, "categorical"),
    (attribution.markov_removal, "nulls"),
}
METHODS = pytest.mark.parametrize("method", TAKEN, ids=lambda method: method.__name__)


def _names(method: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(method).parameters)


@METHODS
def test_nothing_and_one_thing_in_place_of_an_argument(method: Callable[..., Any]) -> None:
    for place, name in enumerate(_names(method)[: len(TAKEN[method])]):
        if (method, name) in MAY_BE_NONE:
            continue
        for wrong in (None, object(), 3.5):
            if name == "at" and wrong == 3.5:
                continue
            given = list(TAKEN[method])
            given[place] = wrong
            with pytest.raises(InvalidInputError, match=rf"\b{name}\b"):
                method(*given)


@METHODS
def test_rows_of_numbers_hold_no_text_no_gap_and_no_rows(method: Callable[..., Any]) -> None:
    for place, name in enumerate(_names(method)[: len(TAKEN[method])]):
        good = np.asarray(TAKEN[method][place])
        if good.dtype.kind not in "if" or not good.ndim or method is segments.latent_classes:
            continue
        if name in ("labels", "group", "cause") or method is agreement.krippendorff_alpha:
            continue  # these may be texts
        text, ragged = good.astype(str).tolist(), [*good.tolist()[:-1], [[1.0], [2.0]]]
        hole = good.astype(float)
        hole.flat[0] = np.nan
        for wrong in (text, ragged, hole, good[:0], good[None, None]):
            given = list(TAKEN[method])
            given[place] = wrong
            with pytest.raises(InvalidInputError, match=rf"\b{name}\b"):
                method(*given)


@METHODS
def test_options_of_another_kind_are_named(method: Callable[..., Any]) -> None:
    for name, parameter in inspect.signature(method).parameters.items():
        if parameter.kind is not parameter.KEYWORD_ONLY or parameter.annotation not in ("int", "float", "int | float"):
            continue
        for wrong in (None, "many", [2], float("nan"), object()):
            with pytest.raises(InvalidInputError, match=rf"\b{name}\b"):
                method(*TAKEN[method], **{name: wrong})


def test_whole_numbers_below_their_least() -> None:
    with pytest.raises(InvalidInputError, match="draws must be 0 or more, not -1"):
        experience.nps([9, 8], draws=-1)
    with pytest.raises(InvalidInputError, match="seed must be 0 or more, not -1"):
        experience.nps([9, 8], seed=-1)
    with pytest.raises(InvalidInputError, match="starts must be 1 or more, not 0"):
        segments.mixed_prototypes(DRAW.normal(size=(40, 2)), None, 2, starts=0)


def test_a_gap_among_texts_is_no_customer_called_nan() -> None:
    with pytest.raises(InvalidInputError, match=r"customer holds a missing value \(NaN\)"):
        experience.emotion_curve(["an", float("nan")], ["find", "pay"], [1, 2])


def test_tables_that_cannot_be_cut() -> None:
    same = np.ones((20, 2))
    with pytest.raises(InvalidInputError, match="table has 1 different rows"):
        segments.choose_k(same, [2, 3])
    with pytest.raises(InvalidInputError, match="k is 2, but numeric and categorical have fewer different rows"):
        segments.mixed_prototypes(same, None, 2)
    with pytest.raises(InvalidInputError, match="items holds one answer only in every column"):
        segments.latent_classes(same, 2)


def test_more_touches_remembered_than_a_path_has_is_the_whole_path() -> None:
    many, all_of_it = (attribution.markov_removal(*PATHS, [3, 1], order=order, draws=0) for order in (10**9, 2))
    assert many.shares == all_of_it.shares

"""What people would pay, by every way in which a survey asked it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from klantreis.analysis.result import Result, plain
from klantreis.analysis.voice.price import (
    Bracketed,
    GaborGranger,
    NewtonMillerSmith,
    VanWestendorp,
    bracketed,
    gabor_granger,
    newton_miller_smith,
    parse_brackets,
    van_westendorp,
)
from klantreis.analysis.weighing import R, told_weighted, weighing_cautions
from klantreis.errors import InvalidInputError
from klantreis.research.answers import Answers, Floats
from klantreis.research.survey import SurveyColumn
from klantreis.sources.surveys.numbers import price_of

_FOUR = ("too_cheap", "cheap", "expensive", "too_expensive")
_INTENTS = ("intent_at_cheap", "intent_at_expensive")
#: Roles of which a survey must have some to say anything of prices.
PRICE_ROLES = ("too_cheap", "price_bracket", "offered_price", "bought")


@dataclass(frozen=True)
class BracketQuestion:
    """A question that was answered with a bracket of prices.

    Parameters
    ----------
    question
        As it was put to the respondents.
    found
        How the answers are spread.
    labels
        For each bracket with an answer, the words that respondents saw.
    without
        How many named no price.
    """

    question: str
    found: Bracketed
    labels: dict[tuple[float, float], str]
    without: int


@dataclass(frozen=True)
class Prices:
    """What a survey tells of prices; None for what it did not ask.

    Parameters
    ----------
    four
        Where too cheap, cheap, expensive and too expensive cross (Van Westendorp).
    buying
        At which price most would buy, and which earns most (Newton, Miller and Smith).
    offered
        What share buys at each price that was offered (Gabor and Granger).
    brackets
        Questions that were answered with a bracket.
    incomplete
        Rows left out because one of the questions of a method was not answered, by method.
    not_used
        Methods that could not be used on what was asked, with the reason.
    """

    survey: str
    rows: int
    four: VanWestendorp | None
    buying: NewtonMillerSmith | None
    offered: GaborGranger | None
    brackets: tuple[BracketQuestion, ...]
    incomplete: dict[str, int]
    not_used: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "survey": self.survey,
            "rows": self.rows,
            "van_westendorp": plain(self.four),
            "newton_miller_smith": plain(self.buying),
            "gabor_granger": plain(self.offered),
            "brackets": [
                {"question": one.question, "without_price": one.without, **one.found.to_dict()} for one in self.brackets
            ],
            "incomplete": self.incomplete,
            "not_used": self.not_used,
        }


def find_prices(
    answers: Answers, *, cost: float = 0, confidence: float = 0.95, draws: int = 1000, seed: int = 0
) -> Prices:
    """Everything that a survey tells of prices, each by the method that fits what was asked.

    Parameters
    ----------
    cost
        Of one sale, for the profit at each price that was offered.

    Raises
    ------
    InvalidInputError
        When the survey asks nothing of prices, or nothing of it can be used; the reasons are told.
    """
    survey = answers.survey
    drawn: dict[str, Any] = {"confidence": confidence, "draws": draws, "seed": seed}
    columns: dict[str, SurveyColumn] = {
        column.role: column for column in survey.columns if column.role in (*_FOUR, *_INTENTS)
    }
    incomplete: dict[str, int] = {}
    not_used: dict[str, str] = {}

    def tried(method: str, compute: Callable[[], Any]) -> Any:
        try:
            return compute()
        except InvalidInputError as error:
            not_used[method] = error.message
            return None

    four = buying = None
    if all(role in columns for role in _FOUR):
        prices, weights, left = _complete(answers, [columns[role] for role in _FOUR])
        incomplete |= {"van_westendorp": left} if left else {}
        four = tried("van_westendorp", lambda: _weighed(van_westendorp(*prices, weights=weights, **drawn), weights))
        if all(role in columns for role in _INTENTS):
            both, weights_of_both, left = _complete(answers, [columns[role] for role in (*_FOUR, *_INTENTS)])
            incomplete |= {"newton_miller_smith": left} if left else {}
            buying = tried(
                "newton_miller_smith",
                lambda: _weighed(newton_miller_smith(*both, weights=weights_of_both, **drawn), weights_of_both),
            )
    elif any(role in columns for role in _FOUR):
        missing = [role for role in _FOUR if role not in columns]
        not_used["van_westendorp"] = f"No column asks: {', '.join(missing)}."
    offered = tried("gabor_granger", lambda: _offered(answers, cost, incomplete, drawn))
    asked = [
        tried(f"brackets of {column.name}", partial(_bracket, answers, column, drawn))
        for column in survey.of_role("price_bracket")
    ]
    brackets = tuple(one for one in asked if one is not None)
    if four is None and buying is None and offered is None and not brackets:
        told = " ".join(f"{method}: {reason}" for method, reason in not_used.items())
        raise InvalidInputError(
            f"{survey.id} tells nothing of prices. {told}".strip(),
            hint="Say at the import what its columns ask, as in --role q3=price_bracket or --role q4=too_cheap.",
        )
    return Prices(survey.id, answers.rows, four, buying, offered, brackets, incomplete, not_used)


def _complete(answers: Answers, columns: Sequence[SurveyColumn]) -> tuple[list[Floats], Floats | None, int]:
    """The numbers of who answered all of these, their weights, and how many of the others answered some."""
    table = np.column_stack([answers.numbers(column) for column in columns])
    gaps = np.isnan(table)
    whole = ~gaps.any(axis=1)
    if not whole.any():
        raise InvalidInputError(f"Nobody answered all of: {', '.join(column.name for column in columns)}.")
    weights = answers.weights()
    left = int((~whole & ~gaps.all(axis=1)).sum())
    return list(table[whole].T), None if weights is None else weights[whole], left


def _offered(answers: Answers, cost: float, incomplete: dict[str, int], drawn: dict[str, Any]) -> GaborGranger | None:
    """Prices of a column beside whether one would buy, or one price for each column that asks it."""
    said, price = answers.survey.of_role("bought"), answers.survey.of_role("offered_price")
    if not said:
        return None
    if price:
        asked = [(answers.numbers(price[0]), answers.numbers(said[0]))]
        incomplete |= _half_answered(asked[0])
    else:
        named = [(column, price_of(column.about or "")) for column in said]
        unknown = [column.name for column, offered in named if offered is None]
        if unknown:
            raise InvalidInputError(f"It is not said at which price one would buy: {', '.join(unknown)}.")
        asked = [(np.full(answers.rows, offered), answers.numbers(column)) for column, offered in named]
    weights, who = answers.weights(), answers.survey.of_role("respondent")
    # Who is not known answers for nobody but this row.
    ids = [text or f"row {row}" for row, text in enumerate(answers.texts(who[0]) if who else [None] * answers.rows)]
    given = [(row, prices[row], bought[row]) for prices, bought in asked for row in _answered(prices, bought)]
    if not given:
        raise InvalidInputError("Nobody said whether to buy at a price.")
    rows = [row for row, _, _ in given]
    counting = None if weights is None else weights[rows]
    found = gabor_granger(
        np.array([offered for _, offered, _ in given]),
        np.array([bought for _, _, bought in given]),
        cost=cost,
        weights=counting,
        customer=[ids[row] for row in rows] if who or len(asked) > 1 else None,
        **drawn,
    )
    return _weighed(found, counting)


def _weighed(found: R, weights: Floats | None) -> R:
    """A result that says, when it was weighted, by how much fewer answers its interval goes."""
    told = told_weighted(found, weights)
    return replace(told, warnings=(*told.warnings, *weighing_cautions(weights)))


def _answered(prices: Floats, bought: Floats) -> list[int]:
    return [int(row) for row in np.flatnonzero(~(np.isnan(prices) | np.isnan(bought)))]


def _half_answered(asked: tuple[Floats, Floats]) -> dict[str, int]:
    left = int((np.isnan(asked[0]) ^ np.isnan(asked[1])).sum())
    return {"gabor_granger": left} if left else {}


def _bracket(answers: Answers, column: SurveyColumn, drawn: dict[str, Any]) -> BracketQuestion:
    texts, weights = answers.texts(column), answers.weights()
    given = [(row, text) for row, text in enumerate(texts) if text is not None]
    read = parse_brackets([text for _, text in given])
    known = [(row, text, pair) for (row, text), pair, there in zip(given, read, read.known, strict=True) if there]
    if not known:
        raise InvalidInputError("Nobody named a price.")
    counting = None if weights is None else weights[[row for row, _, _ in known]]
    found = bracketed([pair[0] for _, _, pair in known], [pair[1] for _, _, pair in known], weights=counting, **drawn)
    masses = tuple(told_weighted(mass, counting) for mass in found.masses)
    found = replace(found, masses=masses, warnings=(*found.warnings, *weighing_cautions(counting)))
    labels = {pair: text for _, text, pair in reversed(known)}
    return BracketQuestion(column.question or column.name, found, labels, len(given) - len(known))


def results_of(found: Prices) -> dict[str, Result]:
    """The one result of each method that has one, by its name."""
    named: dict[str, Result | None] = {
        "van_westendorp": found.four,
        "newton_miller_smith": found.buying,
        "gabor_granger": found.offered,
    }
    return {name: result for name, result in named.items() if result is not None}

"""What each column of a file of answers seems to ask, from its words and its answers; for a person to confirm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from klantreis.research.survey import ABOUT_SOMETHING, ONCE, Role
from klantreis.sources.surveys.agreeing import agreement
from klantreis.sources.surveys.best_worst import task_columns
from klantreis.sources.surveys.days import days_of
from klantreis.sources.surveys.kano_pairs import kano_pairs
from klantreis.sources.surveys.numbers import (
    bracket_of,
    is_plain_number,
    is_unknown,
    price_in,
    price_of,
    reading_of,
    yes_of,
)
from klantreis.sources.surveys.role_words import asks_price, role_words, subject_of
from klantreis.sources.surveys.sheet import Question, Sheet
from klantreis.sources.surveys.task_design import says_version

#: Roles whose answers are numbers on a scale.
SCALED: frozenset[str] = frozenset(
    {
        *("importance", "satisfaction", "nps", "csat", "ces", "emotion", "expected", "experienced"),
        *("functional", "dysfunctional", "intent_at_cheap", "intent_at_expensive"),
    }
)
PRICES: frozenset[str] = frozenset({"too_cheap", "cheap", "expensive", "too_expensive", "offered_price"})
#: All roles whose answers are kept as numbers.
NUMERIC: frozenset[str] = SCALED | PRICES | {"number", "weight", "bought"}
#: Share of the answers that must fit a role before it is guessed.
_FITTING = 0.8
_SCALE_ENDS = ((1, 5), (1, 7), (0, 10), (-2, 2), (-3, 3), (0, 100))
_FEW = 20
#: How much of the words of an importance and a satisfaction must agree for them to be about one thing.
_AGREEING = 0.6


@dataclass(frozen=True)
class Guess:
    """What one column seems to be; ``role`` None: nothing that is to be kept."""

    role: Role | None
    about: str | None = None
    low: float | None = None
    high: float | None = None


def guess_roles(sheet: Sheet) -> tuple[Guess, ...]:
    """A guess for each column of a sheet.

    What may stand once only is given to the first column that fits; a satisfaction that no importance stands beside
    is general satisfaction (csat).
    """
    guesses = [_guess(one, [cell for cell in sheet.column(k) if cell]) for k, one in enumerate(sheet.questions)]
    tasks = task_columns(sheet)
    for place, column in tasks.items():
        guesses[place] = Guess(column.role, column.task)
    for place, one in enumerate(sheet.questions):
        if tasks and guesses[place].role and place not in tasks and says_version(one.name):
            guesses[place] = Guess("design_version")
    for place, (asks, about) in kano_pairs(sheet).items():
        if guesses[place].role not in ("functional", "dysfunctional"):
            guesses[place] = Guess(asks, about, 1, 5)
    _meet(guesses, "experienced", "expected")
    weighed = {guess.about for guess in guesses if guess.role == "importance"}
    # An importance that has a satisfaction in its very words waits for no other.
    alone = weighed - {guess.about for guess in guesses if guess.role == "satisfaction"}
    seen: set[str] = set()
    for place, guess in enumerate(guesses):
        role = guess.role
        if role == "satisfaction" and guess.about not in weighed:
            guesses[place] = _paired(guess, [about for about in alone if about is not None])
        if role in ONCE and role in seen:
            guesses[place] = _by_answers(sheet.questions[place], [cell for cell in sheet.column(place) if cell])
        if role is not None:
            seen.add(role)
    return tuple(guesses)


def _meet(guesses: list[Guess], role: Role, other: Role) -> None:
    """Put columns of one role under the words of those of another that they agree with best."""
    free = [guess.about for guess in guesses if guess.role == other and guess.about is not None]
    for place, guess in enumerate(guesses):
        if guess.role == role and guess.about is not None and guess.about not in free:
            ranked = sorted((-agreement(guess.about, about), about) for about in free)
            if ranked and -ranked[0][0] >= _AGREEING:
                guesses[place] = replace(guess, about=ranked[0][1])
                free.remove(ranked[0][1])


def _paired(guess: Guess, weighed: Sequence[str]) -> Guess:
    """A satisfaction under the words of the importance that it agrees with best; without any it is a general one.

    With importances at hand that it does not agree with, a person must say which belong together.
    """
    if not weighed or guess.about is None:
        return replace(guess, role="csat", about=None)
    ranked = sorted((-agreement(guess.about, about), about) for about in weighed)
    return replace(guess, about=ranked[0][1]) if -ranked[0][0] >= _AGREEING else guess


def scale_of(question: Question, cells: Sequence[str], role: str | None) -> tuple[float | None, float | None]:
    """The ends of the scale that answers are on: as the file says, as the role has it, or the smallest usual one."""
    if role not in SCALED:
        return None, None
    if role == "nps":
        return 0, 10
    how = reading_of(question, [cell for cell in cells if not is_unknown(cell)])
    if how.low is not None and how.high is not None and how.low < how.high:
        return how.low, how.high
    numbers = [number for cell in cells if (number := how.number(cell)) is not None]
    if not numbers:
        return None, None
    for low, high in _SCALE_ENDS:
        if low <= min(numbers) and max(numbers) <= high:
            return low, high
    return None, None


def _guess(question: Question, cells: list[str]) -> Guess:
    if question.known == "technical":
        return Guess(None)
    if question.known in ("respondent", "date"):
        return Guess(question.known)
    if not cells:
        return Guess(None)
    name, words = question.name.lower().strip(), f"{question.name} {question.text or ''}".lower()
    for known in role_words():
        role = known.role
        asked = question.known != "text" and known.asks.search(words)
        if (known.headed.fullmatch(name) or asked) and _fits(role, question, cells):
            about = (subject_of(question) or question.name) if role in ABOUT_SOMETHING else None
            if role == "bought":
                about = price_in(question.text or question.name)
            return Guess(role, about, *scale_of(question, cells, role))
    if asks_price(words) and _share([cell for cell in cells if not is_unknown(cell)], _is_bracket) >= _FITTING:
        return Guess("price_bracket")
    return _by_answers(question, cells)


def _fits(role: Role, question: Question, cells: list[str]) -> bool:
    """Whether the answers can be what the words ask for."""
    if role == "respondent":
        return True
    if role == "text":
        return not question.options and _share(cells, str.isnumeric) < _FITTING
    cells = [cell for cell in cells if not is_unknown(cell)]
    if role == "date":
        return bool(cells) and sum(day is not None for day in days_of(cells)) >= _FITTING * len(cells)
    if role == "bought":
        return _share(cells, lambda cell: yes_of(cell) is not None) >= _FITTING
    if role in PRICES:
        return _share(cells, lambda cell: price_of(cell) is not None) >= _FITTING
    how = reading_of(question, cells)
    numbers = [how.number(cell) for cell in cells]
    fitting = bool(cells) and sum(number is not None for number in numbers) >= _FITTING * len(cells)
    if fitting and role in SCALED:
        return all(number is None or abs(number) <= 100 for number in numbers)
    return fitting


def _by_answers(question: Question, cells: list[str]) -> Guess:
    """Number, category or text, when the words tell nothing."""
    if question.known in ("text", "category"):
        return Guess(question.known)
    if set(cells) <= {"0", "1"}:
        return Guess("category")
    if _share(cells, is_plain_number) >= 0.95 and not question.options:
        return Guess("number")
    different = len(set(cells))
    wordy = sum(len(cell) for cell in cells) / len(cells)
    if question.options or (
        different <= _FEW and (wordy < 60 or different <= 7) and different * 2 <= max(len(cells), 8)
    ):
        return Guess("category")
    return Guess("text")


def _is_bracket(cell: str) -> bool:
    found = bracket_of(cell)
    return found is not None and found[0] < found[1]


def _share(cells: Sequence[str], fits: Callable[[str], object]) -> float:
    return sum(bool(fits(cell)) for cell in cells) / len(cells) if cells else 0.0

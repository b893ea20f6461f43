"""Which items come first, by what people chose as best and worst of the sets that a survey showed them (MaxDiff)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from klantreis.analysis.result import Caution, Floats, plain
from klantreis.analysis.voice.outcomes import MaxDiff, MaxDiffItem, maxdiff_counts, maxdiff_logit
from klantreis.analysis.weighing import told_weighted, weighing_cautions
from klantreis.errors import InvalidInputError
from klantreis.research.answers import Answers
from klantreis.research.survey import SurveyColumn
from klantreis.sources.surveys.numbers import folded
from klantreis.sources.surveys.task_design import BETWEEN

#: Why a choice is not used: what was shown is not known; best or worst is missing; it was not among what was shown;
#: best and worst are the same.
Reason = Literal["no_set", "half", "not_shown", "same"]


@dataclass(frozen=True)
class RankedItems:
    """Items with the scores of both methods.

    Parameters
    ----------
    respondents, choices
        Who chose, and the tasks that were answered and used.
    unused
        Answered tasks that are not used, by reason.
    counts
        By how often an item was best, worst and shown.
    logit
        By what else stood in each set; None when that cannot be worked out, as ``why_not`` says.
    """

    survey: str
    rows: int
    respondents: int
    choices: int
    tasks: int
    unused: dict[str, int]
    counts: MaxDiff
    logit: MaxDiff | None
    why_not: str | None
    warnings: tuple[Caution, ...]

    @property
    def ranked(self) -> tuple[MaxDiffItem, ...]:
        """The items best first, by the logit where there is one."""
        items = (self.logit or self.counts).items
        return tuple(sorted(items, key=lambda one: (-(one.estimate or 0), one.name)))

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "survey": self.survey,
            "rows": self.rows,
            "respondents": self.respondents,
            "choices": self.choices,
            "tasks": self.tasks,
            "unused": self.unused,
            "counts": plain(self.counts),
            "logit": plain(self.logit),
            "why_not": self.why_not,
            "warnings": plain(self.warnings),
        }


@dataclass(frozen=True)
class _Choice:
    row: int
    shown: tuple[str, ...]
    best: str
    worst: str


def rank_items(answers: Answers, *, confidence: float = 0.95, draws: int = 1000, seed: int = 0) -> RankedItems:
    """The items of a survey's tasks of best and worst, by counts and by the logit.

    A choice may be the item's words, its code, or its place in the set (1, 2, …).

    Raises
    ------
    InvalidInputError
        When no task was asked, it is not said what a task showed, or nobody completed one.
    """
    tasks = _tasks(answers)
    choices, unused = _choices(answers, tasks)
    if not choices:
        told = ", ".join(f"{why} {times}" for why, times in unused.items()) or "none was answered"
        raise InvalidInputError(
            f"No task of best and worst in {answers.survey.id} can be used ({told}).",
            hint="Best and worst must be two different items of what the task showed.",
        )
    who = _respondents(answers)
    weights = answers.weights()
    counting = None if weights is None else weights[[one.row for one in choices]]
    drawn: dict[str, Any] = {"confidence": confidence, "draws": draws, "seed": seed}
    by_counts = _counted(choices, who, weights, drawn)
    logit, why_not = None, None
    try:
        logit = maxdiff_logit(
            [one.shown for one in choices],
            [one.best for one in choices],
            [one.worst for one in choices],
            respondent=[who[one.row] for one in choices],
            weights=counting,
            **drawn,
        )
    except InvalidInputError as error:
        why_not = error.message
    if logit is not None:
        logit = replace(logit, items=tuple(told_weighted(one, counting) for one in logit.items))
    notes = (*(logit.warnings if logit else ()), *by_counts.warnings, *weighing_cautions(counting))
    return RankedItems(
        answers.survey.id,
        answers.rows,
        len({who[one.row] for one in choices}),
        len(choices),
        len(tasks),
        dict(unused),
        by_counts,
        logit,
        why_not,
        tuple(dict.fromkeys(notes)),
    )


def _tasks(answers: Answers) -> list[tuple[SurveyColumn, SurveyColumn, tuple[SurveyColumn, ...]]]:
    """For each task the columns of the best, of the worst, and of what it showed."""
    survey = answers.survey
    worst = {column.subject: column for column in survey.of_role("worst")}
    pairs = [(column, worst[column.subject]) for column in survey.of_role("best") if column.subject in worst]
    if not pairs:
        raise InvalidInputError(
            f"{survey.id} asks both the best and the worst of nothing.",
            hint="Bind two columns to one task: --role q1=best:1 --role q2=worst:1.",
        )
    shown: dict[str, list[SurveyColumn]] = {}
    for column in survey.of_role("shown"):
        shown.setdefault(column.subject, []).append(column)
    lacking = [best.subject for best, _ in pairs if best.subject not in shown]
    if lacking:
        raise InvalidInputError(
            f"{survey.id} does not say what these tasks showed: {', '.join(lacking[:5])}.",
            hint="Import it with --design FILE (columns version, task, item1, item2, …), "
            "or say which columns do: --role COLUMN=shown:TASK.",
        )
    return [(best, other, tuple(shown[best.subject])) for best, other in pairs]


def _choices(
    answers: Answers, tasks: Sequence[tuple[SurveyColumn, SurveyColumn, tuple[SurveyColumn, ...]]]
) -> tuple[list[_Choice], Counter[str]]:
    """The choices that can be used, and why the others cannot."""
    found: list[_Choice] = []
    unused: Counter[str] = Counter()
    words: dict[str, str] = {}
    for best, worst, shown in tasks:
        columns = [answers.texts(column) for column in shown]
        for row, (liked, loathed) in enumerate(zip(answers.texts(best), answers.texts(worst), strict=True)):
            if liked is None and loathed is None:
                continue
            items = tuple(words.setdefault(folded(one), one) for one in _items([cells[row] for cells in columns]))
            read = [None if one is None else _item(one, items) for one in (liked, loathed)]
            why = _why(liked, loathed, items, read)
            if why is not None:
                unused[why] += 1
            else:
                found.append(_Choice(row, items, str(read[0]), str(read[1])))
    return found, unused


def _why(liked: str | None, loathed: str | None, items: tuple[str, ...], read: list[str | None]) -> Reason | None:
    if len(set(items)) < 2 or len(set(items)) < len(items):
        return "no_set"
    if liked is None or loathed is None:
        return "half"
    if None in read:
        return "not_shown"
    return "same" if read[0] == read[1] else None


def _items(cells: Sequence[str | None]) -> list[str]:
    """What was shown: an item a column, or all of them in one, between bars, semicolons or on lines of their own."""
    given = [cell for cell in cells if cell]
    if len(cells) > 1 or not given:
        return given
    for mark in (BETWEEN.strip(), "\n", ";"):
        if mark in given[0]:
            return [one.strip() for one in given[0].split(mark) if one.strip()]
    return given


def _item(answer: str, items: tuple[str, ...]) -> str | None:
    """The item that an answer is, by its words or code, else by its place in the set."""
    known = {folded(one): one for one in items}
    if folded(answer) in known:
        return known[folded(answer)]
    placed = answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(items)
    return items[int(answer) - 1] if placed and not any(one.isdigit() for one in items) else None


def _respondents(answers: Answers) -> list[str]:
    """Who answered each row; who is not known answers for nobody but that row."""
    who = answers.survey.of_role("respondent")
    texts = answers.texts(who[0]) if who else [None] * answers.rows
    return [f"id {text}" if text else f"row {row}" for row, text in enumerate(texts)]


def _counted(choices: Sequence[_Choice], who: Sequence[str], weights: Floats | None, drawn: dict[str, Any]) -> MaxDiff:
    """Counts of best, worst and shown for each respondent; weighted ones add up to the effective number of choices."""
    names = sorted({item for one in choices for item in one.shown})
    place = {name: number for number, name in enumerate(names)}
    people = {name: number for number, name in enumerate(dict.fromkeys(who[one.row] for one in choices))}
    given = None if weights is None else weights[[one.row for one in choices]]
    scale = 1.0 if given is None else float(given.sum() / max((given**2).sum(), 1e-300))
    best, worst, shown = (np.zeros((len(people), len(names))) for _ in range(3))
    for one in choices:
        person, weight = people[who[one.row]], scale * (1.0 if weights is None else float(weights[one.row]))
        best[person, place[one.best]] += weight
        worst[person, place[one.worst]] += weight
        shown[person, [place[item] for item in one.shown]] += weight
    # What was chosen was shown, also when weights were added up in another order.
    shown = np.maximum(shown, best + worst)
    found = maxdiff_counts(best, worst, shown, names=names, **drawn)
    return replace(found, items=tuple(told_weighted(one, given) for one in found.items))

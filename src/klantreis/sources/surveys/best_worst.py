"""Which columns are tasks of a question of best and worst (MaxDiff): what was chosen best, what worst, what was shown.

Known by their headings: ``task1_best``, ``MaxDiff_3_w``, ``Taak 2 - minst belangrijk``, ``Set 4: optie 3``. A task
counts only when both its best and its worst are there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from klantreis.sources.surveys.sheet import Question, Sheet

Chosen = Literal["best", "worst", "shown"]
#: What a heading says was asked; the first that fits. What is least important holds the words of what is most.
_KINDS: tuple[tuple[Chosen, re.Pattern[str]], ...] = (
    (
        "worst",
        re.compile(
            r"\b(?:het |the )?(?:minst(?:e)?|least|worst|slechtste?|onbelangrijkste?)"
            r"(?: (?:belangrijke?|aantrekkelijke?|important|appealing|preferred|attractive))?\b|[. -]w$"
        ),
    ),
    (
        "best",
        re.compile(
            r"\b(?:het |the )?(?:meest(?:e)?|most|best|beste|belangrijkste?)"
            r"(?: (?:belangrijke?|aantrekkelijke?|important|appealing|preferred|attractive))?\b|[. -]b$"
        ),
    ),
    (
        "shown",
        re.compile(r"\b(?:shown|getoond|items?|opties?|options?|alt|alternatie(?:f|ve)|keuzes?|choices?)(?=\b|\d)"),
    ),
)
#: Fewer answers than this that differ from the worst of the same task, and it is no such task.
_DIFFERING = 0.8
#: More different answers than this are no items of a list.
_MOST = 100


@dataclass(frozen=True)
class TaskColumn:
    """What a column is in a question of best and worst, and of which task."""

    role: Chosen
    task: str


def task_columns(sheet: Sheet) -> dict[int, TaskColumn]:
    """The columns of tasks, by their place; empty when nothing of the kind was asked.

    Examples
    --------
    >>> from pathlib import Path
    >>> asked = tuple(Question(name) for name in ("task1_best", "task1_worst", "task1_item1", "nps"))
    >>> found = task_columns(Sheet(Path("a.csv"), "csv", asked, (("fast", "cheap", "fast", "9"),), (2,)))
    >>> {place: (one.role, one.task) for place, one in found.items()}
    {0: ('best', 'task1'), 1: ('worst', 'task1'), 2: ('shown', 'task1')}
    """
    read = {place: found for place, one in enumerate(sheet.questions) if (found := _read(one)) is not None}
    places: dict[tuple[Chosen, str], list[int]] = {}
    for place, one in read.items():
        places.setdefault((one.role, one.task), []).append(place)
    tasks = [
        task
        for role, task in places
        if role == "best" and len(places["best", task]) == 1 and len(places.get(("worst", task), ())) == 1
    ]
    whole = {task for task in tasks if _chosen(sheet, places["best", task][0], places["worst", task][0])}
    return {place: one for place, one in read.items() if one.task in whole}


def _read(question: Question) -> TaskColumn | None:
    if question.known in ("respondent", "date", "technical"):
        return None
    for text in filter(None, (question.name, question.text)):
        bare = " ".join(re.sub(r"[\[\]()_]", " ", text.lower()).split())
        for role, words in _KINDS:
            found = list(words.finditer(bare))
            if not found:
                continue
            before, after = bare[: found[-1].start()], bare[found[-1].end() :]
            if role == "shown":
                # The last number is the place within the set, and the one before it the task.
                numbers = re.findall(r"\d+", after)
                after = "" if any(sign.isdigit() for sign in before) or not numbers else numbers[0]
            task = " ".join(re.sub(r"\W+", " ", f"{before} {after}").split())
            if any(sign.isdigit() for sign in task):
                return TaskColumn(role, task[:120])
    return None


def _chosen(sheet: Sheet, best: int, worst: int) -> bool:
    """Whether two columns hold choices from lists: few different answers, and hardly ever the same one in both."""
    pairs = [(row[best], row[worst]) for row in sheet.rows if row[best] and row[worst]]
    different = Counter(answer for pair in pairs for answer in pair)
    return (
        bool(pairs) and len(different) <= _MOST and sum(one != other for one, other in pairs) >= _DIFFERING * len(pairs)
    )


def number_of_task(task: str) -> int | None:
    """The number in the name of a task: the one after such a word, else the last.

    Examples
    --------
    >>> number_of_task("taak 2 van 6"), number_of_task("maxdiff_3"), number_of_task("q12 4")
    (2, 3, 4)
    """
    named = re.search(r"(?:task|taak|set|scherm|screen|keuze|vraag)\D{0,3}(\d+)", task)
    numbers: Sequence[str] = re.findall(r"\d+", task)
    return int(named[1]) if named else int(numbers[-1]) if numbers else None

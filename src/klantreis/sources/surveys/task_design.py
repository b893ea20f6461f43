"""What each task of best and worst showed, from a file of the design beside the answers.

Either a row a task, with the items in columns (``version, set, item1, item2, …``), or a row an item (``version, task,
item``, and in ``label`` its words where ``item`` is a code). Without a version everybody saw the same sets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from klantreis.errors import SurveyImportError
from klantreis.sources.limits import DEFAULT, Limits
from klantreis.sources.opening import beginning
from klantreis.sources.surveys.best_worst import number_of_task
from klantreis.sources.surveys.delimited import delimited_sheet
from klantreis.sources.surveys.sheet import Question, Sheet, SurveyFile, told
from klantreis.sources.surveys.workbook import is_workbook, workbook_sheet

#: Between the items of one set, as they are kept.
BETWEEN = " | "
_COLUMNS = {
    "version": re.compile(
        r"(?:(?:design|ontwerp|maxdiff|md)[ _-]?)?(?:versie|version|block|blok)(?:[ _-]?(?:nr|id|number|nummer))?"
    ),
    "task": re.compile(r"(?:task|taak|set|screen|scherm|question|vraag)(?:[ _-]?(?:nr|id|number|nummer))?"),
    "position": re.compile(r"(?:position|positie|order|volgorde|plaats|concept)"),
    "label": re.compile(r"(?:label|text|tekst|words|omschrijving|description)"),
    "item": re.compile(r"(?:items?|option|optie|code|attribute|attribuut|item[ _-]?(?:nr|id|code))"),
}


@dataclass(frozen=True)
class Design:
    """The items of each task, by version (empty without versions) and number of the task; and the words of codes."""

    sets: Mapping[tuple[str, int], tuple[str, ...]]
    labels: Mapping[str, str]

    @property
    def versions(self) -> frozenset[str]:
        """The versions there are; none when everybody saw the same."""
        return frozenset(version for version, _ in self.sets if version)


def says_version(heading: str) -> bool:
    """Whether a heading says that its column holds the version of a design.

    Examples
    --------
    >>> says_version("MaxDiff_Version"), says_version("app version")
    (True, False)
    """
    return _COLUMNS["version"].fullmatch(heading.lower().strip()) is not None


def design_of(path: Path, limits: Limits = DEFAULT) -> Design:
    """Read a design from CSV or XLSX.

    Raises
    ------
    SurveyImportError
        When the file cannot be read, has no column of tasks or of items, or a set of fewer than two items.
    """
    with told(path):
        start = beginning(path, limits)
    sheet = (workbook_sheet if is_workbook(start) else delimited_sheet)(SurveyFile(path, limits=limits))
    places = _places(sheet)
    if "task" not in places:
        raise SurveyImportError(
            f"{path} does not say which task its rows are of: there is no column task, set or taak.",
            hint="A design has columns version, set, item1, item2, …; or version, task, item.",
        )
    rest = [place for place in range(len(sheet.questions)) if place not in places.values()]
    listed = [places["item"]] if "item" in places and not rest else sorted({*rest, *_given(places, "item")})
    sets: dict[tuple[str, int], list[str]] = {}
    labels: dict[str, str] = {}
    for row, line in zip(sheet.rows, sheet.lines, strict=True):
        number = row[places["task"]]
        if not re.fullmatch(r"\d{1,6}(?:\.0)?", number):
            raise SurveyImportError(f"{path}, line {line}: {number!r} is no number of a task.")
        key = (row[places["version"]] if "version" in places else "", int(float(number)))
        items = [row[place] for place in listed if row[place]]
        if "label" in places and len(items) == 1:
            labels[items[0]] = row[places["label"]] or items[0]
        sets.setdefault(key, []).extend(items)
    small = next((key for key, items in sets.items() if len(set(items)) < 2 or len(set(items)) < len(items)), None)
    if small is not None or not sets:
        where = "" if small is None else f" of task {small[1]}" + (f", version {small[0]}" if small[0] else "")
        raise SurveyImportError(f"The set{where} in {path} does not hold two different items or more, each once.")
    return Design({key: tuple(items) for key, items in sets.items()}, labels)


def with_sets(sheet: Sheet, design: Design, tasks: Sequence[str], version: int | None) -> tuple[Sheet, dict[str, str]]:
    """The sheet with a column more for each task that says what was shown, and the names of those columns by task.

    Parameters
    ----------
    tasks
        As the columns of best and worst name them, in the order of the file.
    version
        Place of the column that says which version somebody saw.

    Raises
    ------
    SurveyImportError
        When the design has versions and no column says which, or it lacks a task.
    """
    if design.versions and version is None:
        raise SurveyImportError(
            "The design has versions, and no column of the answers says which one somebody saw.",
            hint="Say which with --role COLUMN=design_version.",
        )
    numbers = _numbers(tasks, {number for _, number in design.sets})
    names = {task: f"{task} (shown)" for task in tasks}
    rows = []
    for row in sheet.rows:
        seen = row[version] if version is not None and design.versions else ""
        shown = [design.sets.get((seen, number), ()) for number in numbers]
        rows.append((*row, *(BETWEEN.join(_words(items, design)) for items in shown)))
    questions = (*sheet.questions, *(Question(names[task]) for task in tasks))
    return replace(sheet, questions=questions, rows=tuple(rows)), names


def in_words(sheet: Sheet, design: Design, places: Sequence[int]) -> Sheet:
    """The sheet with the codes of items in some columns replaced by their words, where the design has them."""
    if not design.labels:
        return sheet
    rows = tuple(
        tuple(design.labels.get(cell, cell) if place in places else cell for place, cell in enumerate(row))
        for row in sheet.rows
    )
    return replace(sheet, rows=rows)


def _places(sheet: Sheet) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, one in enumerate(sheet.questions):
        for what, words in _COLUMNS.items():
            if what not in found and words.fullmatch(one.name.lower().strip()):
                found[what] = place
                break
    return found


def _given(places: Mapping[str, int], what: str) -> list[int]:
    return [places[what]] if what in places else []


def _numbers(tasks: Sequence[str], known: set[int]) -> list[int]:
    """The number in the design of each task: by its name, or when names do not tell by its place."""
    named = [number_of_task(task) for task in tasks]
    if len(set(named)) == len(named) and set(named) <= known:
        return [number for number in named if number is not None]
    if len(tasks) != len(known):
        raise SurveyImportError(
            f"The answers have {len(tasks)} tasks and the design has {len(known)}, and their names do not agree.",
            hint="Name the tasks by their number: --role COLUMN=best:1, --role COLUMN=worst:1.",
        )
    return sorted(known)


def _words(items: Sequence[str], design: Design) -> list[str]:
    return [design.labels.get(item, item).replace(BETWEEN, " / ") for item in items]

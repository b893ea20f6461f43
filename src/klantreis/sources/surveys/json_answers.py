"""Responses in JSON as rows: lists and tables of answers spread over columns of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from klantreis.errors import SurveyImportError
from klantreis.sources.json_reading import too_deep
from klantreis.sources.limits import Limits, beyond
from klantreis.sources.surveys.delimited import content_of
from klantreis.sources.surveys.sheet import (
    Known,
    Option,
    Question,
    Refused,
    Sheet,
    SurveyFile,
    cleaned,
    headings,
    plain_text,
)

#: A question by its name in the answers, and by the place in it ("row", "column", "choice").
Questions = Mapping[str, Question]
#: Under which name an object may hold its responses.
_LISTS = ("data", "results", "responses", "Data")


def responses_of(file: SurveyFile) -> tuple[list[tuple[int, dict[str, Any]]], list[Refused]]:
    """The responses of a file with their place in it, and what is none.

    A file is one list, one object that holds a list, or an object on each line.

    Raises
    ------
    SurveyImportError
        When it is no JSON; of a file with an object on each line only the line that is none is refused.
    """
    content = content_of(file)
    whole, why = _parsed(content)
    if why is None:
        _check_depth(whole, file.path, file.limits)
        listed = whole if isinstance(whole, list) else _listed(whole)
        numbered: list[tuple[int, Any, str]] = [(place, one, str(one)) for place, one in enumerate(listed, start=1)]
    else:
        lines = [(number, line) for number, line in enumerate(content.splitlines(), start=1) if line.strip()]
        numbered = [(number, _parsed(line)[0], line[:2000].decode("utf-8", "replace")) for number, line in lines]
        if not numbered or not isinstance(numbered[0][1], dict):
            raise SurveyImportError(f"{file.path} is no JSON: {why}.")
        for number, one, _ in numbered:
            _check_depth(one, file.path, file.limits, place=f"line {number}")
    found = [(number, one) for number, one, _ in numbered if isinstance(one, dict)]
    refused = [
        Refused(number, "no-json", {"(row)": text[:2000]})
        for number, one, text in numbered
        if not isinstance(one, dict)
    ]
    return found, refused


def whole_object(path: Path, limits: Limits) -> dict[str, Any]:
    """A file that is one JSON object.

    Raises
    ------
    SurveyImportError
        When it is none.
    """
    whole, why = _parsed(content_of(SurveyFile(path, limits=limits)))
    if why is not None:
        raise SurveyImportError(f"{path} is no JSON: {why}.")
    _check_depth(whole, path, limits)
    if not isinstance(whole, dict):
        raise SurveyImportError(f"{path} does not hold one object, as the questions of a survey do.")
    return whole


def _parsed(content: bytes) -> tuple[Any, str | None]:
    """A text as JSON, and why it is none."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant), None
    except RecursionError:
        return None, "its values lie too deep in one another"
    except ValueError as error:  # no JSON, no UTF-8, a number of thousands of digits
        return None, str(error)[:120]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _listed(whole: Any) -> list[Any]:
    """The list of responses within an object; the object itself when it holds none."""
    if isinstance(whole, dict):
        for name in _LISTS:
            if isinstance(whole.get(name), list):
                return list(whole[name])
    return [whole]


def _check_depth(value: Any, path: Path, limits: Limits, *, place: str = "") -> None:
    if too_deep(value, limits.depth):
        raise beyond(limits, "depth", path, place=place)


def spread(name: str, value: Any, question: Question | None, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The cells that an answer fills: its column and its text.

    A list of plain answers fills a column for each choice with 1; what a table or group of answers holds stands in
    columns named after its rows.

    Examples
    --------
    >>> list(spread("why", ["price", "speed"], None))
    [('why[price]', '1'), ('why[speed]', '1')]
    >>> list(spread("q", {"Help": 4}, None))
    [('q[Help]', '4')]
    """
    match value:
        case None:
            return
        case bool():
            yield name, "1" if value else "0"
        case str() | int() | float():
            yield name, _words(value, question)
        case list() if all(isinstance(item, str | int | float) for item in value):
            for item in value:
                yield f"{name}[{_words(item, question)}]", "1"
        case dict():
            for part, inner in value.items():
                yield from spread(f"{name}[{part}]", inner, question, depth + 1)
        case list():
            for number, inner in enumerate(value, start=1):
                yield from spread(f"{name}[{number}]", inner, question, depth + 1)


def _words(value: str | float, question: Question | None) -> str:
    """An answer as text: the label of its code, whole numbers without a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = cleaned(str(value))
    if question is not None:
        return next((option.label for option in question.options if option.code == text), text)
    return text


def sheet_of(
    file: SurveyFile,
    source: str,
    responses: Sequence[tuple[int, Mapping[str, Any]]],
    refused: Sequence[Refused],
    asked: Questions,
) -> Sheet:
    """Responses as a sheet: the questions in the order they were asked, others after them as they come.

    A choice that was not ticked is 0 for who answered the question, and empty for who did not.
    """
    columns: dict[str, dict[int, str]] = {}
    answered: dict[str, set[int]] = {}
    order = {name: place for place, name in enumerate(asked)}
    for row, (line, response) in enumerate(responses):
        for name, value in response.items():
            if isinstance(value, list):
                answered.setdefault(name, set()).add(row)
            for column, text in spread(name, value, asked.get(name)):
                columns.setdefault(column, {})[row] = text
        if len(columns) > file.limits.columns:
            raise beyond(file.limits, "columns", file.path, place=f"line {line}")
    base = {column: _base(column, order) for column in columns}
    shown = sorted(columns, key=lambda column: order.get(base[column], len(order)))
    for column in shown:
        if column != base[column] and base[column] in answered and set(columns[column].values()) == {"1"}:
            for row in answered[base[column]]:
                columns[column].setdefault(row, "0")
    names = headings(shown)
    questions = tuple(
        _question(name, column, asked.get(column), asked.get(base[column]), known=_known(columns[column], base, column))
        for name, column in zip(names, shown, strict=True)
    )
    rows = tuple(tuple(columns[column].get(row, "") for column in shown) for row in range(len(responses)))
    lines = tuple(line for line, _ in responses)
    return Sheet(file.path, source, questions, rows, lines, tuple(refused))


def _known(cells: Mapping[int, str], base: Mapping[str, str], column: str) -> Known | None:
    return "category" if base[column] != column and set(cells.values()) <= {"0", "1"} else None


def _base(column: str, order: Mapping[str, int]) -> str:
    """The question that a column is of: the longest name before a bracket that was asked, else what stands there."""
    if column in order:
        return column
    ends = [found.start() for found in re.finditer(r"\[", column)]
    for end in reversed(ends):
        if column[:end] in order:
            return column[:end]
    return column[: ends[0]] if ends and ends[0] else column


def _question(name: str, column: str, own: Question | None, above: Question | None, *, known: Known | None) -> Question:
    """What one column asks, from what is known of it or of the question that it is a part of."""
    if own is not None:
        return Question(name, own.text, own.options, own.low, own.high, own.known)
    if above is None:
        return Question(name, known=known)
    part = column[len(above.name) :].strip("[]").replace("][", " – ")
    text = f"{above.text or above.name} [{part}]"
    # A ticked choice has no scale; a row of a table has that of the whole table.
    return (
        Question(name, text, known="category")
        if known
        else Question(name, text, above.options, above.low, above.high, above.known)
    )


def title_of(value: Any, fallback: str) -> str:
    """A title as one text: of several languages the default one.

    Examples
    --------
    >>> title_of({"default": "How?", "nl": "Hoe?"}, "q")
    'How?'
    """
    if isinstance(value, dict):
        value = next((value[name] for name in ("default", "nl", "en") if isinstance(value.get(name), str)), None)
    return (plain_text(cleaned(value)) if isinstance(value, str) else "") or fallback


def numbered(labels: Sequence[tuple[str, str]]) -> tuple[Option, ...]:
    """Answers on offer with their place on a scale: the number that each code is, else its place in the list."""
    try:
        numbers = [float(code) for code, _ in labels]
    except ValueError:
        numbers = [float(place) for place in range(1, len(labels) + 1)]
    return tuple(Option(code, label, number) for (code, label), number in zip(labels, numbers, strict=True))

"""The answers in the form in which they are kept, once it is settled what each column asks.

Numbers are written as numbers, days as days, and who answered as a number of this survey; what cannot be read is
left empty and told, with its line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from klantreis.analysis.voice.language import redacted
from klantreis.analysis.voice.price import parse_brackets
from klantreis.errors import InvalidInputError, SurveyImportError
from klantreis.research.survey import SurveyColumn
from klantreis.sources.surveys.days import days_of
from klantreis.sources.surveys.numbers import Reading, is_unknown, price_of, reading_of, written_number, yes_of
from klantreis.sources.surveys.roles import NUMERIC, PRICES
from klantreis.sources.surveys.sheet import Refused, Sheet
from klantreis.values import Lang

#: Roles that say who, when, how much and what was put to somebody, and answer no question.
ABOUT_THE_ROW: frozenset[str] = frozenset({"respondent", "date", "weight", "shown", "design_version"})


@dataclass(frozen=True)
class Filled:
    """The answers as they are kept.

    Parameters
    ----------
    cells
        The texts by column, in the order of the columns.
    n
        Respondents whose row was kept: different ids, or rows where there are none.
    refused
        Rows that are not kept, in the file's order.
    unread
        Answers that are left empty because they cannot be what the column asks.
    days
        The first and the last day on which somebody answered; None without dates.
    """

    cells: Mapping[str, tuple[str, ...]] = field(repr=False)
    n: int
    refused: tuple[Refused, ...]
    unread: tuple[Refused, ...]
    days: tuple[date, date] | None


def filled(
    sheet: Sheet,
    columns: Sequence[SurveyColumn],
    *,
    named: Callable[[str], str] | None = None,
    redact: Collection[str] = (),
    lang: Lang = "nl",
) -> Filled:
    """The columns of a sheet as they are kept.

    Parameters
    ----------
    columns
        What is kept, named as the sheet's questions.
    named
        What stands for the id of who answered: the id itself, a pseudonym; a number of this survey when None.
    redact, lang
        Columns in which personal data is replaced by its kind, and the language of the words for that.

    Raises
    ------
    SurveyImportError
        When no row has an answer to anything that is kept.
    """
    places = {one.name: place for place, one in enumerate(sheet.questions)}
    texts = {column.name: sheet.column(places[column.name]) for column in columns}
    asked = [texts[column.name] for column in columns if column.role not in ABOUT_THE_ROW]
    answered = [any(cells) for cells in zip(*asked, strict=True)] if asked else []
    rows = [row for row, any_answer in enumerate(answered) if any_answer]
    by_id = next((column.name for column in columns if column.role == "respondent"), None)

    def who_in(values: Mapping[str, str]) -> str:
        given = values.get(by_id or "", "")
        return named(given) if given and named is not None else ""

    refused = [replace(each, who=who_in(each.values)) for each in sheet.refused] + [
        Refused(sheet.lines[row], "no-answers", {}, who_in({by_id: texts[by_id][row]} if by_id else {}))
        for row, any_answer in enumerate(answered)
        if not any_answer
    ]
    if not rows:
        raise SurveyImportError(
            f"No row of {sheet.path} has an answer in the columns that are kept.",
            hint="Say with --role what its columns ask.",
        )
    unread: list[Refused] = []
    cells: dict[str, tuple[str, ...]] = {}
    days: list[date] = []
    for column in columns:
        question = sheet.questions[places[column.name]]
        given = [texts[column.name][row] for row in rows]
        if column.name in redact:
            given = [redacted(cell, lang=lang) for cell in given]
        write, reason = _writer(
            column, reading_of(question, [cell for cell in given if not is_unknown(cell)]), given, named=named
        )
        kept: list[str] = []
        for row, cell in zip(rows, given, strict=True):
            found = write(cell) if cell else ""
            if found is None or isinstance(found, _Outside):
                unsaid = "unknown" if column.role in NUMERIC and is_unknown(cell) else reason
                why = "outside-scale" if isinstance(found, _Outside) else unsaid
                who = who_in({by_id: texts[by_id][row]} if by_id else {})
                unread.append(Refused(sheet.lines[row], why, {column.name: cell}, who))
            kept.append(found if isinstance(found, str) else "")
        cells[column.name] = tuple(kept)
        if column.role == "date":
            days = [date.fromisoformat(cell) for cell in kept if cell]
    n = respondents_in(len(rows), cells.get(by_id) if by_id else None)
    hidden = (set(places) - set(texts)) | ({by_id} if by_id else set())
    shown = tuple(_without(each, hidden) for each in sorted(refused, key=lambda each: each.line))
    return Filled(cells, n, shown, tuple(unread), (min(days), max(days)) if days else None)


def respondents_in(rows: int, ids: Sequence[str] | None) -> int:
    """How many people so many rows are of: different ids, and each row without one."""
    return rows if ids is None else len({cell for cell in ids if cell}) + sum(not cell for cell in ids)


class _Outside:
    """Stands for a number that is not on the scale."""


def _writer(
    column: SurveyColumn, how: Reading, given: Sequence[str], *, named: Callable[[str], str] | None
) -> tuple[Callable[[str], str | _Outside | None], str]:
    """How the answers of a column are written, and why one cannot be."""
    role = column.role
    if role == "respondent":
        numbers = {who: str(place) for place, who in enumerate(dict.fromkeys(filter(None, given)), start=1)}
        return named or numbers.__getitem__, ""
    if role == "date":
        known = {cell: day for cell, day in zip(given, days_of(given), strict=True) if day is not None}
        return (lambda cell: known[cell].isoformat() if cell in known else None), "unreadable-date"
    if role == "price_bracket":
        return (lambda cell: cell if _is_price(cell) else None), "unreadable-price"
    if role not in NUMERIC:
        return (lambda cell: cell), ""

    def number(cell: str) -> str | _Outside | None:
        found = price_of(cell) if role in PRICES else yes_of(cell) if role == "bought" else how.number(cell)
        if found is None:
            return None
        low, high = column.low, column.high
        if (low is not None and found < low) or (high is not None and found > high):
            return _Outside()
        return written_number(found)

    return number, "unreadable-price" if role in PRICES else "unreadable-number"


def _is_price(cell: str) -> bool:
    try:
        parse_brackets([cell])
    except InvalidInputError:
        return False
    return True


def _without(refused: Refused, hidden: Collection[str]) -> Refused:
    """A refused row without the columns that are left out, and without what points to a person in the others."""
    kept = {name: redacted(cell) for name, cell in refused.values.items() if cell and name not in hidden}
    return Refused(refused.line, refused.reason, kept, refused.who)

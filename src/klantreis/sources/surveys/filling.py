"""The answers in the form in which they are kept, once it is settled what each column asks.

Numbers are written as numbers, days as days, and who answered as a number of this survey; what cannot be read is
left empty and told, with its line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
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
    keep_ids: bool = False,
    redact: Collection[str] = (),
    lang: Lang = "nl",
) -> Filled:
    """The columns of a sheet as they are kept.

    Parameters
    ----------
    columns
        What is kept, named as the sheet's questions.
    keep_ids
        Keep who answered as the file has it, in place of a number.
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
    refused = list(sheet.refused) + [
        Refused(sheet.lines[row], "no-answers", {}) for row, any_answer in enumerate(answered) if not any_answer
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
            column, reading_of(question, [cell for cell in given if not is_unknown(cell)]), given, keep_ids=keep_ids
        )
        kept: list[str] = []
        for row, cell in zip(rows, given, strict=True):
            found = write(cell) if cell else ""
            if found is None or isinstance(found, _Outside):
                unsaid = "unknown" if column.role in NUMERIC and is_unknown(cell) else reason
                why = "outside-scale" if isinstance(found, _Outside) else unsaid
                unread.append(Refused(sheet.lines[row], why, {column.name: cell}))
            kept.append(found if isinstance(found, str) else "")
        cells[column.name] = tuple(kept)
        if column.role == "date":
            days = [date.fromisoformat(cell) for cell in kept if cell]
    who = next((cells[column.name] for column in columns if column.role == "respondent"), None)
    n = len(rows) if who is None else len({cell for cell in who if cell}) + sum(not cell for cell in who)
    left_out = set(places) - set(texts)
    hidden = left_out | {column.name for column in columns if column.role == "respondent" and not keep_ids}
    shown = tuple(_without(each, hidden) for each in sorted(refused, key=lambda each: each.line))
    return Filled(cells, n, shown, tuple(unread), (min(days), max(days)) if days else None)


class _Outside:
    """Stands for a number that is not on the scale."""


def _writer(
    column: SurveyColumn, how: Reading, given: Sequence[str], *, keep_ids: bool
) -> tuple[Callable[[str], str | _Outside | None], str]:
    """How the answers of a column are written, and why one cannot be."""
    role = column.role
    if role == "respondent":
        numbers = {who: str(place) for place, who in enumerate(dict.fromkeys(filter(None, given)), start=1)}
        return (lambda cell: cell if keep_ids else numbers[cell]), ""
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
    return Refused(refused.line, refused.reason, kept)

"""Customers as rows of fields, from where a workspace has them: a dataset's events, a survey's answers, or a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from klantreis.analysis.behaviour.customer_fields import CustomerTable, Part, table_of_columns
from klantreis.analysis.result import Caution, caution
from klantreis.errors import InvalidInputError, NotFoundError, UnsupportedQuestionError, did_you_mean
from klantreis.events.dataset import Dataset
from klantreis.ids import kind_of
from klantreis.research.survey import Survey, SurveyColumn
from klantreis.values import Document, Period

if TYPE_CHECKING:
    from klantreis.events.filter import Filter
    from klantreis.events.local.log import LocalLog
    from klantreis.store.protocol import Store

#: What a column of answers tells of a persona, by its role; other roles are of the survey and not of the person.
PARTS: dict[str, Part] = {
    "category": "demographics",
    "number": "situation",
    "bought": "behaviour",
    **dict.fromkeys(
        ("nps", "csat", "ces", "emotion", "expected", "experienced", "importance", "satisfaction"), "attitudes"
    ),
    **dict.fromkeys(
        ("functional", "dysfunctional", "price_bracket", "too_cheap", "cheap", "expensive", "too_expensive"),
        "preferences",
    ),
}
#: Endings of files that hold a table.
TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")


@dataclass(frozen=True, eq=False, slots=True)
class Customers:
    """Customers with their fields, and where they come from.

    Parameters
    ----------
    source
        Id of the dataset or the survey; None for a table that the workspace does not know.
    period
        From the first to the last day of what was counted.
    """

    title: str
    table: CustomerTable
    source: str | None = None
    period: Period | None = None
    warnings: tuple[Caution, ...] = ()


def read_customers(
    store: Store | None,
    of: str | None = None,
    *,
    by: tuple[str, ...] = (),
    leave_out: tuple[str, ...] = (),
    filter: Filter | None = None,  # noqa: A002 - the word for it
) -> Customers:
    """The customers of a dataset, a survey or a table.

    Parameters
    ----------
    store
        The workspace; None for a table outside any.
    of
        An id, ``dataset:shop`` or ``survey:spring``, or the path of a CSV, XLSX or Parquet file. Not needed when the
        workspace has one dataset with a log.
    by
        Names of the fields that make groups; the others are held back. Without any, as ``log_fields.py`` says for
        events; of a survey what people think makes groups, and who they are is held back.
    leave_out
        Names of fields to leave out.
    filter
        Which events count, for a dataset.

    Raises
    ------
    NotFoundError
        When there is no such document, file or field.
    InvalidInputError
        When nothing says which source to take, or it cannot give fields.
    """
    if of is not None and of.lower().endswith(TABLES):
        found = _of_table(Path(of))
    elif store is None:
        raise InvalidInputError(
            f"{of!r} is no table of customers.", hint=f"Give a file that ends in {', '.join(TABLES)}."
        )
    else:
        document = _document(store, of)
        found = _of_dataset(store, document, filter) if isinstance(document, Dataset) else _of_survey(store, document)
    if filter is not None and found.period is None:
        raise InvalidInputError(f"{found.title} holds no events, so there is none to choose from.")
    table = found.table.without(leave_out) if leave_out else found.table
    return replace(found, table=table.made_by(by) if by else table)


def local_log(store: Store, dataset: Dataset) -> LocalLog:
    """The log of a dataset, on this machine.

    Raises
    ------
    InvalidInputError
        When the dataset names no log.
    NotFoundError
        When there is no log where it names one.
    UnsupportedQuestionError
        When its events are on an engine elsewhere: only counts come back from there.
    """
    from klantreis.events.local.folder import open_log
    from klantreis.events.remote.manifest import is_remote, read_remote

    if dataset.log is None:
        raise InvalidInputError(
            f"{dataset.id} names no event log.",
            hint="Import one beside the workspace with klantreis events import, and name its folder as `log`.",
        )
    path = store.file(dataset.log)
    if is_remote(path):
        raise UnsupportedQuestionError(
            f"what every customer of {dataset.id} did",
            engine=read_remote(path).address,
            why="only counts come back from an engine",
            hint="Import the events into a log on this machine: klantreis events import FILE --into FOLDER.",
        )
    return open_log(path)


def dataset_of(store: Store, of: str | None) -> Dataset:
    """The dataset that is meant: the one named, or the only one with a log."""
    held = store.load()
    if of is not None:
        return held.get(of if ":" in of else f"dataset:{of}", Dataset)
    known = [one for one in held.of(Dataset) if one.log]
    if len(known) == 1:
        return known[0]
    if not known:
        raise NotFoundError(
            "This workspace has no dataset with an event log.", hint="Import events, or name a survey or a table."
        )
    raise InvalidInputError(
        "This workspace has several datasets.", hint=did_you_mean("", [one.id for one in known], what="dataset")
    )


def _document(store: Store, of: str | None) -> Dataset | Survey:
    if of is None or kind_of(of) == "dataset":
        return dataset_of(store, of)
    held = store.load()
    if kind_of(of) == "survey":
        return held.get(of, Survey)
    known: list[Document] = [*held.of(Dataset), *held.of(Survey)]
    for one in known:
        if one.id.partition(":")[2] == of and isinstance(one, Dataset | Survey):
            return one
    raise NotFoundError(
        f"There is no dataset and no survey {of!r} in this workspace.",
        hint=did_you_mean(of, [one.id for one in known], what="dataset or survey"),
    )


def _of_dataset(store: Store, dataset: Dataset, filter: Filter | None) -> Customers:  # noqa: A002
    from klantreis.analysis.behaviour.log_fields import customer_fields

    log = local_log(store, dataset)
    table = customer_fields(log, filter=filter, unit=dataset.customer_unit)
    return Customers(dataset.title, table, dataset.id, period_of(log, filter))


def period_of(log: LocalLog, filter: Filter | None = None) -> Period | None:  # noqa: A002
    """From the day of the first to that of the last event counted, by the clock of the log's own zone."""
    from klantreis.events.filter import zone_named
    from klantreis.events.local_time import local_moment

    view = log.view(filter)
    if view.first_time is None or view.last_time is None:
        return None
    zone = zone_named(log.zone_name)

    def local(time: int) -> date:
        return local_moment(time, zone).date()

    return Period(start=local(view.first_time), end=local(view.last_time))


def _of_survey(store: Store, survey: Survey) -> Customers:
    from klantreis.research.answers import answers_of

    answers = answers_of(store.file, survey)
    told = [column for column in survey.columns if column.role in PARTS]
    if not told:
        raise InvalidInputError(
            f"{survey.id} has no column that tells of a respondent.",
            hint="A category, a number or a rating does; say so in the survey's columns.",
        )
    rows, notes = _one_row_each(answers.rows, _respondents(survey, answers.texts))
    columns = {_heading(column): _values(column, answers, rows) for column in told}
    parts = {_heading(column): PARTS[column.role] for column in told}
    table = table_of_columns(columns, unit="respondent", parts=parts)
    thought = [field.name for field in table.fields if field.part in ("attitudes", "preferences")]
    if thought and len(thought) < len(table.fields):
        table = table.made_by(thought)
    weights = answers.weights()
    if weights is not None:
        table = table.weighed(weights[rows])
        left = len(rows) - table.n
        notes += [caution("segments.warning.weightless", left=left)] if left else []
    return Customers(survey.title, table, survey.id, survey.collected, tuple(notes))


def _heading(column: SurveyColumn) -> str:
    return f"{column.role}:{column.subject}" if column.role in ("importance", "satisfaction") else column.name


def _respondents(survey: Survey, texts: Any) -> tuple[str | None, ...] | None:
    named = survey.of_role("respondent")
    return texts(named[0]) if named else None


def _one_row_each(n: int, respondents: tuple[str | None, ...] | None) -> tuple[list[int], list[Caution]]:
    if respondents is None:
        return list(range(n)), []
    first: dict[object, int] = {}
    for row, who in enumerate(respondents):
        first.setdefault(who if who is not None else (row,), row)
    rows = sorted(first.values())
    left = n - len(rows)
    return rows, [caution("segments.warning.first_rows", left=left)] if left else []


def _values(column: SurveyColumn, answers: Any, rows: list[int]) -> list[object]:
    if column.role in ("category", "functional", "dysfunctional", "price_bracket", "bought"):
        texts = answers.texts(column)
        return [texts[row] for row in rows]
    numbers = answers.numbers(column)
    return [None if numbers[row] != numbers[row] else float(numbers[row]) for row in rows]


def _of_table(path: Path) -> Customers:
    """A table in a file, one row a customer; the texts of a CSV or a workbook that are all numbers are numbers."""
    if not path.exists():
        raise NotFoundError(f"There is no file {path}.", hint="Give the path of a CSV, XLSX or Parquet file.")
    columns = _parquet_columns(path) if path.suffix.lower() == ".parquet" else _sheet_columns(path)
    return Customers(path.stem, table_of_columns(columns, unit="row"))


def _sheet_columns(path: Path) -> dict[str, list[object]]:
    from klantreis.sources.surveys.delimited import delimited_sheet
    from klantreis.sources.surveys.sheet import SurveyFile
    from klantreis.sources.surveys.workbook import workbook_sheet

    read = workbook_sheet if path.suffix.lower() == ".xlsx" else delimited_sheet
    sheet = read(SurveyFile(path))
    return {question.name: as_numbers(sheet.column(place)) for place, question in enumerate(sheet.questions)}


def as_numbers(texts: tuple[str, ...]) -> list[object]:
    """Texts as numbers when all are; an empty one is not known.

    Examples
    --------
    >>> as_numbers(("1", "", "2.5")), as_numbers(("1", "x"))
    ([1.0, None, 2.5], ['1', 'x'])
    """
    try:
        return [float(value) if value else None for value in texts]
    except ValueError:
        return [value or None for value in texts]


def _parquet_columns(path: Path) -> dict[str, list[object]]:
    import duckdb

    from klantreis.sources.parquet_files import parquet_table

    with duckdb.connect() as connection:
        table = parquet_table(path, connection)
        kept = [column for column in table.columns if column.held in ("text", "number")]
        chosen = ", ".join(
            f"CAST({column.sql} AS {'DOUBLE' if column.held == 'number' else 'VARCHAR'})" for column in kept
        )
        if not kept:
            raise InvalidInputError(f"{path} holds no column of numbers or texts.")
        rows = connection.execute(f"SELECT {chosen} FROM {table.relation}").fetchall()  # noqa: S608 - names are quoted
    return {column.name: [row[place] for row in rows] for place, column in enumerate(kept)}

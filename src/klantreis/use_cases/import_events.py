"""Import customer events from files into a log, all or nothing; refused rows are counted and kept."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from klantreis.errors import EventImportError
from klantreis.events.dataset import ColumnRoles
from klantreis.events.filter import zone_named

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from klantreis.sources.staging import Staged
    from klantreis.sources.tables import Table

Stage = Literal["read", "sort", "write"]
#: Called while an import runs: what it is doing, and the part of that which is done (0 to 1).
Progress = Callable[[Stage, float], None]

CSV_ENDINGS = (".csv", ".tsv", ".tab", ".txt")
PARQUET_ENDINGS = (".parquet", ".pq")


@dataclass(frozen=True)
class FileRead:
    """One source file: its rows, malformed ones included, and how many were refused for which reason."""

    path: str
    rows: int
    refused: dict[str, int]


@dataclass(frozen=True)
class EventImport:
    """What an import did.

    Parameters
    ----------
    log
        The log's folder.
    rows, imported
        Rows in the sources; events in the log.
    refused
        Number of refused rows by reason: ``malformed-row``, ``no-customer``, ``no-time``, ``unreadable-time``,
        ``no-touchpoint``.
    rejects
        The CSV file with the refused rows; None when there are none.
    timezone
        The zone in which times without one were read.
    """

    log: Path
    rows: int
    imported: int
    customers: int
    refused: dict[str, int]
    rejects: Path | None
    timezone: str
    period: tuple[int, int] | None
    files: tuple[FileRead, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "log": str(self.log),
            "rows": self.rows,
            "imported": self.imported,
            "customers": self.customers,
            "refused": self.refused,
            "rejects": None if self.rejects is None else str(self.rejects),
            "timezone": self.timezone,
            "files": [{"path": each.path, "rows": each.rows, "refused": each.refused} for each in self.files],
        }


def import_events(
    files: Sequence[Path | str],
    into: Path | str,
    *,
    customer: str,
    time: str,
    touchpoint: str,
    channel: str | None = None,
    attributes: Sequence[str] = (),
    timezone: str = "UTC",
    time_format: str | None = None,
    encoding: str = "utf-8",
    progress: Progress | None = None,
) -> EventImport:
    """Read CSV and Parquet files into an event log on this machine.

    Parameters
    ----------
    files
        One or more; they may have different columns as long as each has the customer, the time and the touchpoint.
    into
        The log's folder: new, empty, or a log, which is then replaced once all is read.
    customer, time
        Names of columns.
    touchpoint, channel
        Names of columns, or one text for all rows, written ``=text``.
    attributes
        Names of columns to keep with each event, for patterns to look at.
    timezone
        The zone (IANA name) of times that have none of their own, and in which a filter's days are meant.
    time_format
        How times are written (strptime), when not as ISO 8601, d-m-Y or seconds since 1970.
    encoding
        Of CSV files.
    progress
        Called now and then while it runs.

    Raises
    ------
    EventImportError
        When a file or column does not exist, cannot be read, or no row at all can be imported; the log is then as
        it was.
    """
    import duckdb

    from klantreis.events.log_folder import new_columns, publish
    from klantreis.sources import event_log, staging

    tell = progress or (lambda _stage, _part: None)
    zone = zone_named(timezone).key
    roles = ColumnRoles(
        customer=customer, time=time, touchpoint=touchpoint, channel=channel, attributes=tuple(attributes)
    )
    into = Path(into)
    with tempfile.TemporaryDirectory(prefix="klantreis-") as scratch, duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = '{scratch.replace(chr(39), chr(39) * 2)}'")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = true")
        connection.execute("SET enable_progress_bar_print = false")
        tables = _tables(files, connection, roles, encoding=encoding, scratch=Path(scratch))
        staging.check_roles(tables, roles)
        kinds = staging.attribute_kinds(tables, roles)
        staging.make_staged_table(connection, kinds)
        staged: list[Staged] = []
        for number, table in enumerate(tables):
            sql = staging.staging_sql(table, roles, kinds, zone=zone, time_format=time_format)

            def tell_read(part: float, number: int = number) -> None:
                tell("read", (number + part) / len(tables))

            _run(connection, sql, table, tell_read)
            first_row = sum(each.rows - each.refused.get("malformed-row", 0) for each in staged)
            staged.append(staging.count_staged(connection, table, first_row))
        _check_some(staged, roles)
        tell("sort", 0.0)
        settled, sql_of = staging.settle_kinds(connection, kinds)
        texts = {"touchpoint": "touchpoint", **({"channel": "channel"} if channel else {})}
        texts |= {name: sql_of[name] for name, kind in settled.items() if kind == "text"}
        numbers = {name: sql_of[name] for name, kind in settled.items() if kind == "number"}
        with new_columns(into) as folder:
            try:
                written = event_log.write_columns(
                    connection, folder, texts=texts, numbers=numbers, tell=lambda part: tell("write", part)
                )
            except duckdb.Error as error:  # no memory, or no room for what does not fit in it
                raise EventImportError(f"The events cannot be sorted: {str(error).splitlines()[0]}") from None
            refused = _added([each.refused for each in staged], staging.REASONS)
            rejects = folder / "rejects.csv" if refused else None
            if rejects is not None:
                staging.write_rejects(connection, staged, roles, rejects)
            read = tuple(FileRead(str(each.table.path), each.rows, dict(each.refused)) for each in staged)
            manifest = {
                **written,
                "timezone": zone,
                "roles": roles.model_dump(mode="json"),
                "sources": [
                    {
                        "file": each.path,
                        "rows": each.rows,
                        "refused": each.refused,
                        "bytes": Path(each.path).stat().st_size,
                    }
                    for each in read
                ],
                "refused": refused,
                "rejects": None if rejects is None else f"{folder.name}/{rejects.name}",
            }
            publish(into, folder, manifest)
    return EventImport(
        log=into,
        rows=sum(each.rows for each in read),
        imported=written["events"],
        customers=written["customers"],
        refused=refused,
        rejects=rejects,
        timezone=zone,
        period=None if written["period"] is None else (written["period"][0], written["period"][1]),
        files=read,
    )


def _tables(
    files: Sequence[Path | str], connection: DuckDBPyConnection, roles: ColumnRoles, *, encoding: str, scratch: Path
) -> list[Table]:
    from klantreis.sources.csv_files import csv_table
    from klantreis.sources.parquet_files import parquet_table

    if not files:
        raise EventImportError("No file to import was named.")
    tables = []
    wanted = [name for name in (roles.customer, roles.time, roles.touchpoint, roles.channel, *roles.attributes) if name]
    for file in map(Path, files):
        if not file.is_file():
            what = "is a folder" if file.is_dir() else "does not exist"
            raise EventImportError(f"The file {file} {what}.", hint="Name CSV or Parquet files.")
        ending = Path(file.stem if file.suffix.lower() == ".gz" else file.name).suffix.lower()
        if ending in PARQUET_ENDINGS and file.suffix.lower() != ".gz":
            tables.append(parquet_table(file, connection))
        elif ending in CSV_ENDINGS:
            tables.append(csv_table(file, encoding=encoding, scratch=scratch, wanted=wanted))
        else:
            raise EventImportError(
                f"{file} is of no kind that can be read.",
                hint=f"Files end in {', '.join((*CSV_ENDINGS, *PARQUET_ENDINGS))}; CSV also in .csv.gz.",
            )
    return tables


def _run(connection: DuckDBPyConnection, sql: str, table: Table, tell: Callable[[float], None]) -> None:
    """Run a statement in a thread, and tell meanwhile how far it is."""
    import duckdb

    failed: list[duckdb.Error] = []

    def work() -> None:
        try:
            connection.execute(sql)
        except duckdb.Error as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.1)
            tell(max(0.0, min(1.0, connection.query_progress() / 100)) if thread.is_alive() else 1.0)
    except BaseException:  # Ctrl-C too: the statement must be over before the connection closes
        connection.interrupt()
        thread.join()
        raise
    if failed:
        raise EventImportError(f"{table.path} cannot be read: {str(failed[0]).splitlines()[0]}") from None


def _check_some(staged: Sequence[Staged], roles: ColumnRoles) -> None:
    rows, refused = sum(each.rows for each in staged), sum(each.n_refused for each in staged)
    if not rows or refused < rows:
        return
    counted = _added([each.refused for each in staged])
    reasons = ", ".join(f"{reason} {count}" for reason, count in counted.items())
    example = ""
    if "unreadable-time" in counted:
        for each in staged:
            row = next(iter(each.table.refused_rows([0])), None)
            if row is not None and row.values.get(roles.time):
                example = f" The first time is {row.values[roles.time]!r}."
                break
    raise EventImportError(
        f"None of the {rows} rows can be imported ({reasons}).{example}",
        hint="Check which columns are named; give the form of other times with --time-format, as in '%d/%m/%Y %H:%M'.",
    )


def _added(counts: Sequence[Any], order: Sequence[str] = ()) -> dict[str, int]:
    total: dict[str, int] = dict.fromkeys(order, 0)
    for each in counts:
        for reason, count in each.items():
            total[reason] = total.get(reason, 0) + count
    return {reason: count for reason, count in total.items() if count}

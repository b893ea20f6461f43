"""Import customer events from files into a log, all or nothing; refused rows are counted and kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from klantreis.errors import EventImportError
from klantreis.events.filter import zone_named

if TYPE_CHECKING:
    from klantreis.sources.privacy_rules import Privacy
    from klantreis.sources.staging import Staged

Stage = Literal["read", "sort", "write"]
#: Called while an import runs: what it is doing, and the part of that which is done (0 to 1).
Progress = Callable[[Stage, float], None]


@dataclass(frozen=True)
class FileRead:
    """One source file: its rows, malformed ones included, and how many were refused for which reason.

    ``source`` is what it was read as. ``known`` says that the log had this very file already, so that it was not read.
    """

    path: str
    rows: int
    refused: dict[str, int]
    source: str = "csv"
    known: bool = False


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
        The CSV file with the refused rows, those of earlier imports included; None when there are none.
    timezone
        The zone in which times without one were read.
    no_events
        Rows that only say which ids are one customer.
    doubled
        Rows that the log, or these files, had already.
    merged
        Ids that were found to be another name of a customer.
    links_refused
        Number of links between ids that were not used, by reason: ``several-owners``, ``circle``.
    trimmed
        Events that are older than the log keeps them, of these files and of the log; they are not in it.
    privacy
        The rules of privacy that the log has, as in its manifest.
    time_unit
        The hour, day, week or month that times are made coarser to; None when they are exact.
    key_made
        The file with the key for pseudonyms that was made for this import.
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
    no_events: int = 0
    doubled: int = 0
    merged: int = 0
    links_refused: dict[str, int] = field(default_factory=dict)
    trimmed: int = 0
    privacy: dict[str, Any] = field(default_factory=dict)
    time_unit: str | None = None
    key_made: Path | None = None

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
            "no_events": self.no_events,
            "doubled": self.doubled,
            "merged": self.merged,
            "links_refused": self.links_refused,
            "trimmed": self.trimmed,
            "privacy": self.privacy,
            "files": [
                {"path": one.path, "source": one.source, "rows": one.rows, "refused": one.refused, "known": one.known}
                for one in self.files
            ],
        }


def import_events(
    files: Sequence[Path | str],
    into: Path | str,
    *,
    customer: str | None = None,
    time: str | None = None,
    touchpoint: str | None = None,
    channel: str | None = None,
    attributes: Sequence[str] = (),
    source: str | None = None,
    object_type: str | None = None,
    key: str | None = None,
    add: bool = False,
    overlapping: bool = False,
    identity: bool = True,
    timezone: str | None = None,
    time_format: str | None = None,
    encoding: str = "utf-8",
    limits: Sequence[str] = (),
    privacy: Privacy | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> EventImport:
    """Read files of any known kind into an event log on this machine.

    Parameters
    ----------
    files
        One or more; they may be of different kinds and have different columns.
    into
        The log's folder: new, empty, or a log, which is replaced (or added to) once all is read.
    customer, time
        Names of columns; dotted paths in JSON. Needed for CSV, Parquet and JSON of any make; other kinds know them.
    touchpoint, channel
        Names of columns, or one text for all rows, written ``=text``.
    attributes
        Names of columns to keep with each event, for patterns to look at.
    source
        What the files are (``klantreis.sources.registry.NAMES``); when not given it shows from their content.
    object_type
        Of OCEL files: the type of object that is the customer.
    key
        A column that tells events apart: of those with the same value only the last counts.
    add
        Add to the log, as if all its files had been imported at once. A file that it has already is not read again.
    overlapping
        Files may have rows in common: one that another file has too counts once. Without this, only rows with a key
        (by their source, or by ``key``) are.
    identity
        Take ids together that the sources say are one customer.
    timezone
        The zone (IANA name) of times that have none of their own, and in which a filter's days are meant; UTC, or
        that of the log which is added to, when not given.
    time_format
        How times are written (strptime), when not as ISO 8601, d-m-Y or seconds since 1970.
    encoding
        Of CSV files.
    limits
        Raised limits, each as ``name=number``; see ``klantreis.sources.limits``.
    privacy
        Pseudonyms, columns to drop or make coarser, how long to keep events; see ``klantreis.sources.privacy_rules``.
        The rules that a log has hold for all that is imported into it, also when it is replaced.
    now
        The moment from which the time to keep events is counted back; the present when not given.
    progress
        Called now and then while it runs.

    Raises
    ------
    EventImportError
        When a file or column does not exist, cannot be read, goes beyond a limit, or no row at all can be imported;
        the log is then as it was.
    InvalidInputError, NotFoundError
        When a rule of privacy cannot be read, or the key for pseudonyms is not the log's.
    """
    import duckdb

    from klantreis.events.local.folder import is_log, manifest_if_any, new_columns, publish, read_manifest
    from klantreis.sources.limits import limits_from
    from klantreis.sources.log_filling import Wish, connected, fill_log, new_files
    from klantreis.sources.privacy_import import plan_for
    from klantreis.sources.privacy_rules import Privacy
    from klantreis.sources.reading import Asked
    from klantreis.sources.scratch import scratch_in

    if not files:
        raise EventImportError("No file to import was named.")
    asked = Asked(
        customer, time, touchpoint, channel, tuple(attributes), source, object_type, key, encoding, limits_from(limits)
    )
    wish = Wish(asked, None if timezone is None else zone_named(timezone).key, time_format, overlapping, identity)
    into = Path(into)
    with new_columns(into) as folder:
        before = read_manifest(into) if add and is_log(into) else None
        plan = plan_for(privacy or Privacy(), manifest_if_any(into), log=into, now=now)
        chosen, known = new_files([Path(file) for file in files], before)
        if before is not None and not chosen:
            if plan.rules != plan.held:
                raise EventImportError(
                    "All these files are in the log already; new rules take effect with new files.",
                    hint="Trim a log with: klantreis events trim. For other rules, import into a new log.",
                )
            return _result(into, before, [], known)
        aside = folder / "scratch"
        aside.mkdir()
        nameless = plan.rules.change_values
        with scratch_in(aside, nameless=nameless) as scratch, connected(aside, nameless=nameless) as connection:
            try:
                staged, manifest = fill_log(
                    connection,
                    folder,
                    scratch,
                    chosen,
                    replace(wish, plan=plan),
                    before=before,
                    log=into,
                    tell=progress or (lambda _stage, _part: None),
                )
            except duckdb.Error as error:  # no memory, or no room for what does not fit in it
                raise EventImportError(f"The events cannot be sorted: {str(error).splitlines()[0]}") from None
        shutil.rmtree(aside)
        trimmed = manifest.pop("trimmed")
        publish(into, folder, manifest)
    made = plan.key.file if plan.key is not None and plan.key.made else None
    return replace(_result(into, manifest, staged, known), trimmed=trimmed, key_made=made)


def _result(into: Path, manifest: Mapping[str, Any], staged: Sequence[Staged], known: Sequence[Path]) -> EventImport:
    read = [FileRead(str(each.table.path), each.rows, dict(each.refused), each.table.source) for each in staged]
    read += [FileRead(str(path), 0, {}, "", known=True) for path in known]
    refused: dict[str, int] = {}
    for each in read:
        for reason, count in each.refused.items():
            refused[reason] = refused.get(reason, 0) + count
    period = manifest["period"]
    counts = manifest.get("identity", {})
    return EventImport(
        log=into,
        rows=sum(each.rows for each in read),
        imported=manifest["events"],
        customers=manifest["customers"],
        refused={reason: refused[reason] for reason in manifest["refused"] if reason in refused},
        rejects=None if manifest["rejects"] is None else into / manifest["rejects"],
        timezone=manifest["timezone"],
        period=None if period is None else (period[0], period[1]),
        files=tuple(read),
        no_events=sum(each.no_events for each in staged),
        doubled=manifest.get("doubled", 0),
        merged=counts.get("merged", 0),
        links_refused=dict(counts.get("refused", {})),
        privacy=dict(manifest.get("privacy", {})),
        time_unit=manifest.get("privacy", {}).get("time_unit"),
    )

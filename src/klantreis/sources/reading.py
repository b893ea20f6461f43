"""Files as tables, each with the parts that its columns play."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from klantreis.errors import EventImportError
from klantreis.events.dataset import ColumnRoles
from klantreis.sources.csv_files import csv_table
from klantreis.sources.guessing import NEEDED, Guess, guess_roles
from klantreis.sources.limits import DEFAULT, Limits, beyond
from klantreis.sources.parquet_files import parquet_table, unreadable_parquet
from klantreis.sources.records import CHANNEL, CUSTOMER, TIME, TOUCHPOINT, Malformed, SourceFile, names_in
from klantreis.sources.registry import Head, Source, head_of, source_named, source_of
from klantreis.sources.scratch import Scratch, scratch_in
from klantreis.sources.spooled import spooled_table
from klantreis.sources.staging import is_constant
from klantreis.sources.tables import Connection, Table


@dataclass(frozen=True)
class Asked:
    """How the user says that files are to be read; None where nothing is said."""

    customer: str | None = None
    time: str | None = None
    touchpoint: str | None = None
    channel: str | None = None
    attributes: tuple[str, ...] = ()
    source: str | None = None
    object_type: str | None = None
    key: str | None = None
    encoding: str = "utf-8"
    limits: Limits = DEFAULT

    @property
    def names(self) -> list[str]:
        """All columns asked for."""
        parts = (self.customer, self.time, self.touchpoint, self.channel, *self.attributes, self.key)
        return [name for name in parts if name is not None and not is_constant(name)]


def open_table(
    path: Path, asked: Asked, connection: Connection, scratch: Scratch, *, before: ColumnRoles | None = None
) -> tuple[Table, ColumnRoles]:
    """One file as a table, and the parts its columns play.

    Parameters
    ----------
    before
        The parts in the log that is added to: they hold where nothing is said.

    Raises
    ------
    EventImportError
        When it cannot be read, or nobody says which columns to take.
    """
    head, source = recognised(path, asked)
    roles = _roles(head, source, asked, before)
    reader = source.forms[head.form]
    if reader is not None:
        rows = reader(SourceFile(path, asked.limits, asked.encoding, asked.object_type))
        parts = (roles.customer, roles.time, roles.touchpoint, roles.channel)
        wanted = [name for name in (*parts, *roles.attributes) if name is not None and not is_constant(name)]
        table = spooled_table(
            path,
            rows,
            source=source.name,
            wanted=wanted,
            key=asked.key,
            typed=head.form in ("json", "parquet", "sqlite"),
            scratch=scratch,
            limits=asked.limits,
        )
    elif head.form == "parquet":
        table = parquet_table(path, connection, limits=asked.limits)
    else:
        names = [roles.customer, roles.time, roles.touchpoint, *asked.names]
        table = csv_table(path, encoding=asked.encoding, scratch=scratch, wanted=names, limits=asked.limits)
    if asked.key is not None and (reader is None or table.columns):
        table.column(asked.key)
    return table, roles


def recognised(path: Path, asked: Asked) -> tuple[Head, Source]:
    """What a file is.

    Raises
    ------
    EventImportError
        When there is no such file, it is of no kind that can be read, or not of the kind that was named.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise EventImportError(f"The file {path} {what}.", hint="Name files.")
    head = head_of(path, asked.limits)
    if asked.source is None:
        return head, source_of(head)
    source = source_named(asked.source)
    if head.form not in source.forms:
        raise EventImportError(
            f"{path} is {head.form}; {source.title} comes as {' or '.join(source.forms)}.",
            hint="Leave --source out to have it recognised.",
        )
    return head, source


def sample_of(head: Head, asked: Asked, *, rows: int) -> tuple[list[str], list[dict[str, str]]]:
    """The names of the columns, and the first rows, of a file that is read as it stands."""
    names: dict[str, None] = {}
    sample: list[dict[str, str]] = []
    if head.form == "json":
        from klantreis.sources.json_rows import json_rows
        from klantreis.sources.records import text_at

        found = json_rows(SourceFile(head.path, asked.limits))
        records = [record for record, _ in zip(found, range(100), strict=False) if not isinstance(record, Malformed)]
        for record in records:
            known = names_in(record.values, most=asked.limits.columns, deepest=asked.limits.depth)
            if known is None:
                raise beyond(asked.limits, "columns", head.path)
            names |= known
        if not names:
            raise EventImportError(
                f"{head.path} begins with no row that can be read.",
                hint="Events in JSON are objects with names: one on each line, or a list of them.",
            )
        sample = [{name: text_at(record.values, name) or "" for name in names} for record in records[:rows]]
        return list(names), sample
    if head.form == "parquet":
        if not head.columns:
            raise unreadable_parquet(head.path)
        return list(head.columns), []
    import tempfile

    with tempfile.TemporaryDirectory(prefix="klantreis-") as folder, scratch_in(Path(folder), nameless=True) as scratch:
        table = csv_table(head.path, encoding=asked.encoding, scratch=scratch, wanted=(), limits=asked.limits)
        sample = [dict(row.values) for row in table.refused_rows(range(rows))]
    return [column.name for column in table.columns], sample


def digest_of_file(path: Path) -> str:
    """A fingerprint of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=20)).hexdigest()


def _roles(head: Head, source: Source, asked: Asked, before: ColumnRoles | None) -> ColumnRoles:
    given = {"customer": asked.customer, "time": asked.time, "touchpoint": asked.touchpoint, "channel": asked.channel}
    if source.worked_out:
        worked_out = {"customer": CUSTOMER, "time": TIME, "touchpoint": TOUCHPOINT, "channel": CHANNEL}
        given = {part: name or worked_out[part] for part, name in given.items()}
    elif before is not None and not before.customer.startswith("@"):
        old = before.model_dump()
        given = {part: name or old[part] for part, name in given.items()}
    missing = [part for part in NEEDED if not given[part]]
    if missing:
        names, _ = sample_of(head, asked, rows=0)
        raise _missing(head.path, missing, names, guess_roles(names, taken=list(given.values())))
    return ColumnRoles(**given, attributes=asked.attributes)


def _missing(path: Path, missing: Sequence[str], names: Sequence[str], guess: Guess) -> EventImportError:
    likely = [f"--{part} {name!r}" for part in missing if (name := getattr(guess, part)) is not None]
    listed = ", ".join(names[:30]) + (" …" if len(names) > 30 else "")
    return EventImportError(
        f"Which columns of {path} hold the {' and the '.join(missing)}? It has: {listed}.",
        hint=f"Probably {' '.join(likely)}." if likely else "Name them with --customer, --time and --touchpoint.",
    )

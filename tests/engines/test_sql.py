"""The SQL itself: what is written for engines that are not at hand, fingerprints, and quartiles from a histogram."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from klantreis.errors import InvalidInputError
from klantreis.events.answers.answer import Quartiles
from klantreis.events.remote import dialects
from klantreis.events.remote.engine import Engine, Row
from klantreis.events.remote.log import RemoteLog
from klantreis.events.remote.quartiles import RELATIVE_ERROR, ApproximateQuartiles, of_counts
from klantreis.events.remote.sql import literal, quoted, quoted_table, translated
from klantreis.events.remote.table import Field, RemoteTable, fingerprints, weights
from klantreis.sources.engines import connect_engine
from tests.engines.conftest import new_duckdb
from tests.engines.places import engine_place, local_log
from tests.engines.questions import FILTERS, QUESTIONS
from tests.engines.test_contract import drawn
from tests.events import log_reference as reference

#: The contract suite runs these.
RUN = {"duckdb", "postgres", "clickhouse", "spark"}


class Listening:
    """An engine that keeps what it is asked and answers with nothing."""

    title = "an engine that listens"

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.asked: list[str] = []

    def rows(self, sql: str) -> Sequence[Row]:
        self.asked.append(sql)
        if "_touchpoints" in sql:
            return [(1, "a"), (2, "b"), (3, "c")]
        if sql.upper().startswith("SELECT DISTINCT"):
            return [("12",), ("x",)]
        parsed = sqlglot.parse_one(sql, read=self.dialect)
        grouped = any(parsed.args.get(part) for part in ("group", "order", "limit"))
        return [] if grouped or not isinstance(parsed, exp.Select) else [(0,) * len(parsed.expressions)]

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("dialect", sorted(set(dialects.DIALECTS) - RUN))
def test_every_question_is_written_in_the_grammar_of_a_dialect_that_is_not_run(dialect: str) -> None:
    engine = Listening(dialect)
    fields = (Field("channel", "text", "f0"), Field("amount", "number", "f1"), Field("Cart kind", "text", "f2"))
    log = RemoteLog(engine, RemoteTable("lake.web", "kept", fields), 9, 3, (0, 9))
    for asked in (None, FILTERS[3]):
        for ask in QUESTIONS.values():
            ask(log, asked)
    assert len(engine.asked) > len(QUESTIONS)
    for sql in engine.asked:
        tree = sqlglot.parse_one(sql, read=dialect, error_level=sqlglot.ErrorLevel.RAISE)
        ours = {found.name.upper() for found in tree.find_all(exp.Anonymous)}
        assert not ours & {"QUARTILES", "MICROS", "NO_NUMBER", "TEXT_ORDER", "WHOLE"}, sql


@pytest.fixture
def duckdb_file(tmp_path: Path) -> Any:
    engine = connect_engine(f"duckdb://{new_duckdb(tmp_path)}")
    yield engine
    engine.close()


def test_quartiles_from_a_histogram_keep_their_bound_and_say_what_they_are(
    duckdb_file: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(dialects.DIALECTS, "duckdb", replace(dialects.DIALECTS["duckdb"], quartiles=None))
    events = drawn(7, 400)
    kept, plain = engine_place("duckdb", duckdb_file).keep(events), local_log(events)
    got, expected = kept.transitions(), plain.transitions()
    assert len(got.transitions) == len(expected.transitions) > 8
    for one, other in zip(got.transitions, expected.transitions, strict=True):
        assert (one.source, one.target, one.count) == (other.source, other.target, other.count)
        assert isinstance(one.seconds, ApproximateQuartiles)
        for name in ("q1", "median", "q3"):
            exact = getattr(other.seconds, name)
            assert getattr(one.seconds, name) == pytest.approx(exact, rel=RELATIVE_ERROR * 1.0001, abs=0)
    told = got.to_dict()["transitions"][0]["seconds"]
    assert (told["method"], round(told["relative_error"], 4)) == ("log-histogram", 0.0443)
    # Small whole numbers are counted one by one, which is exact everywhere.
    visits = kept.visits(gap="5min")
    assert visits.events == plain.visits(gap="5min").events
    assert type(visits.per_customer) is Quartiles


def test_weights_are_those_of_fingerprints(duckdb_file: Engine) -> None:
    places = (0, 1, 2, 101, 10**6)
    rows = " UNION ALL ".join(
        f"SELECT CAST({place} AS BIGINT) AS c, CAST({place} AS BIGINT) AS p, 1 AS tp" for place in places
    )
    found = {int(c): (int(one), int(other)) for c, _, one, other in duckdb_file.rows(fingerprints(rows, by=["c"]))}
    assert found == {place: weights(place) for place in places}


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_quartiles_of_counted_values_are_those_of_the_values(values: list[int]) -> None:
    counted = [(value, values.count(value)) for value in set(values)]
    assert of_counts(counted) == pytest.approx(reference.quartiles(values))


def test_fingerprints_tell_sequences_apart(duckdb_file: Engine) -> None:
    chance = random.Random(5)  # noqa: S311 - for a test
    # Alternations whose powers of places add up to the same, up to the power of 13: sums of low powers would collide.
    thue_morse = [bin(place).count("1") % 2 for place in range(1 << 14)]
    paths = {tuple(1 + bit for bit in thue_morse), tuple(2 - bit for bit in thue_morse)}
    paths |= {tuple(1 + bit for bit in thue_morse[: 1 << n]) for n in range(9)}
    paths |= {tuple(2 - bit for bit in thue_morse[: 1 << n]) for n in range(9)}
    # The same touchpoints in another order, and one longer by one.
    base = list(range(1, 9))
    for _ in range(2000):
        chance.shuffle(base)
        paths |= {tuple(base), (*base, 1)}
    duckdb_file.rows("CREATE TABLE steps (c BIGINT, p BIGINT, tp BIGINT)")
    rows = [f"({c}, {p}, {tp})" for c, path in enumerate(paths) for p, tp in enumerate(path)]
    for first in range(0, len(rows), 20_000):
        duckdb_file.rows(f"INSERT INTO steps VALUES {', '.join(rows[first : first + 20_000])}")  # noqa: S608
    sql = fingerprints("SELECT c, p, tp FROM steps", by=["c"])
    for name in ("h1, n", "h2, n"):
        found = duckdb_file.rows(translated(f"SELECT DISTINCT {name} FROM ({sql}) AS f", "duckdb"))  # noqa: S608
        assert len(found) == len(paths)


@pytest.mark.parametrize("name", ["", ".", "a..b", "a.b.c.d", 'a"b', "a."])
def test_a_name_that_is_no_table_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="no name of a table"):
        quoted_table(name)


@given(st.text(st.characters(exclude_characters="\x00", codec="utf-8")), st.sampled_from(sorted(dialects.DIALECTS)))
def test_a_text_is_a_text_whatever_is_in_it(text: str, dialect: str) -> None:
    sql = translated(f"SELECT {literal(text)} AS {quoted('x;--')}", dialect)
    found = sqlglot.parse_one(sql, read=dialect)
    assert [each.this for each in found.find_all(exp.Literal)] == [text]


@pytest.mark.parametrize(
    ("type_name", "dialect", "held"),
    [
        ("TIMESTAMP WITH TIME ZONE", "duckdb", "instant"),
        ("TIMESTAMP_NS", "duckdb", "moment"),
        ("DECIMAL(18,3)", "duckdb", "number"),
        ("UHUGEINT", "duckdb", "integer"),
        ("STRUCT(a INTEGER)", "duckdb", "other"),
        ("timestamp without time zone", "postgres", "moment"),
        ("character varying", "postgres", "text"),
        ("LowCardinality(Nullable(String))", "clickhouse", "text"),
        ("DateTime('Europe/Amsterdam')", "clickhouse", "instant"),
        ("Enum8('a' = 1)", "clickhouse", "text"),
        ("UInt64", "clickhouse", "integer"),
        ("timestamp", "spark", "instant"),
        ("timestamp_ntz", "spark", "moment"),
        ("map<string,int>", "spark", "other"),
        ("timestamp(6) with time zone", "trino", "instant"),
        ("varchar(20)", "trino", "text"),
    ],
)
def test_what_a_type_holds(type_name: str, dialect: str, held: str) -> None:
    assert dialects.held_by(type_name, dialect=dialect) == held

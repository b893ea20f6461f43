"""Every ``klantreis events`` question on a log that is connected: the same output as on the same events here."""

from __future__ import annotations

import secrets

import click
import pytest
from click.testing import CliRunner

from klantreis.cli.events import command
from klantreis.sources.engines import connect_engine
from tests.engines.conftest import new_duckdb
from tests.engines.places import ROLES, Row, folder_place, source_sql
from tests.engines.test_contract import drawn
from tests.store.conftest import run_sql

QUESTIONS: dict[str, tuple[str, ...]] = {
    "transitions": (),
    "variants": ("--fold-repeats", "--gap", "10min"),
    "visits": ("--gap", "5min"),
    "reach": ("amount >= 2",),
    "funnel": ("touchpoint = 'a'", "optional amount = 3 within 9min", "touchpoint = 'c'", "--within", "30min"),
    "funnel --any-order": ("touchpoint = 'a'", "touchpoint = 'c'"),
    "between": ("touchpoint = 'a'", "touchpoint = 'c'", "--starts", "each", "--within", "20min"),
    "rework": ("--top", "4"),
    "paths-to": ("touchpoint = 'c'", "--lookback", "15min", "--top", "0"),
    "credit": ("touchpoint = 'c'", "--by", "channel"),
    "tree": ("touchpoint = 'a'", "--depth", "2", "--breadth", "2"),
    "steps": ("--align", "amount = 3", "--before", "2", "--upto", "3"),
    "retention": ("--by", "day", "--periods", "2"),
    "activity": (),
    "compare": ("--first", "amount = 3", "--on", "times"),
}
EVENTS = drawn(11, 150)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The events as a log on this machine."""
    folder = tmp_path_factory.mktemp("here")
    folder_place(folder, zone="UTC").keep(EVENTS)
    return str(next(folder.glob("*/log")))


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def there(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The events in a table of an engine, connected by the command."""
    folder = tmp_path_factory.mktemp("there")
    if request.param == "duckdb":
        address = f"duckdb://{new_duckdb(folder)}"
    else:
        server = str(request.getfixturevalue("postgres_server"))
        name = f"shop_{secrets.token_hex(6)}"
        run_sql(server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
        address = f"{server}/{name}"
    put(address, EVENTS)
    words = ["connect", address, "--table", "clicks", "--into", str(folder / "log"), "--order", "place"]
    words += ["--customer", ROLES.customer, "--time", ROLES.time, "--touchpoint", ROLES.touchpoint, "--timezone", "UTC"]
    words += ["--channel", str(ROLES.channel), *(word for name in ROLES.attributes for word in ("--attribute", name))]
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return str(folder / "log")


def put(address: str, events: list[Row]) -> None:
    """Make the table of events."""
    engine = connect_engine(address)
    engine.rows(source_sql("clicks", events, engine.dialect))
    engine.close()


def asked(name: str, log: str, form: str) -> str:
    """What a question prints."""
    question, *options = name.split()
    words = [question, log, *QUESTIONS[name], *options, "--format", form, "--hide-below", "3"]
    if question not in ("compare", "tree"):
        words += ["--where", "touchpoint != 'b' or amount = 3"]
    answer = CliRunner().invoke(command, words, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.mark.engine
@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_prints_the_same_there(name: str, here: str, there: str) -> None:
    for form in ("text", "json"):
        assert asked(name, there, form) == asked(name, here, form)


def test_every_question_is_asked_here() -> None:
    assert isinstance(command, click.Group)
    other = {"connect", "import", "trim", "export", "erase"}
    assert {name.split()[0] for name in QUESTIONS} == set(command.list_commands(click.Context(command))) - other

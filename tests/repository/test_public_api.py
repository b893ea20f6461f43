"""Holds the public library to its snapshot, so that no name or parameter changes unseen."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import klantreis

ACCEPT = "accept a meant change with: .venv/bin/python tests/repository/public_api.py"


@pytest.fixture(scope="module")
def public_api(root: Path) -> ModuleType:
    """The module that writes the snapshot."""
    spec = importlib.util.spec_from_file_location("public_api", root / "tests/repository/public_api.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_library_is_what_the_snapshot_says(public_api: ModuleType) -> None:
    assert public_api.described() == public_api.SNAPSHOT.read_text(encoding="utf-8"), ACCEPT


def test_dir_lists_every_public_name() -> None:
    assert set(getattr(klantreis, "__all__", ())) <= set(dir(klantreis))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing_of_the_kind'"):
        getattr(klantreis, "nothing_of_the_kind")  # noqa: B009 - the lazy lookup is what is tested


def test_a_changed_parameter_changes_the_snapshot(public_api: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def library(read: Callable[..., object]) -> str:
        monkeypatch.setattr(public_api, "klantreis", SimpleNamespace(__all__=["read"], read=read))
        return str(public_api.described())

    assert library(lambda path: path) == "def read(path)\n"
    assert library(lambda path, *, lang: (path, lang)) == "def read(path, *, lang)\n"

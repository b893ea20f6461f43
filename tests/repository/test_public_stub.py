"""Holds what type checkers see of the public library to what is there."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import klantreis


def stub(root: Path) -> ast.Module:
    """The stub beside the package's first file."""
    return ast.parse((root / "src/klantreis/__init__.pyi").read_text(encoding="utf-8"))


def test_the_stub_lists_what_the_library_lists(root: Path) -> None:
    (listed,) = [node.value for node in stub(root).body if isinstance(node, ast.Assign)]
    assert ast.literal_eval(listed) == klantreis.__all__


def test_each_name_comes_from_where_the_stub_says(root: Path) -> None:
    told = {
        alias.asname or alias.name: (str(node.module), alias.name)
        for node in stub(root).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    found = {}
    for name in klantreis.__all__:
        value = getattr(klantreis, name)
        place = value.__name__.rpartition(".") if inspect.ismodule(value) else (value.__module__, "", value.__name__)
        found[name] = (place[0], place[2])
    assert told == found

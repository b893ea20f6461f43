"""The rules, a file for each family."""

from __future__ import annotations

import importlib

from klantreis.checks.rule import FAMILIES


def load_all() -> None:
    """Import every family, so that its rules are in the register."""
    for family in FAMILIES:
        importlib.import_module(f"klantreis.checks.rules.{family}")

"""The rules, a file for each family; a family that outgrows a file has several, whose names begin with its own."""

from __future__ import annotations

import importlib
import pkgutil


def load_all() -> None:
    """Import every file of rules, so that its rules are in the register."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")

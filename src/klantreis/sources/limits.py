"""How much a file may ask of this machine: what lies beyond is refused, by the name of the limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from klantreis.errors import EventImportError, did_you_mean


@dataclass(frozen=True)
class Limits:
    """Bounds on one file.

    Parameters
    ----------
    unpacked
        Bytes of a packed file once unpacked.
    ratio
        How many times larger than packed; looked at from 64 MiB on.
    line
        Bytes of one line, one item of a list, or one XML tag.
    text
        Characters of one value.
    depth
        How deep values may lie in one another.
    columns
        Names in one row.
    """

    unpacked: int = 1 << 38
    ratio: int = 300
    line: int = 1 << 24
    text: int = 1 << 20
    depth: int = 64
    columns: int = 10_000


DEFAULT = Limits()
#: A packed file may unpack to this much whatever its ratio.
RATIO_FROM = 1 << 26


def beyond(limits: Limits, name: str, path: Path, *, place: str = "") -> EventImportError:
    """The refusal of a file that goes beyond one of the limits."""
    value = int(getattr(limits, name))
    what = {
        "unpacked": f"unpacks to more than {value:,} bytes",
        "ratio": f"unpacks to more than {value} times its size",
        "line": f"has a line, item or tag of more than {value:,} bytes",
        "text": f"has a value of more than {value:,} characters",
        "depth": f"has values more than {value} deep in one another",
        "columns": f"has more than {value:,} names in one row",
    }[name]
    where = f", {place}" if place else ""
    return EventImportError(
        f"{path}{where}: it {what} (limit {name!r}).",
        hint=f"If that is meant, raise the limit: --limit {name}={value * 4}.",
    )


def limits_from(written: Sequence[str]) -> Limits:
    """Limits as a user writes them, each as ``name=number``.

    Raises
    ------
    EventImportError
        Naming the limits that exist.

    Examples
    --------
    >>> limits_from(["depth=200"]).depth
    200
    """
    found = DEFAULT
    names = [field.name for field in fields(Limits)]
    for each in written:
        name, _, number = each.partition("=")
        if name not in names:
            raise EventImportError(f"There is no limit {name!r}.", hint=did_you_mean(name, names, what="limits"))
        if not (number.isascii() and number.isdigit() and int(number[:19]) > 0):
            raise EventImportError(f"The limit {name!r} is no whole number: {number!r}.", hint="As in depth=200.")
        found = replace(found, **{name: min(int(number[:19]), 1 << 60)})
    return found

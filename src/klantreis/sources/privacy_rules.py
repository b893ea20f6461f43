"""What a log may hold of people: pseudonyms, columns left out or made coarser, and for how long.

The rules of a log stand in its manifest and hold for all that is ever imported into it.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from klantreis.errors import InvalidInputError
from klantreis.events.dataset import ColumnRoles
from klantreis.events.filter import bounds, zone_named

UNITS = ("hour", "day", "week", "month")
_RULES = "hour, day, week, month (of times), first:4 (characters), band:10 (numbers), top:20 (most frequent values)"

#: A column that a rule is about, as the log knows it.
Target = Literal["time", "touchpoint", "channel"] | str


@dataclass(frozen=True)
class Coarse:
    """How values are made coarser: a unit of time, or ``first``, ``band`` or ``top`` with a number."""

    kind: str
    number: float | None = None

    def __str__(self) -> str:
        return self.kind if self.number is None else f"{self.kind}:{self.number:g}"


@dataclass(frozen=True)
class Privacy:
    """What is asked of an import, besides the rules that the log has already.

    Parameters
    ----------
    pseudonymise, key_file
        Put pseudonyms in the place of customer ids, with the key in this file (None: the user's own).
    drop
        Columns to leave out, also of the refused rows.
    coarsen
        Columns to make coarser, each ``COLUMN=RULE``.
    keep_for
        For how long events are kept: ``24m``; d, w, m, y.
    """

    pseudonymise: bool = False
    key_file: Path | None = None
    drop: tuple[str, ...] = ()
    coarsen: tuple[str, ...] = ()
    keep_for: str | None = None


@dataclass(frozen=True)
class Rules:
    """The rules of a log.

    Parameters
    ----------
    key
        Fingerprint of the key of its pseudonyms; None when ids are as they came.
    top
        Of columns with a ``top`` rule: the values that are kept.
    time_unit
        The unit that event times are made coarser to.
    audit
        What was erased and trimmed when: counts, no ids.
    """

    key: str | None = None
    drop: tuple[str, ...] = ()
    coarsen: Mapping[str, Coarse] = field(default_factory=dict)
    keep_for: str | None = None
    top: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    time_unit: str | None = None
    audit: tuple[Mapping[str, Any], ...] = ()

    @property
    def change_values(self) -> bool:
        """Whether any value of a row is left out or changed."""
        return bool(self.key or self.drop or self.coarsen)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the manifest; empty when there is nothing to say."""
        said = {
            "pseudonyms": None if self.key is None else {"method": "HMAC-SHA-256, 128 bits", "key": self.key},
            "drop": list(self.drop),
            "coarsen": {name: str(rule) for name, rule in self.coarsen.items()},
            "keep_for": self.keep_for,
            "top": {name: list(values) for name, values in self.top.items()},
            "time_unit": self.time_unit,
            "audit": [dict(line) for line in self.audit],
        }
        return {name: value for name, value in said.items() if value}

    def noted(self, what: str, *, at: datetime, **counts: int | str) -> Rules:
        """With one line more in the audit."""
        line = {"at": at.isoformat(timespec="seconds"), "what": what, **counts}
        return replace(self, audit=(*self.audit, line))


def rules_of(manifest: Mapping[str, Any] | None) -> Rules:
    """The rules that stand in a manifest."""
    said = (manifest or {}).get("privacy") or {}
    return Rules(
        key=(said.get("pseudonyms") or {}).get("key"),
        drop=tuple(said.get("drop", ())),
        coarsen={name: coarse_of(rule) for name, rule in said.get("coarsen", {}).items()},
        keep_for=said.get("keep_for"),
        top={name: tuple(values) for name, values in said.get("top", {}).items()},
        time_unit=said.get("time_unit"),
        audit=tuple(said.get("audit", ())),
    )


def combined(before: Rules, asked: Privacy, *, key: str | None) -> Rules:
    """The rules of a log with what is asked besides.

    Raises
    ------
    InvalidInputError
        When a rule cannot be read, or a column of the log is already made coarser in another way.
    """
    coarsen = dict(before.coarsen)
    for said in asked.coarsen:
        name, sign, rule = said.rpartition("=")
        if not sign or not name:
            raise InvalidInputError(f"{said!r} names no column and rule.", hint=f"Write COLUMN=RULE; rules: {_RULES}.")
        found = coarse_of(rule)
        if coarsen.setdefault(name, found) != found:
            raise InvalidInputError(
                f"The column {name!r} is made coarser by {coarsen[name]}; it cannot be by {found} as well.",
                hint="Import into a new log to use another rule.",
            )
    if asked.keep_for is not None:
        check_period(asked.keep_for)
    drop = tuple(dict.fromkeys((*before.drop, *asked.drop)))
    both = sorted(set(drop) & set(coarsen))
    if both:
        raise InvalidInputError(f"The column {both[0]!r} is both dropped and made coarser.", hint="Choose one of them.")
    return replace(before, key=key, drop=drop, coarsen=coarsen, keep_for=asked.keep_for or before.keep_for)


def coarse_of(rule: str) -> Coarse:
    """Read a rule.

    Examples
    --------
    >>> coarse_of("band:10"), str(coarse_of("month"))
    (Coarse(kind='band', number=10.0), 'month')
    """
    kind, sign, number = rule.strip().partition(":")
    if kind in UNITS and not sign:
        return Coarse(kind)
    if kind in ("first", "top") and re.fullmatch(r"[1-9]\d{0,5}", number):
        return Coarse(kind, int(number))
    if kind == "band" and re.fullmatch(r"\d{1,9}(\.\d{1,6})?", number) and float(number) > 0:
        return Coarse(kind, float(number))
    raise InvalidInputError(f"{rule!r} is no rule to make a column coarser by.", hint=f"Rules: {_RULES}.")


def target_of(name: str, roles: Sequence[ColumnRoles], attributes: Collection[str]) -> Target | None:
    """What a column that a rule names is in the log; None when the log does not hold it.

    Raises
    ------
    InvalidInputError
        When it is the customer.
    """
    if name in attributes:
        return name
    for part in ("customer", "time", "touchpoint", "channel"):
        if name == part or any(getattr(each, part) == name for each in roles):
            if part == "customer":
                raise InvalidInputError(
                    f"The column {name!r} tells whose events they are; it can be neither dropped nor made coarser.",
                    hint="Put pseudonyms in its place with --pseudonymise.",
                )
            return part
    return None


def check_period(keep_for: str) -> None:
    """That a retention period can be read.

    Raises
    ------
    InvalidInputError
        When it cannot.
    """
    if not re.fullmatch(r"[1-9]\d{0,4}[dwmy]", keep_for):
        raise InvalidInputError(
            f"{keep_for!r} is no period to keep events for.", hint="Write 90d, 26w, 24m (months) or 7y."
        )


def first_day_kept(keep_for: str, *, now: datetime, zone: str) -> date:
    """The first day whose events are kept; days are those of the log's zone.

    Examples
    --------
    >>> from datetime import UTC
    >>> first_day_kept("1m", now=datetime(2026, 3, 31, 12, tzinfo=UTC), zone="UTC")
    datetime.date(2026, 2, 28)
    """
    check_period(keep_for)
    number, unit = int(keep_for[:-1]), keep_for[-1]
    today = now.astimezone(ZoneInfo(zone)).date()
    try:
        if unit in "dw":
            return today - timedelta(days=number * (7 if unit == "w" else 1))
        months = today.year * 12 + today.month - 1 - number * (12 if unit == "y" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        return date.min  # longer than there are years: all is kept


def start_of(day: date, *, zone: str) -> int | None:
    """The first moment of a day, in microseconds since 1970 UTC; None for the first day that there is."""
    return None if day == date.min else bounds((day, None), zone_named(zone))[0]

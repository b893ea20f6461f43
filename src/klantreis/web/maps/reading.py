"""Reading what a form sent: every field is read, every complaint is kept, so that a form comes back whole."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from klantreis.errors import InvalidInputError

#: What a form sent: one text a field.
Posted = Mapping[str, str]
#: Longest text of one field, as the documents have it.
LONGEST = 4000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_DUTCH_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


@dataclass(frozen=True)
class Complaint:
    """What is wrong with one field, as a message id below ``maps.wrong`` with its values."""

    name: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)


class FormRefusedError(InvalidInputError):
    """A form that cannot be taken as it is; nothing was changed."""

    code = "form-refused"

    def __init__(self, complaints: tuple[Complaint, ...]) -> None:
        super().__init__("The form has fields that cannot be taken: " + ", ".join(one.name for one in complaints))
        self.complaints = complaints


@dataclass(frozen=True)
class Reading:
    """One reading of a form. Each method reads one field; :meth:`done` refuses when any was wrong."""

    posted: Posted
    complaints: list[Complaint] = field(default_factory=list)

    def complain(self, name: str, message: str, **values: object) -> None:
        """Say what is wrong with a field."""
        self.complaints.append(Complaint(name, message, values))

    def done(self) -> None:
        """Refuse the form when there is a complaint.

        Raises
        ------
        FormRefusedError
            With every complaint.
        """
        if self.complaints:
            raise FormRefusedError(tuple(self.complaints))

    def raw(self, name: str) -> str:
        """A field as sent, lines ended in one way and without the blanks around it."""
        return self.posted.get(name, "").replace("\r\n", "\n").replace("\r", "\n").strip()

    def text(self, name: str) -> str | None:
        """A text; None when the field was left empty."""
        found = self.raw(name)
        if len(found) > LONGEST:
            self.complain(name, "too_long", longest=LONGEST, length=len(found))
        if _CONTROL.search(found):
            self.complain(name, "control")
        return found or None

    def needed(self, name: str) -> str:
        """A text that must be there; the empty text, with a complaint, when it is not."""
        found = self.text(name)
        if found is None:
            self.complain(name, "needed")
        return found or ""

    def number(self, name: str, *, low: float = -math.inf, high: float = math.inf) -> float | None:
        """A number, with a point or a comma for its decimals; None when the field was left empty."""
        found = self.raw(name)
        if not found:
            return None
        try:
            value = float(found.replace("\u2212", "-").replace(",", "."))
        except ValueError:
            self.complain(name, "number", found=found[:40])
            return None
        if not math.isfinite(value):
            self.complain(name, "number", found=found[:40])
            return None
        if not low <= value <= high:
            self.complain(name, "between", low=f"{low:g}", high=f"{high:g}")
            return None
        return value

    def whole(self, name: str) -> int | None:
        """A whole number from 0; dots between thousands are understood. None when the field was left empty."""
        found = self.raw(name)
        if not found:
            return None
        plain = re.sub(r"(?<=\d)[.,\u00a0 ](?=\d{3}(?:\D|$))", "", found)
        if not re.fullmatch(r"[0-9]{1,12}", plain):
            self.complain(name, "whole", found=found[:40])
            return None
        return int(plain)

    def day(self, name: str) -> date | None:
        """A day, as ``2026-11-21`` or ``21-11-2026``; None when the field was left empty."""
        found = self.raw(name)
        if not found:
            return None
        dutch = _DUTCH_DAY.fullmatch(found)
        try:
            return date(int(dutch[3]), int(dutch[2]), int(dutch[1])) if dutch else date.fromisoformat(found)
        except ValueError:
            self.complain(name, "day", found=found[:40])
            return None

    def choice(self, name: str, known: Collection[str]) -> str | None:
        """One of the known values; None when nothing was chosen."""
        found = self.raw(name)
        if not found:
            return None
        if found not in known:
            self.complain(name, "choice", found=found[:80])
            return None
        return found

    def chosen(self, name: str, known: Collection[str]) -> str:
        """One of the known values, which must be chosen."""
        before = len(self.complaints)
        found = self.choice(name, known)
        if found is None and len(self.complaints) == before:
            self.complain(name, "choose")
        return found or ""

    def ticked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return bool(self.posted.get(name))

    def ticks(self, prefix: str) -> tuple[str, ...]:
        """The names of the ticked boxes that begin with a prefix, without it, in the order of the form."""
        return tuple(
            name.removeprefix(prefix) for name, value in self.posted.items() if name.startswith(prefix) and value
        )

"""What a page of the map was asked to show beside the map, read from its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlencode

PanelKind = Literal["card", "step", "add-card", "add-step", "model"]
FormKind = Literal["edit", "move", "remove", "evidence", "emotion"]
_FORMS: tuple[FormKind, ...] = get_args(FormKind)


@dataclass(frozen=True)
class Asked:
    """One panel, or none. ``card`` and ``step`` are ids as they stand in the address; they may not exist."""

    panel: PanelKind | None = None
    card: str = ""
    step: str = ""
    lane: str = ""
    phase: str = ""
    form: FormKind | None = None

    @property
    def writes(self) -> bool:
        """Whether the panel holds a form in which somebody may be typing."""
        return self.form is not None or self.panel in {"add-card", "add-step", "model"}


def asked_by(query: Mapping[str, str]) -> Asked:
    """What an address asks for: ``?card=c1``, ``?step=kassa&form=emotion``, ``?add=card&lane=action&step=kassa``.

    Examples
    --------
    >>> asked_by({"card": "c1", "form": "edit"})
    Asked(panel='card', card='c1', step='', lane='', phase='', form='edit')
    >>> asked_by({"form": "nonsense"}).panel is None
    True
    """
    form = next((one for one in _FORMS if one == query.get("form")), None)
    add = query.get("add")
    step, lane, phase = query.get("step", ""), query.get("lane", ""), query.get("phase", "")
    if add == "card":
        return Asked(panel="add-card", step=step, lane=lane)
    if add == "step":
        return Asked(panel="add-step", phase=phase)
    if "model" in query:
        return Asked(panel="model")
    if query.get("card"):
        return Asked(panel="card", card=query["card"], form=form)
    if step:
        return Asked(panel="step", step=step, form=form)
    return Asked()


def at(base: str, *, anchor: str = "", **query: str) -> str:
    """An address below a map's own.

    Examples
    --------
    >>> at("/w/x/journey/y/", card="c1", anchor="panel")
    '/w/x/journey/y/?card=c1#panel'
    """
    asked = urlencode({name: value for name, value in query.items() if value})
    return base + (f"?{asked}" if asked else "") + (f"#{anchor}" if anchor else "")

"""Typed ids: stable, readable, and checked where they are used (``persona:starter``).

``Ref`` types mark a field that points at another document, so that references can be found and checked
without a list of fields kept by hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import StringConstraints

from klantreis.errors import InvalidInputError

SLUG = r"[a-z0-9]+(?:[-.][a-z0-9]+)*"

#: An id inside a document (a step, a card, a claim): unique within that document.
LocalId = Annotated[str, StringConstraints(pattern=rf"^{SLUG}$", max_length=80)]

#: Any document's id, ``kind:slug``.
AnyId = Annotated[str, StringConstraints(pattern=rf"^{SLUG}:{SLUG}$", max_length=120)]


@dataclass(frozen=True)
class RefTo:
    """Marks a field as a reference to a document of one of these kinds (none named: any kind)."""

    kinds: tuple[str, ...] = ()


def _typed(kind: str) -> StringConstraints:
    return StringConstraints(pattern=rf"^{kind}:{SLUG}$", max_length=120)


PersonaRef = Annotated[str, _typed("persona"), RefTo(("persona",))]
JobRef = Annotated[str, _typed("job"), RefTo(("job",))]
JourneyRef = Annotated[str, _typed("journey"), RefTo(("journey",))]
PhaseModelRef = Annotated[str, _typed("phase-model"), RefTo(("phase-model",))]
TouchpointRef = Annotated[str, _typed("touchpoint"), RefTo(("touchpoint",))]
ChannelRef = Annotated[str, _typed("channel"), RefTo(("channel",))]
StudyRef = Annotated[str, _typed("study"), RefTo(("study",))]
SurveyRef = Annotated[str, _typed("survey"), RefTo(("survey",))]
SourceRef = Annotated[str, _typed("source"), RefTo(("source",))]
DatasetRef = Annotated[str, _typed("dataset"), RefTo(("dataset",))]
MetricRef = Annotated[str, _typed("metric"), RefTo(("metric",))]
OpportunityRef = Annotated[str, _typed("opportunity"), RefTo(("opportunity",))]
ContentNeedRef = Annotated[str, _typed("content-need"), RefTo(("content-need",))]
ContentItemRef = Annotated[str, _typed("content-item"), RefTo(("content-item",))]
AnyRef = Annotated[AnyId, RefTo()]


def kind_of(document_id: str) -> str:
    """The kind part of an id.

    Examples
    --------
    >>> kind_of("persona:starter")
    'persona'
    """
    return document_id.partition(":")[0]


def slug_of(document_id: str) -> str:
    """The part after the kind.

    Examples
    --------
    >>> slug_of("persona:starter")
    'starter'
    """
    return document_id.partition(":")[2]


def slugify(text: str) -> str:
    """A slug for a title: lower case, ASCII, words joined by hyphens.

    Examples
    --------
    >>> slugify("Oriëntatie & 1e aankoop")
    'orientatie-1e-aankoop'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-")
    if not slug:
        raise InvalidInputError(f"No id can be made from {text!r}: it holds no letter or digit.")
    return slug


def free_id(wanted: str, taken: Iterable[str]) -> str:
    """``wanted``, or the first of ``wanted-2``, ``wanted-3``, … that is not taken.

    Examples
    --------
    >>> free_id("kaart", {"kaart", "kaart-2"})
    'kaart-3'
    """
    names = set(taken)
    if wanted not in names:
        return wanted
    number = 2
    while f"{wanted}-{number}" in names:
        number += 1
    return f"{wanted}-{number}"

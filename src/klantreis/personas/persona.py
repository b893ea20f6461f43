"""A persona: an archetype in two halves, the general life-world and how the problem is lived.

Every statement is a claim with evidence of its own; what only gives the archetype a face is marked fictional.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from klantreis.ids import StudyRef
from klantreis.personas.segment import Segment
from klantreis.research.claim import Claim
from klantreis.values import Document, Text, Value


class Face(Value):
    """What makes a persona recognisable. It claims nothing, and comes after the research."""

    image: Text | None = Field(default=None, description="File beside the workspace; none: a drawn avatar.")
    alt_text: Text
    licence: Text | None = None
    added_on: date | None = None


class Lifeworld(Value):
    """First half: the general life-world."""

    demographics: tuple[Claim, ...] = ()
    situation: tuple[Claim, ...] = Field(default=(), description="Household, work, hobbies, interests.")
    behaviour: tuple[Claim, ...] = ()
    preferences: tuple[Claim, ...] = ()


class ProblemExperience(Value):
    """Second half: how this customer lives and words the problem."""

    statement: Claim | None = Field(default=None, description="The problem itself, in one sentence.")
    needs: tuple[Claim, ...] = ()
    feelings: tuple[Claim, ...] = ()
    words: tuple[Claim, ...] = Field(default=(), description="How customers word it themselves.")
    obstacles: tuple[Claim, ...] = ()
    attitudes: tuple[Claim, ...] = Field(default=(), description="Attitude to the organisation or brand.")


class Persona(Document):
    """An archetype of the customer one has (current) or would like to have and keep (target)."""

    kind: ClassVar[str] = "persona"
    folder: ClassVar[str] = "personas"

    name: Text
    tagline: Text | None = None
    standing: Literal["current", "target"] = "current"
    primary: bool = Field(default=False, description="The one persona in focus.")
    buying_roles: tuple[Text, ...] = Field(default=(), description="In B2B: who decides, pays, uses.")
    face: Face | None = None
    lifeworld: Lifeworld = Lifeworld()
    problem: ProblemExperience = ProblemExperience()
    segment: Segment | None = None
    studies: tuple[StudyRef, ...] = Field(default=(), description="The research it was built on.")
    owner: Text | None = None
    illustrative: bool = False


def claims_of(persona: Persona) -> Iterator[tuple[str, Claim]]:
    """Every claim of a persona with its group (``lifeworld.behaviour``, ``problem.needs``, …), in order."""
    for half, part in (("lifeworld", persona.lifeworld), ("problem", persona.problem)):
        for group in type(part).model_fields:
            held = getattr(part, group)
            if isinstance(held, Claim):
                yield f"{half}.{group}", held
            else:
                for claim in held or ():
                    yield f"{half}.{group}", claim

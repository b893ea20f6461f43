"""A draft of a persona: a segment that was counted, and what was found to set it apart.

A draft says nothing that was not counted. What customers need and feel, how they word it and what stands in their way
is left empty: that is for people to ask. It has no face, which comes after the research.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from klantreis.errors import InvalidInputError
from klantreis.ids import slugify
from klantreis.personas.persona import Lifeworld, Persona, ProblemExperience
from klantreis.personas.segment import Segment
from klantreis.research.claim import Claim, Estimate, Evidence

#: Where on a persona a statement can stand, and on which half.
Part = Literal["behaviour", "preferences", "demographics", "situation", "attitudes"]


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that sets a segment apart: the sentence, what was counted, and the number with its interval.

    Parameters
    ----------
    about
        What it is about, in a word or two: the claim's id is made of it.
    finding
        What was found, in one sentence.
    locator
        Where in the source: which field.
    """

    about: str
    text: str
    part: Part
    finding: str
    estimate: Estimate
    locator: str


def persona_draft(
    persona_id: str, name: str, *, segment: Segment, statements: Iterable[Statement], source: str, illustrative: bool
) -> Persona:
    """A persona of which every claim is a counted statement.

    Parameters
    ----------
    source
        The dataset or survey that was counted.
    illustrative
        Whether that source was invented as an example.

    Raises
    ------
    InvalidInputError
        When there is no statement: nothing is known of the segment then.

    Examples
    --------
    >>> said = Statement("weekend", "Comes in the weekend.", "behaviour", "41 of 60.", Estimate(value=0.68), "weekend")
    >>> draft = persona_draft("persona:an", "An", segment=Segment(rule="Two orders or more."), statements=[said],
    ...     source="dataset:shop", illustrative=False)
    >>> draft.lifeworld.behaviour[0].text, draft.problem.needs, draft.face
    ('Comes in the weekend.', (), None)
    """
    claims: dict[Part, list[Claim]] = {}
    taken: set[str] = set()
    for one in statements:
        made = _claim(one, source, taken)
        taken.add(made.id)
        claims.setdefault(one.part, []).append(made)
    if not claims:
        raise InvalidInputError("Nothing was counted that tells of this segment, so there is no persona to draft.")
    of = {part: tuple(found) for part, found in claims.items()}
    return Persona(
        id=persona_id,
        name=name,
        lifeworld=Lifeworld(
            demographics=of.get("demographics", ()),
            situation=of.get("situation", ()),
            behaviour=of.get("behaviour", ()),
            preferences=of.get("preferences", ()),
        ),
        problem=ProblemExperience(attitudes=of.get("attitudes", ())),
        segment=segment,
        illustrative=illustrative,
    )


def _claim(one: Statement, source: str, taken: set[str]) -> Claim:
    wanted = slugify(one.about)
    local, number = wanted, 2
    while local in taken:
        local, number = f"{wanted}-{number}", number + 1
    piece = Evidence(id="e1", source=source, finding=one.finding, estimate=one.estimate, locator=one.locator)
    return Claim(id=local, text=one.text, evidence=(piece,), origin="research")

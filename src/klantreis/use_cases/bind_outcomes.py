"""Which desired outcome of a job a question is about: as somebody says, or as the words agree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from klantreis.errors import InvalidInputError
from klantreis.ids import SLUG
from klantreis.jobs.job import Job
from klantreis.sources.surveys.agreeing import agreement
from klantreis.workspace import Workspace

#: How much of the words must agree (Dice), between 0 and 1.
AGREEING = 0.5
_NAMED = re.compile(rf"(job:{SLUG})/({SLUG})")


@dataclass(frozen=True)
class Bound:
    """An outcome of a job: the job's id, and the id of the outcome's claim."""

    job: str
    outcome: str

    def __str__(self) -> str:
        return f"{self.job}/{self.outcome}"


def bound_by_name(text: str) -> Bound | None:
    """The outcome that a text names as ``job:…/outcome``; None when it is other text.

    Examples
    --------
    >>> bound_by_name("job:eten/snel")
    Bound(job='job:eten', outcome='snel')
    """
    found = _NAMED.fullmatch(text)
    if found is None and text.startswith("job:"):
        raise InvalidInputError(f"{text!r} names no outcome of a job.", hint="Write it as job:dinner/quick.")
    return Bound(found[1], found[2]) if found else None


def bind_outcomes(subjects: Sequence[str], workspace: Workspace) -> dict[str, Bound]:
    """The outcome that each subject agrees with best; none of them twice, and none where little agrees."""
    outcomes = [(Bound(job.id, one.claim.id), one.claim.text) for job in workspace.of(Job) for one in job.outcomes]
    ranked = sorted(
        (
            (1.0 if subject == bound.outcome else agreement(subject, text), subject, bound)
            for subject in subjects
            for bound, text in outcomes
        ),
        key=lambda each: (-each[0], each[1], str(each[2])),
    )
    found: dict[str, Bound] = {}
    for agreeing, subject, bound in ranked:
        if agreeing >= AGREEING and subject not in found and bound not in found.values():
            found[subject] = bound
    return found

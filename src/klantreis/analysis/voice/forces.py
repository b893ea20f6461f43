"""What moves people to switch and what holds them back: push, pull, anxiety and habit, counted in people.

Counting coded quotes is a heuristic: it does not weigh one force against another.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Result, as_array, caution, is_missing, same_length
from klantreis.errors import InvalidInputError
from klantreis.events.share import Share, wilson

Kind = Literal["push", "pull", "anxiety", "habit"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Force:
    """One force: the share of interviewees who spoke of it, and in how many quotes."""

    kind: Kind
    people: Share
    quotes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forces(Result):
    """``estimate`` is the share of interviewees whose push and pull outweigh their anxiety and habit.

    Parameters
    ----------
    forces
        In the order push, pull, anxiety, habit.
    forward, undecided, back
        Interviewees for whom the first two outweigh, equal and fall short of the last two.
    right
        Of those known to have switched or not: the share for whom the balance says the same; None when unknown.
    """

    forces: tuple[Force, ...]
    forward: int
    undecided: int
    back: int
    right: Share | None


@checked_options
def forces_of_progress(
    interview: Sequence[str],
    force: Sequence[str],
    *,
    strength: Sequence[float] | None = None,
    interviews: Sequence[str] | None = None,
    switched: Mapping[str, bool] | None = None,
    confidence: float = 0.95,
) -> Forces:
    """The four forces over interviews: how many people spoke of each, and which way the balance tips.

    Parameters
    ----------
    interview, force
        One entry per coded quote: whose, and ``push``, ``pull``, ``anxiety`` or ``habit``.
    strength
        One per quote, positive; a person's force is as strong as the strongest quote. Default: all 1, so that a
        force counts once a person however often it was said.
    interviews
        Everybody interviewed, also those without a quote; default: who has one.
    switched
        Who did switch and who did not, where known.

    Raises
    ------
    InvalidInputError
        When lengths differ, a force has another name, a strength is not positive or an interview is unknown.

    References
    ----------
    Moesta and Spiek, The forces of progress (2009-2011); Klement (2018), When Coffee and Kale Compete.

    Examples
    --------
    >>> found = forces_of_progress(["an", "an", "an", "bo", "bo"], ["push", "pull", "habit", "push", "anxiety"])
    >>> [(item.kind, item.people.count, item.quotes) for item in found.forces]
    [('push', 2, 2), ('pull', 1, 1), ('anxiety', 1, 1), ('habit', 1, 1)]
    >>> found.forward, found.undecided, found.back
    (1, 1, 0)
    """
    for name, row in (("interview", interview), ("force", force), ("interviews", interviews)):
        if row is not None and (isinstance(row, str) or not hasattr(row, "__iter__")):
            raise InvalidInputError(f"{name} must be a list of texts, not {row!r}.")
    for name, row in (("interview", interview), ("force", force)):
        if not all(isinstance(entry, Hashable) and not is_missing(entry) for entry in row):
            raise InvalidInputError(f"{name} holds something that is no name, or a missing value.")
    count = same_length(interview=list(interview), force=list(force))
    weight = [1.0] * count if strength is None else as_array("strength", list(strength), low=0).tolist()
    same_length(force=list(force), strength=weight)
    if any(value <= 0 for value in weight):
        raise InvalidInputError("strength must be above 0; leave out a quote that says nothing.")
    people = tuple(dict.fromkeys(interview if interviews is None else interviews))
    if not people:
        raise InvalidInputError("interview and interviews hold nobody.")
    strongest = {person: dict.fromkeys(KINDS, 0.0) for person in people}
    quotes = dict.fromkeys(KINDS, 0)
    for person, kind, value in zip(interview, force, weight, strict=True):
        if person not in strongest:
            raise InvalidInputError(f"interview holds {person!r}, who is not among interviews.")
        if kind not in quotes:
            raise InvalidInputError(f"force holds {kind!r}.", hint=f"It is one of {', '.join(KINDS)}.")
        strongest[person][kind] = max(strongest[person][kind], value)
        quotes[kind] += 1
    tips = {p: s["push"] + s["pull"] - s["anxiety"] - s["habit"] for p, s in strongest.items()}
    forward, back = sum(tip > 0 for tip in tips.values()), sum(tip < 0 for tip in tips.values())
    share = wilson(forward, len(people), confidence=confidence)
    return Forces(
        estimate=share.value,
        low=share.low,
        high=share.high,
        n=len(people),
        method="share of interviewees, wilson",
        confidence=confidence,
        warnings=_cautions(len(people), strength is not None),
        forces=tuple(
            Force(
                kind,
                wilson(sum(s[kind] > 0 for s in strongest.values()), len(people), confidence=confidence),
                quotes[kind],
            )
            for kind in KINDS
        ),
        forward=forward,
        undecided=len(people) - forward - back,
        back=back,
        right=_right(tips, switched, confidence),
    )


def _right(tips: Mapping[str, float], switched: Mapping[str, bool] | None, confidence: float) -> Share | None:
    if switched is None:
        return None
    if not isinstance(switched, Mapping) or not switched:
        raise InvalidInputError("switched must map interviews to whether they switched, one or more.")
    unknown = [person for person in switched if person not in tips]
    if unknown:
        raise InvalidInputError(f"switched holds {unknown[0]!r}, who was not interviewed.")
    same = sum((tips[person] > 0) == did for person, did in switched.items())
    return wilson(same, len(switched), confidence=confidence)


def _cautions(people: int, strengths: bool) -> tuple[Caution, ...]:  # noqa: FBT001
    found = [caution("voice.few_answers", n=people)] if people < 30 else []
    if strengths:
        found.append(caution("voice.added_strengths"))
    return tuple(found)

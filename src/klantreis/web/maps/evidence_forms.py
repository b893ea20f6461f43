"""From a form about evidence or emotion to the change it asks for."""

from __future__ import annotations

from datetime import date

from klantreis.edits import AddItem, RemoveItem
from klantreis.errors import NotFoundError, did_you_mean
from klantreis.events.dataset import Dataset
from klantreis.ids import free_id, slug_of
from klantreis.journeys.changes import AttachEvidence, DetachEvidence, JourneyChange, SetEmotion
from klantreis.journeys.journey import EMOTION_RANGE, Emotion, Journey
from klantreis.research.claim import Estimate, Evidence
from klantreis.research.insight import Insight
from klantreis.research.quote import Quote
from klantreis.research.source import Source
from klantreis.research.study import Study
from klantreis.research.survey import Survey
from klantreis.values import Document, Period
from klantreis.web.maps.card_forms import claim_at, step_of
from klantreis.web.maps.reading import Posted, Reading
from klantreis.workspace import Workspace

#: What evidence may point at, in the order of the form.
SOURCES: tuple[type[Document], ...] = (Dataset, Study, Survey, Source, Quote, Insight)
#: Begins the name of the box that keeps a piece of evidence.
KEEP = "keep:"


def sources_of(workspace: Workspace) -> tuple[str, ...]:
    """The ids of everything that evidence may point at."""
    return tuple(one.id for kind in SOURCES for one in workspace.of(kind))


def attach_evidence(journey: Journey, workspace: Workspace, posted: Posted) -> JourneyChange:
    """The change that puts a piece of evidence behind a card, or behind the trigger or the end goal."""
    place, claim = claim_at(journey, posted.get("card", ""))
    reading = Reading(posted)
    piece = _piece(reading, workspace, [one.id for one in claim.evidence])
    reading.done()
    if piece is None:  # the reading has refused a form without a source
        raise NotFoundError("The evidence names no source.", message_id="errors.no_source")
    if place is not None:
        return AddItem(path=(place, "evidence"), value=piece.model_dump(mode="json", exclude_defaults=True))
    return AttachEvidence(card=claim.id, evidence=piece)


def detach_evidence(journey: Journey, workspace: Workspace, posted: Posted) -> JourneyChange:
    """The change that takes a piece of evidence off again."""
    place, claim = claim_at(journey, posted.get("card", ""))
    wanted, known = posted.get("evidence", ""), [one.id for one in claim.evidence]
    if wanted not in known:
        raise NotFoundError(
            f"There is no evidence {wanted!r} behind {claim.id!r}.",
            hint=did_you_mean(wanted, known, what="evidence"),
            message_id="errors.no_evidence_behind",
            values={"evidence": wanted, "claim": claim.id},
        )
    if place is not None:
        return RemoveItem(path=(place, "evidence"), at=known.index(wanted))
    return DetachEvidence(card=claim.id, evidence=wanted)


def set_emotion(journey: Journey, workspace: Workspace, posted: Posted) -> SetEmotion:
    """The change that sets how a step feels, or leaves a gap there."""
    step = step_of(journey, posted.get("step", ""))
    if posted.get("clear"):
        return SetEmotion(step=step.id, emotion=None)
    reading = Reading(posted)
    lowest, highest = EMOTION_RANGE
    value = reading.number("value", low=lowest, high=highest)
    if value is None and not reading.complaints:
        reading.complain("value", "needed")
    low, high = (reading.number(name, low=lowest, high=highest) for name in ("low", "high"))
    _ordered(reading, "low", low, value)
    _ordered(reading, "high", value, high)
    n = reading.whole("n")
    basis = reading.chosen("basis", ("estimate", "reported"))
    held = step.emotion.evidence if step.emotion else ()
    kept = tuple(piece for piece in held if reading.ticked(KEEP + piece.id))
    given = "source" in posted and bool(posted["source"])
    piece = _piece(reading, workspace, [one.id for one in held], numbers=False) if given else None
    if not given and reading.text("finding"):
        reading.complain("source", "choose")
    evidence = (*kept, *((piece,) if piece else ()))
    if basis == "reported" and not evidence and not reading.complaints:
        reading.complain("source", "who_reported")
    reading.done()
    emotion = Emotion.model_validate(
        {
            "value": value,
            "basis": basis,
            "low": low,
            "high": high,
            "n": n,
            "expected": step.emotion.expected if step.emotion else None,
            "evidence": evidence,
        }
    )
    return SetEmotion(step=step.id, emotion=emotion)


def _piece(reading: Reading, workspace: Workspace, taken: list[str], *, numbers: bool = True) -> Evidence | None:
    """One piece of evidence; None, with a complaint, when it names no source."""
    source = reading.chosen("source", sources_of(workspace))
    stance = reading.choice("stance", ("supports", "contradicts")) or "supports"
    finding, locator = reading.text("finding"), reading.text("locator")
    day = reading.day("collected_on")
    estimate = _estimate(reading) if numbers else None
    if not source or reading.complaints:
        return None
    return Evidence.model_validate(
        {
            "id": free_id(slug_of(source)[:60], taken),
            "source": source,
            "stance": stance,
            "finding": finding,
            "estimate": estimate,
            "locator": locator,
            "collected_on": day,
        }
    )


def _estimate(reading: Reading) -> Estimate | None:
    """The number that was found, with what it rests on; None when no number was given."""
    value = reading.number("number")
    low, high = reading.number("low"), reading.number("high")
    n, unit, method = reading.whole("n"), reading.text("unit"), reading.text("method")
    start, end = reading.day("period_start"), reading.day("period_end")
    if value is None:
        if not reading.raw("number") and any(one is not None for one in (low, high, n, unit, method, start, end)):
            reading.complain("number", "number_first")
        return None
    _ordered(reading, "low", low, value)
    _ordered(reading, "high", value, high)
    return Estimate(
        value=value,
        low=low if not reading.complaints else None,
        high=high if not reading.complaints else None,
        n=n,
        unit=unit,
        method=method,
        period=_period(reading, start, end),
    )


def _period(reading: Reading, start: date | None, end: date | None) -> Period | None:
    if start is None and end is None:
        return None
    if start is None or end is None:
        missing = "period_start" if start is None else "period_end"
        if not reading.raw(missing):
            reading.complain(missing, "both_ends")
        return None
    if start > end:
        reading.complain("period_end", "order_days")
        return None
    return Period(start=start, end=end)


def _ordered(reading: Reading, name: str, lower: float | None, upper: float | None) -> None:
    if lower is not None and upper is not None and lower > upper:
        reading.complain(name, "above_value" if name == "low" else "below_value")

"""What a check gives: findings, what is waived, a profile per family and map, and one number as a summary.

``score = 100 * sum(weight * passed) / sum(weight * applicable)`` over all places that rules apply to. Places where
a rule does not apply, and waived ones, stand on neither side. The weights are a convention of ours and can be
changed. An open error keeps the grade at "not ready" whatever the score, so that padding cannot hide it. Compare a
workspace with its own past, not with that of another team.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from klantreis.checks.coverage import Coverage
from klantreis.checks.finding import Finding, Severity, in_order
from klantreis.checks.rule import FAMILIES, Family, Judged, Rule, rules
from klantreis.checks.scene import Scene
from klantreis.journeys.drift import Drift
from klantreis.journeys.journey import Journey
from klantreis.texts import text
from klantreis.values import Lang
from klantreis.workspace import Waiver, Workspace

Grade = Literal["not-ready", "weak", "fair", "strong", "empty"]


@dataclass(frozen=True)
class Waived:
    """A finding that is accepted for a while, and by which waiver."""

    finding: Finding
    waiver: Waiver

    def to_dict(self, *, lang: Lang | None = None) -> dict[str, Any]:
        """As plain data."""
        return {
            "finding": self.finding.to_dict(lang=lang),
            "waiver": self.waiver.id,
            "reason": self.waiver.reason,
            "by": self.waiver.by,
            "expires_on": self.waiver.expires_on.isoformat(),
        }


@dataclass(frozen=True)
class Profile:
    """Places judged under one family: how many there are, are fine, and are waived."""

    family: Family
    applicable: int
    passed: int
    waived: int

    @property
    def share(self) -> float | None:
        """Fine among the places that are not waived, 0 to 1; None when there are none."""
        counted = self.applicable - self.waived
        return self.passed / counted if counted else None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "family": self.family,
            "applicable": self.applicable,
            "passed": self.passed,
            "waived": self.waived,
            "share": self.share,
        }


@dataclass(frozen=True)
class JourneyProfile:
    """One map: how much of it rests on evidence, and its families. Documents that belong to it are counted in."""

    journey: str
    title: str
    coverage: Coverage
    families: tuple[Profile, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "journey": self.journey,
            "title": self.title,
            "coverage": self.coverage.to_dict(),
            "families": [one.to_dict() for one in self.families],
        }


@dataclass(frozen=True)
class Report:
    """All that a check found on a day; ``score`` is 0 to 100, None when no rule applies anywhere."""

    on: date
    findings: tuple[Finding, ...]
    waived: tuple[Waived, ...]
    families: tuple[Profile, ...]
    journeys: tuple[JourneyProfile, ...]
    score: float | None
    grade: Grade

    @property
    def has_error(self) -> bool:
        """Whether an error is open."""
        return any(one.severity is Severity.ERROR for one in self.findings)

    def count(self, severity: Severity) -> int:
        """How many open findings have this severity."""
        return sum(one.severity is severity for one in self.findings)

    def of(self, document: str) -> tuple[Finding, ...]:
        """The open findings in one document."""
        return tuple(one for one in self.findings if one.document == document)

    def to_dict(self, *, lang: Lang | None = None) -> dict[str, Any]:
        """As plain data; with a language the sentences in it, without one in each."""
        return {
            "on": self.on.isoformat(),
            "findings": [one.to_dict(lang=lang) for one in self.findings],
            "waived": [one.to_dict(lang=lang) for one in self.waived],
            "counts": {severity.value: self.count(severity) for severity in Severity},
            "families": [one.to_dict() for one in self.families],
            "journeys": [one.to_dict() for one in self.journeys],
            "score": self.score,
            "grade": self.grade,
        }


@dataclass(frozen=True)
class _Place:
    """One judged place with the rule that judged it, and the waiver that covers it."""

    rule: type[Rule]
    judged: Judged
    finding: Finding | None
    waiver: Waiver | None


def report(
    workspace: Workspace,
    *,
    on: date,
    drifts: Mapping[str, Drift] | None = None,
    register: Mapping[str, type[Rule]] | None = None,
) -> Report:
    """Judge a workspace by every rule.

    Parameters
    ----------
    workspace
        What is judged.
    on
        The day on which reviews, waivers and the age of evidence are counted.
    drifts
        By journey, how customers' runs changed since its last review; None: no events were looked at.
    register
        The rules to judge by; None: all there are.

    Raises
    ------
    InvalidInputError
        When the workspace sets a threshold that does not exist or is out of range.
    """
    scene = Scene(workspace, on, drifts or {})
    thresholds = scene.thresholds
    waivers = [one for one in workspace.of(Waiver) if one.expires_on >= on]
    places = [
        _Place(rule, judged, found := rule.finding(judged), _waiver_for(found, rule, waivers) if found else None)
        for rule in (rules() if register is None else register).values()
        for judged in rule.judge(scene)
    ]
    findings = in_order(one.finding for one in places if one.finding and not one.waiver)
    score = _score(places, thresholds)
    return Report(
        on=on,
        findings=findings,
        waived=tuple(
            sorted(
                (Waived(one.finding, one.waiver) for one in places if one.finding and one.waiver),
                key=lambda one: (one.finding.document, one.finding.place or "", one.finding.rule),
            )
        ),
        families=_profiles(places),
        journeys=tuple(
            JourneyProfile(
                journey=journey.id,
                title=journey.title,
                coverage=scene.coverage(journey),
                families=_profiles(one for one in places if _belongs(workspace, one.judged.document, journey.id)),
            )
            for journey in scene.journeys
        ),
        score=score,
        grade=_grade(score, findings, thresholds),
    )


def _waiver_for(finding: Finding, rule: type[Rule], waivers: Iterable[Waiver]) -> Waiver | None:
    if not rule.waivable:
        return None
    for waiver in waivers:
        if waiver.rule == rule.id and waiver.target == finding.document and waiver.place in (None, finding.place):
            return waiver
    return None


def _profiles(places: Iterable[_Place]) -> tuple[Profile, ...]:
    applicable: Counter[Family] = Counter()
    passed: Counter[Family] = Counter()
    waived: Counter[Family] = Counter()
    for one in places:
        family = one.rule.family
        applicable[family] += 1
        passed[family] += one.finding is None
        waived[family] += one.waiver is not None
    return tuple(
        Profile(family, applicable[family], passed[family], waived[family]) for family in FAMILIES if applicable[family]
    )


def _belongs(workspace: Workspace, document_id: str, journey_id: str) -> bool:
    document = workspace.find(document_id)
    if isinstance(document, Journey):
        return document.id == journey_id
    return getattr(document, "journey", None) == journey_id


def _score(places: Iterable[_Place], thresholds: Mapping[str, float]) -> float | None:
    whole = fine = 0.0
    for one in places:
        if one.waiver is None:
            weight = thresholds[f"weight.{one.rule.severity_of(one.judged).value}"]
            whole += weight
            fine += weight if one.finding is None else 0
    return round(100 * fine / whole, 1) if whole else None


def _grade(score: float | None, findings: Iterable[Finding], thresholds: Mapping[str, float]) -> Grade:
    if any(one.severity is Severity.ERROR for one in findings):
        return "not-ready"
    if score is None:
        return "empty"
    if score >= thresholds["grade.strong"]:
        return "strong"
    return "fair" if score >= thresholds["grade.fair"] else "weak"


def grade_name(grade: Grade, lang: Lang) -> str:
    """The word for a grade that people read."""
    return text(f"checks.grade.{grade}", lang)

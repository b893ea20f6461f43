"""A claim as a page shows it: its words, its status with the reason, and the evidence behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from klantreis.render.method_words import method_words
from klantreis.render.numbers import NO_BREAK, day, interval, number, percent
from klantreis.research.claim import Claim, ClaimStatus, Estimate, Evidence, StatusReport
from klantreis.web.places import name_of, page_of
from klantreis.web.workspaces import WorkspaceContext

#: Units of an estimate that are shown as a percentage.
SHARES = frozenset({"share", "aandeel", "%"})
UNITS_OF_TIME = frozenset({"days", "hours", "minutes", "seconds"})
CURRENCIES = frozenset({"EUR", "USD", "GBP", "€", "$", "£"})


@dataclass(frozen=True)
class EvidenceView:
    """One piece of evidence: where it comes from, what it says, and its number."""

    source: str
    href: str | None
    stance: str
    stance_word: str
    finding: str
    estimate: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class ClaimView:
    """A claim ready to be shown; ``reason`` says in words why it has its status."""

    id: str
    text: str
    status: ClaimStatus
    status_word: str
    reason: str
    pieces: int
    count_words: str
    fictional: bool
    evidence: tuple[EvidenceView, ...]


@dataclass(frozen=True)
class StatusCounts:
    """How many claims have each status, with the words for it; fictional ones claim nothing and do not count."""

    total: int
    by_status: tuple[tuple[ClaimStatus, str, int], ...]

    def of(self, status: str) -> int:
        """The claims with one status."""
        return next((n for one, _, n in self.by_status if one == status), 0)

    @property
    def assumption_share(self) -> float | None:
        """Assumptions among all claims, 0 to 1; None without claims."""
        return self.of("assumption") / self.total if self.total else None

    @property
    def backed(self) -> int:
        """Claims that evidence backs: indication or supported."""
        return self.of("indication") + self.of("supported")


def claim_view(here: WorkspaceContext, claim: Claim) -> ClaimView:
    """A claim for the page."""
    report = here.workspace.status(claim, on=here.on)
    pieces = len(claim.evidence)
    return ClaimView(
        id=claim.id,
        text=claim.text,
        status=report.status,
        status_word=here.t(f"claims.status.{report.status}"),
        reason=reason(here, report),
        pieces=pieces,
        count_words=here.t("web.claim.count_one" if pieces == 1 else "web.claim.count_many", n=pieces),
        fictional=claim.fictional,
        evidence=tuple(evidence_view(here, piece) for piece in claim.evidence),
    )


def evidence_view(here: WorkspaceContext, piece: Evidence) -> EvidenceView:
    """One piece of evidence for the page."""
    return EvidenceView(
        source=name_of(here, piece.source),
        href=page_of(here, piece.source),
        stance=piece.stance,
        stance_word=here.t(f"web.claim.stance.{piece.stance}"),
        finding=piece.finding or "",
        estimate=estimate_words(here, piece.estimate) if piece.estimate else "",
        facts=_facts(here, piece),
    )


def counts(here: WorkspaceContext, claims: Iterable[Claim]) -> StatusCounts:
    """How many of these claims have each status."""
    found = [here.workspace.status(claim, on=here.on).status for claim in claims if not claim.fictional]
    return StatusCounts(
        total=len(found),
        by_status=tuple((one, _counted(here, one, found.count(one)), found.count(one)) for one in ClaimStatus),
    )


def _counted(here: WorkspaceContext, status: ClaimStatus, n: int) -> str:
    return here.t(f"web.claim.counted_{'one' if n == 1 else 'many'}.{status}", n=number(n, here.lang))


def reason(here: WorkspaceContext, report: StatusReport) -> str:
    """Why a claim has its status, in one sentence."""
    rule = here.workspace.settings.evidence_rule
    kinds = ", ".join(here.t(f"web.method.{kind}") for kind in report.kinds)
    return here.t(
        f"web.claim.reason.{report.status}",
        kinds=kinds,
        count=len(report.kinds),
        weight=number(report.contradiction, here.lang, decimals=2),
        limit=number(rule.contradiction_threshold, here.lang, decimals=2),
        months=number(2 * rule.half_life_months, here.lang),
    )


def estimate_words(here: WorkspaceContext, estimate: Estimate) -> str:
    """A number with its interval and n: ``37% (95% interval 35–40%; n = 801)``."""
    value, spread = _figure(here, estimate)
    notes = []
    if spread:
        notes.append(here.t("web.claim.interval", spread=spread))
    if estimate.n is not None:
        notes.append(here.t("web.claim.n", n=number(estimate.n, here.lang)))
    return f"{value} ({'; '.join(notes)})" if notes else value


def _figure(here: WorkspaceContext, estimate: Estimate) -> tuple[str, str]:
    """The value with its unit, and its interval without."""
    low, high, lang = estimate.low, estimate.high, here.lang
    if estimate.unit in SHARES:
        spread = interval(low, high, lang) if low is not None and high is not None else ""
        return percent(estimate.value, lang), spread
    places = 2 if estimate.unit in CURRENCIES else _decimals(estimate.value)
    value = number(estimate.value, lang, decimals=places)
    spread = ""
    if low is not None and high is not None:
        spread = f"{number(low, lang, decimals=places)}–{number(high, lang, decimals=places)}"
    return (f"{value}{NO_BREAK}{_unit(here, estimate.unit)}" if estimate.unit else value), spread


def _unit(here: WorkspaceContext, unit: str) -> str:
    """Units of time in the reader's language; any other as it was written."""
    return here.t(f"web.unit.{unit}") if unit in UNITS_OF_TIME else unit


def _decimals(value: float) -> int:
    if value == int(value) or abs(value) >= 100:
        return 0
    return 1 if abs(value) >= 10 else 2


def _facts(here: WorkspaceContext, piece: Evidence) -> tuple[str, ...]:
    facts = []
    estimate = piece.estimate
    if estimate and estimate.period:
        facts.append(f"{day(estimate.period.start, here.lang)} – {day(estimate.period.end, here.lang)}")
    if estimate and estimate.method:
        facts.append(method_words(estimate.method, here.lang))
    if piece.locator:
        facts.append(piece.locator)
    if piece.collected_on:
        facts.append(here.t("web.claim.collected", day=day(piece.collected_on, here.lang)))
    return tuple(facts)

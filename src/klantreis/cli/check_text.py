"""The words of ``klantreis check``: one line a finding, then what was covered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from klantreis.checks.coverage import Coverage
from klantreis.checks.finding import Severity
from klantreis.checks.report import Report, grade_name
from klantreis.checks.rule import rules
from klantreis.store.protocol import StoreWarning
from klantreis.texts import text
from klantreis.values import Lang


def check_text(
    report: Report, *, title: str, lang: Lang, damaged: Sequence[StoreWarning] = (), explain: bool = False
) -> str:
    """A report as lines for a terminal.

    Parameters
    ----------
    title
        What the workspace is called.
    damaged
        Texts whose letters look damaged; listed before the findings.
    explain
        Whether to add, after the findings, what their rules ask and how to mend it.
    """
    lines = [*_damaged(damaged, lang), *_findings(report, lang)]
    if not lines:
        lines = [text("checks.summary.clean", lang)]
    if explain and report.findings:
        lines += ["", *_explained(report, lang)]
    return "\n".join([*lines, "", *_summary(report, title, lang)])


def explanations(report: Report, *, lang: Lang) -> dict[str, dict[str, str]]:
    """What each rule with an open finding asks and how to mend it, in one language, by rule id."""
    found = {one.rule for one in report.findings}
    return {
        rule_id: {"title": rule.title.in_lang(lang), "asks": rule.asks(lang), "mend": rule.mend(lang)}
        for rule_id, rule in rules().items()
        if rule_id in found
    }


def _explained(report: Report, lang: Lang) -> Iterator[str]:
    yield text("checks.summary.explained", lang)
    for rule_id, words in explanations(report, lang=lang).items():
        yield f"  {rule_id}  {words['title']} – {words['asks']}"
        yield f"       {words['mend']}"


def _damaged(warnings: Sequence[StoreWarning], lang: Lang) -> Iterator[str]:
    word = Severity.WARNING.in_lang(lang)
    for one in warnings:
        fault = one.fault
        message = "checks.summary.encoding" if fault.suggestion else "checks.summary.encoding_lost"
        yield f"{one.place}  –  {word}  {text(message, lang, found=fault.found, suggestion=fault.suggestion)}"


def _findings(report: Report, lang: Lang) -> Iterator[str]:
    where = max((len(one.where) for one in report.findings), default=0)
    word = max((len(severity.in_lang(lang)) for severity in Severity), default=0)
    for one in report.findings:
        severity = one.severity.in_lang(lang)
        yield f"{one.where:<{where}}  {one.rule}  {severity:<{word}}  {_on_one_line(one.sentence(lang))}"


def _on_one_line(sentence: str) -> str:
    # A claim may run over several lines; a finding is one.
    return " ".join(sentence.split())


def _summary(report: Report, title: str, lang: Lang) -> Iterator[str]:
    yield f"{title} – {report.on.isoformat()}"
    yield text(
        "checks.summary.counts",
        lang,
        errors=report.count(Severity.ERROR),
        warnings=report.count(Severity.WARNING),
        infos=report.count(Severity.INFO),
        waived=len(report.waived),
    )
    if report.waived:
        yield text("checks.summary.waived", lang)
        for held in report.waived:
            waiver = held.waiver
            until = text(
                "checks.summary.waiver",
                lang,
                date=waiver.expires_on.isoformat(),
                by=waiver.by,
                reason=_on_one_line(waiver.reason),
            )
            yield f"  {held.finding.where}  {held.finding.rule}  {until}"
    if report.journeys:
        yield text("checks.summary.evidence", lang)
        for journey in report.journeys:
            yield f"  {journey.journey}  {_coverage(journey.coverage, lang)}"
    if report.families:
        yield text("checks.summary.families", lang)
        shares = (
            f"{text(f'checks.family.{one.family}', lang)} {one.passed}/{one.applicable - one.waived}"
            for one in report.families
        )
        yield f"  {' · '.join(shares)}"
    grade = grade_name(report.grade, lang)
    if report.score is None:
        yield text("checks.summary.no_score", lang, grade=grade)
    else:
        yield text("checks.summary.score", lang, score=f"{report.score:.0f}", grade=grade)


def _coverage(coverage: Coverage, lang: Lang) -> str:
    if coverage.share is None:
        return text("checks.summary.no_claims", lang)
    phases = " · ".join(f"{one.phase} {one.backed}/{one.claims}" for one in coverage.by_phase if one.claims)
    whole = f"{coverage.backed}/{coverage.claims} ({100 * coverage.share:.0f}%)"
    return f"{whole}: {phases}" if phases else whole

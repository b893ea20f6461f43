"""The weak spots: what stands open, where, and how to mend it; apart from it what was waived."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from klantreis.checks.finding import Finding, Severity
from klantreis.checks.rule import Rule, rules
from klantreis.research.encoding import Fault
from klantreis.web.findings import report_of
from klantreis.web.places import name_of, page_of, place_words
from klantreis.web.workspaces import WorkspaceContext, current


@dataclass(frozen=True)
class FindingView:
    """A finding with its sentence, where it stands, and how to mend it."""

    finding: Finding
    sentence: str
    document: str
    href: str | None
    place: str
    title: str
    mend: str
    asks: str


def show(request: HttpRequest, workspace: str) -> HttpResponse:
    """The weak spots of the workspace."""
    here = current(request)
    report = report_of(here)
    known = rules()
    groups = [
        (severity, [finding_view(here, one, known[one.rule]) for one in report.findings if one.severity == severity])
        for severity in Severity
    ]
    return render(
        request,
        "checks.html.j2",
        {
            "report": report,
            "groups": [(severity, found) for severity, found in groups if found],
            "waived": [(finding_view(here, one.finding, known[one.finding.rule]), one.waiver) for one in report.waived],
            "warnings": [(one.place, _damaged(here, one.fault)) for one in here.store.warnings()],
        },
    )


def _damaged(here: WorkspaceContext, fault: Fault) -> str:
    message = "checks.summary.encoding" if fault.suggestion else "checks.summary.encoding_lost"
    return here.t(message, found=fault.found, suggestion=fault.suggestion)


def finding_view(here: WorkspaceContext, finding: Finding, rule: type[Rule]) -> FindingView:
    """One finding for the page."""
    return FindingView(
        finding=finding,
        sentence=finding.sentence(here.lang),
        document=name_of(here, finding.document),
        href=page_of(here, finding.document, finding.place),
        place=place_words(here, finding.document, finding.place),
        title=rule.title.in_lang(here.lang),
        mend=rule.mend(here.lang),
        asks=rule.asks(here.lang),
    )

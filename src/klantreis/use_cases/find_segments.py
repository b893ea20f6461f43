"""Find the groups that customers fall into, and write what was found down as an insight with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from klantreis.analysis.behaviour.segment_finding import Progress, find_groups
from klantreis.analysis.behaviour.segmentation import FoundSegment, Segmentation
from klantreis.errors import InvalidInputError
from klantreis.ids import slug_of
from klantreis.render.numbers import number, percent
from klantreis.research.claim import Claim, Estimate, Evidence
from klantreis.research.insight import Insight
from klantreis.texts import text
from klantreis.use_cases.keep_finding import keep_insight
from klantreis.use_cases.read_customers import Customers
from klantreis.use_cases.segment_words import method_words, rule_words, share_words, steady_words, weighed_words
from klantreis.values import Lang

if TYPE_CHECKING:
    from klantreis.store.protocol import Store
    from klantreis.use_cases.edit import Edited


#: Groups of fewer customers than this are not written down: their numbers would tell of single people.
FEWEST = 5


@dataclass(frozen=True, eq=False, slots=True)
class Segments:
    """What was found, and among whom."""

    customers: Customers
    found: Segmentation

    def segment(self, number: int) -> FoundSegment:
        """One of the segments by its number; InvalidInputError names those that there are."""
        for one in self.found.segments:
            if one.number == number:
                return one
        known = ", ".join(str(one.number) for one in self.found.segments)
        raise InvalidInputError(f"There is no segment {number}.", hint=f"There are: {known}.")


def find_segments(
    customers: Customers,
    *,
    k: int | None = None,
    rfm: str | None = None,
    draws: int = 100,
    seed: int = 0,
    progress: Progress | None = None,
) -> Segments:
    """Group customers and tell the groups apart.

    Parameters
    ----------
    k
        How many groups; None lets the data choose.
    rfm
        Name of a numeric attribute of events: group by recency, frequency and its sum instead.
    draws
        Samples drawn again for the stability; 0 for none.

    Raises
    ------
    InvalidInputError
        When too few customers are known, or a method does not fit.
    """
    table = customers.table
    if rfm is not None:
        if k is not None:
            raise InvalidInputError(
                "Recency, frequency and money make four groups; their number cannot be chosen.", hint="Leave out --k."
            )
        table = table.made_by(["days_since_last", f"times:{rfm}", f"sum:{rfm}"])
    found = find_groups(table, k=k, method="rfm" if rfm else None, draws=draws, seed=seed, progress=progress)
    return Segments(Customers(customers.title, table, customers.source, customers.period, customers.warnings), found)


def write_segments(store: Store, segments: Segments, *, by: str) -> Edited:
    """Keep the segments as an insight: each with its share, its stability and its rule as evidence.

    An insight of an earlier search in the same source is replaced; its history stays.

    Raises
    ------
    InvalidInputError
        When the customers come from a table that the workspace does not know.
    """
    return keep_insight(store, segments_insight(segments, lang=store.load().settings.lang), by=by)


def segments_insight(segments: Segments, *, lang: Lang) -> Insight:
    """The segments as an insight; groups of fewer than five are left out."""
    customers, found = segments.customers, segments.found.suppressed(FEWEST)
    source = known_source(customers)
    evidence = tuple(
        Evidence(
            id=f"segment-{one.number}",
            source=source,
            finding=segment_finding(one, customers, lang),
            estimate=share_estimate(one, customers, lang),
            locator=f"klantreis segments, segment {one.number}",
        )
        for one in found.segments
    )
    shares = ", ".join(percent(one.size.value or 0.0, lang) for one in found.segments)
    n = number(found.n, lang)
    claim = Claim(
        id="segments",
        text=text("segments.finding.groups", lang, n=n, unit=found.unit, k=found.k, shares=shares),
        evidence=evidence,
        origin="research",
    )
    return Insight(id=f"insight:segmenten-{slug_of(source)}", claim=claim, tags=("segmenten",))


def known_source(customers: Customers) -> str:
    """The document that the customers come from."""
    if customers.source is None:
        raise InvalidInputError(
            f"{customers.title} is not part of the workspace, so nothing can rest on it.",
            hint="Import it first: events with klantreis events import, answers with klantreis survey import.",
        )
    return customers.source


def segment_finding(one: FoundSegment, customers: Customers, lang: Lang) -> str:
    """One segment in a sentence."""
    said = text(
        "segments.finding.segment",
        lang,
        number=one.number,
        n=number(one.size.count, lang),
        of=number(one.size.n, lang),
        steady=steady_words(one.steady, lang),
        rule=rule_words(one.rule.conditions, customers.table, lang, period=customers.period),
        **share_words(one.size, lang),
    )
    return said + weighed_words(customers.table.weights, lang)


def share_estimate(one: FoundSegment, customers: Customers, lang: Lang) -> Estimate:
    """The share of a segment with its interval."""
    return Estimate(
        value=round(one.size.value or 0.0, 4),
        low=round(one.size.low, 4),
        high=round(one.size.high, 4),
        n=one.size.n,
        unit="share",
        method=method_words("share", customers.table.weights, lang),
        period=customers.period,
    )

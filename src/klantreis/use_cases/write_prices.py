"""Keep what a survey tells of prices as an insight, with a piece of evidence for each way in which it was asked."""

from __future__ import annotations

import math

from klantreis.analysis.result import Result
from klantreis.ids import slug_of
from klantreis.render.numbers import NO_BREAK, number, percent
from klantreis.research.claim import Claim, Estimate, Evidence
from klantreis.research.insight import Insight
from klantreis.research.survey import Survey
from klantreis.store.protocol import Store
from klantreis.texts import text
from klantreis.use_cases.edit import Edited
from klantreis.use_cases.find_prices import BracketQuestion, Prices
from klantreis.use_cases.keep_finding import keep_if_new
from klantreis.values import Lang

#: How signs of money are kept, so that readers and programs know the unit.
_CODES = {"€": "EUR", "$": "USD", "£": "GBP"}


def write_prices(store: Store, found: Prices, *, by: str, currency: str = "€") -> Edited | None:
    """Write the insight of a survey's prices; None when it said this already.

    An insight that an earlier writing of the same survey made gets the new claim; it can be undone.

    Raises
    ------
    ChangeError
        When the workspace would no longer hold together.
    """
    workspace = store.load()
    survey = workspace.get(found.survey, Survey)
    insight = price_insight(found, survey, lang=workspace.settings.lang, currency=currency)
    return keep_if_new(store, insight, by=by)


def price_insight(found: Prices, survey: Survey, *, lang: Lang, currency: str = "€") -> Insight:
    """The insight: its claim by the most telling question, its evidence by all of them."""
    slug = slug_of(survey.id)

    def money(value: float | None) -> str:
        return price_words(value, lang, currency=currency)

    def piece(method: str, finding: str, result: Result, *, unit: str | None = None) -> Evidence:
        assert result.estimate is not None  # noqa: S101 - only results with an estimate are evidence
        low, high = (
            None if end is None or not math.isfinite(end) else round(end, 4) for end in (result.low, result.high)
        )
        return Evidence(
            id=f"{method}-{slug}"[:80].rstrip("-."),
            source=survey.id,
            finding=finding,
            estimate=Estimate(
                value=round(result.estimate, 4),
                low=low,
                high=high,
                n=result.n,
                unit=unit or _CODES.get(currency, currency),
                method=result.method,
                period=survey.collected,
            ),
            collected_on=survey.collected.end if survey.collected else None,
        )

    pieces: list[Evidence] = []
    claim = ""
    if found.four is not None:
        four = found.four
        values = _values(four, lang, currency) | {"asked": number(four.asked, lang)}
        ends = {"pmc": money(four.pmc.estimate), "pme": money(four.pme.estimate)}
        left = number(four.asked - four.n, lang)
        pieces.append(piece("four-prices", text("price.finding.four", lang, **values, **ends, left=left), four))
        claim = text("price.finding.claim_range", lang, low=ends["pmc"], high=ends["pme"])
    if found.buying is not None:
        values = _values(found.buying, lang, currency) | {"reach": money(found.buying.reach_price.estimate)}
        pieces.append(piece("buying", text("price.finding.buying", lang, **values), found.buying))
    if found.offered is not None:
        values = _values(found.offered, lang, currency)
        pieces.append(piece("offered", text("price.finding.offered", lang, **values), found.offered))
        claim = claim or text("price.finding.claim_offered", lang, price=values["price"])
    for place, one in enumerate(found.brackets, start=1):
        largest = max(one.found.masses, key=lambda mass: mass.estimate or 0)
        said = text(
            "price.finding.bracket",
            lang,
            question=one.question,
            spread=spread_words(one, lang, currency=currency),
            n=number(one.found.n, lang),
        )
        pieces.append(piece("bracket" if place == 1 else f"bracket-{place}", said, largest, unit="share"))
        median = bracket_words(one, one.found.median, lang, currency=currency)
        claim = claim or text("price.finding.claim_bracket", lang, median=_inside(median))
    return Insight(
        id=f"insight:price-{slug}",
        claim=Claim(id="claim", text=claim, evidence=tuple(pieces), origin="research"),
        tags=("prijs" if lang == "nl" else "price",),
    )


def price_words(value: float | None, lang: Lang, *, currency: str = "€") -> str:
    """A price as people write it.

    Examples
    --------
    >>> price_words(12.5, "nl"), price_words(1250, "en"), price_words(None, "en")
    ('€\\xa012,50', '€1,250', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    decimals = 0 if float(value).is_integer() else 2
    return f"{currency}{NO_BREAK if lang == 'nl' else ''}{number(value, lang, decimals=decimals)}"


def bracket_words(one: BracketQuestion, ends: tuple[float, float], lang: Lang, *, currency: str = "€") -> str:
    """A bracket in the words that respondents saw, else as its ends."""
    if ends in one.labels:
        return one.labels[ends]
    left, right = (price_words(end, lang, currency=currency) for end in ends)
    return f"> {left}" if math.isinf(ends[1]) else left if ends[0] == ends[1] else f"{left}–{right}"


def spread_words(one: BracketQuestion, lang: Lang, *, currency: str = "€") -> str:
    """The answers with their shares, cheapest first."""
    return "; ".join(
        f"‘{bracket_words(one, (mass.left, mass.right), lang, currency=currency)}’ {percent(mass.estimate or 0, lang)}"
        for mass in one.found.masses
    )


def _values(result: Result, lang: Lang, currency: str) -> dict[str, str]:
    ends = {name: price_words(getattr(result, name), lang, currency=currency) for name in ("low", "high")}
    return {**ends, "price": price_words(result.estimate, lang, currency=currency), "n": number(result.n, lang)}


def _inside(words: str) -> str:
    """Words of an answer within a sentence: without their capital."""
    return words[:1].lower() + words[1:]

"""Keep what a survey found of features (Kano) and of items (MaxDiff) as an insight with its evidence."""

from __future__ import annotations

from klantreis.analysis.result import Result
from klantreis.analysis.voice.outcomes import Kano, MaxDiffItem
from klantreis.ids import slug_of
from klantreis.render.numbers import number, percent, signed
from klantreis.research.claim import Claim, Estimate, Evidence
from klantreis.research.insight import Insight
from klantreis.research.survey import Survey
from klantreis.store.protocol import Store
from klantreis.texts import text
from klantreis.use_cases.keep_finding import keep_if_new
from klantreis.use_cases.rank_items import RankedItems
from klantreis.values import Lang

#: Kinds of features in the order in which a claim tells of them.
_KINDS = ("M", "O", "A", "I", "R", "Q")


def write_choices(store: Store, insight: Insight, *, by: str, lang: Lang) -> str:
    """Keep an insight of features or items, and say whether it was new; an earlier one gets the new claim.

    Raises
    ------
    ChangeError
        When the workspace would no longer hold together.
    """
    done = keep_if_new(store, insight, by=by)
    return text(f"finding.kept.{'written' if done else 'nothing'}", lang, document=insight.id)


def item_insight(found: RankedItems, survey: Survey, *, lang: Lang) -> Insight:
    """The items of tasks of best and worst as an insight: which comes first, and for each how many would choose it."""
    ranked = found.ranked
    counted = {one.name: one for one in found.counts.items}
    k, n = number(len(ranked), lang), number(found.respondents, lang)
    evidence = []
    for place, one in enumerate(ranked, start=1):
        said = text(
            "outcomes.items.finding",
            lang,
            item=one.name,
            k=k,
            n=n,
            **{name: _times(getattr(counted[one.name], name), lang) for name in ("best", "worst", "shown")},
            share=percent(one.share, lang, decimals=1),
            low=percent(one.share_low or 0.0, lang, decimals=1),
            high=percent(one.share_high or 0.0, lang, decimals=1),
        )
        evidence.append(_piece(f"item-{place}", said, _share_of(one), survey, unit="share"))
    claim = text("outcomes.items.claim", lang, item=ranked[0].name, k=k, n=n, last=ranked[-1].name)
    tags = ("maxdiff",)
    return Insight(id=f"insight:maxdiff-{slug_of(survey.id)}", claim=_claim(claim, evidence), tags=tags)


def feature_insight(found: Kano, survey: Survey, *, lang: Lang) -> Insight:
    """The kinds of features as an insight, with for each what its presence adds and its absence takes away."""
    evidence = []
    for place, one in enumerate(found.features, start=1):
        said = text(
            "outcomes.kano.finding" if one.decided else "outcomes.kano.finding_undecided",
            lang,
            feature=one.name,
            kind=text(f"outcomes.kano.{one.kind}", lang),
            second=text(f"outcomes.kano.{one.second}", lang),
            n=number(one.n, lang),
            better=_ends(one.better, lang),
            worse=_ends(one.worse, lang),
        )
        result = one.better if one.better.estimate is not None else None
        evidence.append(_piece(f"feature-{place}", said, result, survey))
    kinds = {kind: [one.name for one in found.features if one.kind == kind] for kind in _KINDS}
    parts = [
        f"{text(f'outcomes.kano.{kind}', lang)}: {', '.join(f'‘{name}’' for name in names)}"
        for kind, names in kinds.items()
        if names
    ]
    kinds_told = ". ".join(part[:1].upper() + part[1:] for part in parts)
    claim = text("outcomes.kano.claim", lang, kinds=kinds_told, n=number(found.n, lang))
    return Insight(id=f"insight:kano-{slug_of(survey.id)}", claim=_claim(claim, evidence), tags=("kano",))


def _claim(words: str, evidence: list[Evidence]) -> Claim:
    return Claim(id="claim", text=words, evidence=tuple(evidence), origin="research")


def _piece(name: str, said: str, result: Result | None, survey: Survey, *, unit: str | None = None) -> Evidence:
    estimate = None
    if result is not None and result.estimate is not None:
        low, high = (None if end is None else round(end, 4) for end in (result.low, result.high))
        estimate = Estimate(
            value=round(result.estimate, 4),
            low=low,
            high=high,
            n=result.n,
            unit=unit,
            method=result.method,
            period=survey.collected,
        )
    on = survey.collected.end if survey.collected else None
    return Evidence(id=name, source=survey.id, finding=said, estimate=estimate, collected_on=on)


def _share_of(one: MaxDiffItem) -> Result:
    """The share that would choose an item first, as the number to keep."""
    return Result(
        estimate=one.share,
        low=one.share_low,
        high=one.share_high,
        n=one.n,
        method=f"share of preference; {one.method}",
        confidence=one.confidence,
    )


def _ends(result: Result, lang: Lang) -> str:
    if result.estimate is None or result.low is None or result.high is None:
        return "–"
    return f"{signed(result.estimate, lang)} ({signed(result.low, lang)} … {signed(result.high, lang)})"


def _times(value: float, lang: Lang) -> str:
    return number(value, lang, decimals=0 if float(value).is_integer() else 1)

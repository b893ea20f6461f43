"""What items look like in the terminal that people chose the best and the worst of."""

from __future__ import annotations

from klantreis.analysis.voice.outcomes import MaxDiffItem
from klantreis.cli.events.tables import Cell, aligned, as_csv
from klantreis.render.numbers import interval, number, percent, signed
from klantreis.texts import text
from klantreis.use_cases.rank_items import RankedItems
from klantreis.values import Lang


def items_text(found: RankedItems, lang: Lang) -> str:
    """The items best first, with what was counted, and the share that would choose each first."""
    facts = {name: number(getattr(found, name), lang) for name in ("respondents", "choices", "tasks", "rows")}
    lines = [text("outcomes.items.title", lang, survey=found.survey, **facts), ""]
    by_count = {one.name: one for one in found.counts.items}
    names = ("item", "best", "worst", "shown", "score", "b", "b_interval", "share", "share_interval")
    rows = []
    for one in found.ranked:
        counted = by_count[one.name]
        rows.append(
            [
                one.name,
                *(_times(value, lang) for value in (counted.best, counted.worst, counted.shown)),
                signed(counted.score, lang),
                *(signed(one.estimate or 0, lang), _ends(one, lang), percent(one.share, lang, decimals=1)),
                "–"
                if one.share_low is None or one.share_high is None
                else interval(one.share_low, one.share_high, lang),
            ]
        )
    lines.append(aligned([text(f"outcomes.items.{name}", lang) for name in names], rows))
    notes = [text(f"outcomes.items.by_{'logit' if found.logit else 'counts'}", lang)]
    if found.why_not is not None:
        notes.append(text("outcomes.items.no_logit", lang, reason=found.why_not))
    notes += [text(f"outcomes.items.{why}", lang, n=number(times, lang)) for why, times in found.unused.items()]
    return "\n".join([*lines, "", *notes, *(each.sentence(lang) for each in found.warnings)])


def items_csv(found: RankedItems) -> str:
    """A row for each item and method."""
    titles = ("item", "method", "n", "best", "worst", "shown", "score", "b", "b_low", "b_high", "standard_error")
    rows: list[list[Cell]] = []
    for method, result in (("counts", found.counts), ("logit", found.logit)):
        for one in result.items if result is not None else ():
            rows.append([one.name, method, one.n, one.best, one.worst, one.shown, one.score])
            rows[-1] += [one.estimate, one.low, one.high, one.standard_error, one.share, one.share_low, one.share_high]
    return as_csv((*titles, "share", "share_low", "share_high"), rows)


def _times(value: float, lang: Lang) -> str:
    return number(value, lang, decimals=0 if float(value).is_integer() else 1)


def _ends(one: MaxDiffItem, lang: Lang) -> str:
    return "–" if one.low is None or one.high is None else f"{signed(one.low, lang)} … {signed(one.high, lang)}"

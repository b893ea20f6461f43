"""What prices look like in the terminal: a table for each way in which they were asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from klantreis.analysis.result import Caution, Result
from klantreis.analysis.voice.price import GaborGranger, NewtonMillerSmith, VanWestendorp
from klantreis.cli.events.tables import Cell, aligned, as_csv
from klantreis.render.numbers import interval, number, percent
from klantreis.texts import text
from klantreis.use_cases.find_prices import BracketQuestion, Prices
from klantreis.use_cases.write_prices import bracket_words, price_words
from klantreis.values import Lang

_POINTS = ("pmc", "opp", "idp", "pme")


def price_text(found: Prices, lang: Lang, *, currency: str) -> str:
    """All there is to say, for people."""

    def money(value: float | None) -> str:
        return price_words(value, lang, currency=currency)

    parts = [text("price.text.title", lang, survey=found.survey, rows=number(found.rows, lang))]
    if found.four is not None:
        parts.append(_four(found.four, lang, money) + _left(found, "van_westendorp", lang))
    if found.buying is not None:
        parts.append(_buying(found.buying, lang, money) + _left(found, "newton_miller_smith", lang))
    if found.offered is not None:
        parts.append(_offered(found.offered, lang, money) + _left(found, "gabor_granger", lang))
    parts += [_bracket(one, lang, money, currency) for one in found.brackets]
    parts += [text("price.text.not_used", lang, method=name, reason=why) for name, why in found.not_used.items()]
    return "\n\n".join(parts)


def price_csv(found: Prices) -> str:
    """A row for each figure: the method, what it is, the figure, its interval and n."""
    return as_csv(("method", "figure", "price", "value", "low", "high", "n"), list(_figures(found)))


def _figures(found: Prices) -> Iterator[list[Cell]]:
    if found.four is not None:
        for name in _POINTS:
            yield _figure("van_westendorp", name, None, getattr(found.four, name))
    if found.buying is not None:
        for name in ("reach_price", "revenue_price"):
            yield _figure("newton_miller_smith", name, None, getattr(found.buying, name))
    if found.offered is not None:
        yield _figure("gabor_granger", "best_price", None, found.offered)
        for one in found.offered.prices:
            yield _figure("gabor_granger", "buys", f"{one.price:g}", one)
    for asked in found.brackets:
        for mass in asked.found.masses:
            right = "" if math.isinf(mass.right) else f"{mass.right:g}"
            yield _figure("brackets", asked.question, f"{mass.left:g}–{right}", mass)
        yield _figure("brackets", f"{asked.question}: mean_low", None, asked.found.mean_low)
        yield _figure("brackets", f"{asked.question}: mean_high", None, asked.found.mean_high)


def _figure(method: str, name: str, price: str | None, result: Result) -> list[Cell]:
    return [method, name, price, result.estimate, result.low, result.high, result.n]


def _four(found: VanWestendorp, lang: Lang, money: Callable[[float | None], str]) -> str:
    heading = text("price.text.four", lang, n=number(found.n, lang), asked=number(found.asked, lang))
    titles = [text(f"price.text.{name}", lang) for name in ("point", "price", "interval")]
    points = [(name, getattr(found, name)) for name in _POINTS]
    rows = [
        [text(f"price.text.{name}", lang), money(point.estimate), f"{money(point.low)}–{money(point.high)}"]
        for name, point in points
    ]
    return "\n".join([heading, aligned(titles, rows), *_notes(found.warnings, lang)])


def _buying(found: NewtonMillerSmith, lang: Lang, money: Callable[[float | None], str]) -> str:
    heading = text("price.text.buying", lang, n=number(found.n, lang), asked=number(found.asked, lang))
    titles = [text("price.text.point", lang), text("price.text.price", lang), text("price.text.interval", lang)]
    rows = [
        [text(f"price.text.{name}", lang), money(one.estimate), f"{money(one.low)}–{money(one.high)}"]
        for name, one in (("reach_price", found.reach_price), ("revenue_price", found.revenue_price))
    ]
    worths = [text(f"price.text.{name}", lang) for name in ("calibration", "reach_price", "revenue_price")]
    others = [
        [" ".join(f"{value:g}" for value in one.values), money(one.reach_price), money(one.revenue_price)]
        for one in found.sensitivity
    ]
    return "\n".join([heading, aligned(titles, rows), "", aligned(worths, others), *_notes(found.warnings, lang)])


def _offered(found: GaborGranger, lang: Lang, money: Callable[[float | None], str]) -> str:
    heading = text("price.text.offered", lang, n=number(found.n, lang))
    names = ("price", "n", "buys", "interval", "smoothed", "revenue", "profit", "best")
    rows = [
        [
            *(money(one.price), number(one.n, lang), percent(one.estimate or 0, lang), _ends(one, lang)),
            *(percent(one.smoothed, lang), number(one.revenue, lang, decimals=2)),
            *(number(one.profit, lang, decimals=2), percent(one.best_share, lang)),
        ]
        for one in found.prices
    ]
    titles = [text(f"price.text.{name}", lang) for name in names]
    return "\n".join([heading, aligned(titles, rows), *_notes(found.warnings, lang)])


def _bracket(one: BracketQuestion, lang: Lang, money: Callable[[float | None], str], currency: str) -> str:
    found = one.found
    heading = text(
        "price.text.brackets",
        lang,
        question=one.question,
        n=number(found.n, lang),
        without=number(one.without, lang),
    )
    titles = [text(f"price.text.{name}", lang) for name in ("bracket", "share", "interval")]
    rows = [
        [
            bracket_words(one, (mass.left, mass.right), lang, currency=currency),
            percent(mass.estimate or 0, lang),
            _ends(mass, lang),
        ]
        for mass in found.masses
    ]
    middle = bracket_words(one, found.median, lang, currency=currency)
    low, high = found.mean_low.estimate, found.mean_high.estimate
    is_open = high is None or math.isinf(high)
    mean = text(
        "price.text.mean_open" if is_open else "price.text.mean",
        lang,
        low=money(low),
        high=money(high),
        median=f"‘{middle}’",
    )
    return "\n".join([heading, aligned(titles, rows), mean, *_notes(found.warnings, lang)])


def _ends(result: Result, lang: Lang) -> str:
    return "–" if result.low is None or result.high is None else interval(result.low, result.high, lang)


def _left(found: Prices, method: str, lang: Lang) -> str:
    left = found.incomplete.get(method)
    return f"\n{text('price.text.incomplete', lang, n=number(left, lang))}" if left else ""


def _notes(warnings: tuple[Caution, ...], lang: Lang) -> list[str]:
    return [each.sentence(lang) for each in warnings]

"""What the supermarket data say: every number on the persona and the map, by name, with its sentence in Dutch.

The persona is the segment of households with two children or more, known from the demographics alone. It is
compared with the other households whose demographics are known, on fields that did not make the segment. All
those fields are listed here before anything is compared; the false discovery rate is taken over all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
from loyalty_comparison import (
    Difference,
    Interval,
    compare_means,
    compare_shares,
    false_discovery,
    mean_interval,
    share_interval,
)
from loyalty_repeat import repeat_numbers

from klantreis.journeys.medians import wait_of
from klantreis.journeys.run_shares import wilson_by_customer
from klantreis.research.claim import Estimate
from klantreis.values import Period

SEGMENT, OTHERS = "twee of meer kinderen", "geen of één kind"
YEAR = Period(start=date(2017, 1, 1), end=date(2017, 12, 31))
#: The four campaigns of type A run from 8 February to 24 December 2017.
CAMPAIGNS = Period(start=date(2017, 2, 8), end=date(2017, 12, 24))
#: A difference holds when at most this share of what is called a difference may be chance.
FALSE_DISCOVERY_RATE = 0.05

#: Fields compared: name, what it is, unit, decimals shown.
COMPARED: tuple[tuple[str, str, str, int], ...] = (
    ("trips_per_month", "winkelbezoeken per maand", "winkelbezoeken per maand", 1),
    ("basket_value", "bedrag per winkelbezoek in dollar", "dollar", 2),
    ("spend_per_month", "besteding per maand in dollar", "dollar per maand", 0),
    ("big_trip_share", "aandeel winkelbezoeken van 50 dollar of meer", "share", 3),
    ("coupon_trip_share", "aandeel winkelbezoeken met een coupon op de bon", "share", 3),
    ("weekend_share", "aandeel winkelbezoeken op zaterdag of zondag", "share", 3),
    ("departments", "afdelingen waar in het jaar iets is gekocht", "afdelingen", 1),
    ("products", "verschillende producten in het jaar", "producten", 0),
    ("private_share", "aandeel huismerk in de besteding", "share", 3),
    ("card_discount_share", "aandeel kaartkorting op het bedrag vóór die korting", "share", 3),
    ("milk_share", "aandeel melk in de besteding", "share", 4),
    ("cereal_share", "aandeel ontbijtgranen in de besteding", "share", 4),
    ("mailings", "mailings in het jaar", "mailings", 1),
    ("redeemed_any", "aandeel dat minstens één bon van een actie van type A inleverde", "share", 3),
)


@dataclass(frozen=True)
class Finding:
    """One computed number with its sentence; ``holds`` tells of a comparison whether the difference stands."""

    sentence: str
    estimate: Estimate
    holds: bool | None = None


@dataclass(frozen=True)
class Segment:
    """How many households fit the rule, of how many looked at."""

    n: int
    of: int


def segment(connection: duckdb.DuckDBPyConnection) -> Segment:
    """The segment's size among the households whose demographics are known."""
    known = [
        row[0] for row in connection.execute("SELECT family FROM households WHERE kids_count IS NOT NULL").fetchall()
    ]
    return Segment(n=known.count(SEGMENT), of=len(known))


def findings(connection: duckdb.DuckDBPyConnection) -> dict[str, Finding]:
    """Every finding by name. The SQL files ``source``, ``findings`` and ``repeat`` must have run on the connection."""
    return {**_comparisons(connection), **_who(connection), **dict(_runs(connection)), **_repeat(connection)}


def _comparisons(connection: duckdb.DuckDBPyConnection) -> dict[str, Finding]:
    compared = {name: _compared(connection, name) for name, *_ in COMPARED}
    q_values = false_discovery([difference.p for difference in compared.values()])
    return {
        name: _comparison(compared[name], what=what, unit=unit, decimals=decimals, q=q)
        for (name, what, unit, decimals), q in zip(COMPARED, q_values, strict=True)
    }


def _compared(connection: duckdb.DuckDBPyConnection, name: str) -> Difference:
    rows = connection.table("household_facts").project(f"family, {name}").fetchall()
    group, others = (
        [value for family, value in rows if family == wanted and value is not None] for wanted in (SEGMENT, OTHERS)
    )
    if name == "redeemed_any":
        return compare_shares((sum(group), len(group)), (sum(others), len(others)))
    return compare_means([float(value) for value in group], [float(value) for value in others])


def _comparison(found: Difference, *, what: str, unit: str, decimals: int, q: float) -> Finding:
    holds = q <= FALSE_DISCOVERY_RATE
    show = _shower(unit, decimals)
    points, unit_of_gap = (_shower("points", decimals), " procentpunt") if unit == "share" else (show, "")
    shares = what.startswith("aandeel dat")
    test = "Newcombe en z-toets" if shares else "Welch"
    verdict = "het verschil houdt stand" if holds else "een verschil is niet aangetoond"
    group, others = _with_interval(found.group, show), _with_interval(found.others, show)
    gap = found.difference
    chance = "< 0,001" if q < 0.001 else f"= {_dutch(q, 3)}"
    between = f"{points(gap.value)}{unit_of_gap} ({points(gap.low)} tot {points(gap.high)})"
    sentence = (
        f"{what[0].upper()}{what[1:]}: {'' if shares else 'gemiddeld '}{group} bij huishoudens met {SEGMENT}, "
        f"tegenover {others} bij {OTHERS}. Verschil {between}, {test}, "
        f"q {chance} na correctie voor {len(COMPARED)} vergelijkingen: {verdict}."
    )
    method = "aandeel, Wilson-interval" if shares else "gemiddelde per huishouden, t-interval"
    return Finding(sentence, _estimate(found.group, unit=unit, method=method, period=YEAR), holds)


def _who(connection: duckdb.DuckDBPyConnection) -> dict[str, Finding]:
    """Who the segment is, by the demographics."""
    group = segment(connection)
    rows = connection.execute(
        "SELECT age, kids_count, marital_status FROM households WHERE family = ?", [SEGMENT]
    ).fetchall()
    ages = sum(age in ("25-34", "35-44", "45-54") for age, *_ in rows)
    many = sum(kids == "3+" for _, kids, _ in rows)
    known = [marital for *_, marital in rows if marital is not None]
    here = "huishoudens in het segment"
    return {
        "segment": _share(group.n, group.of, "huishoudens met bekende demografie hebben", "twee of meer kinderen"),
        "age_25_54": _share(ages, len(rows), f"{here} vallen", "in de leeftijdsklassen van 25 tot en met 54 jaar"),
        "three_or_more": _share(many, len(rows), f"{here} hebben", "drie of meer kinderen"),
        "married": _share(known.count("Married"), len(known), f"{here} van wie het bekend is, zijn", "getrouwd"),
    }


def _share(count: int, n: int, subject: str, rest: str) -> Finding:
    found, show = share_interval(count, n), _shower("share", 3)
    spread = f"{show(found.value)}; 95%-interval {show(found.low)} tot {show(found.high)}"
    sentence = f"Van de {n} {subject} er {count} ({spread}) {rest}."
    return Finding(sentence, _estimate(found, unit="share", method="aandeel, Wilson-interval", period=YEAR))


Row = dict[str, Any]
#: Shares of runs: name, whether a run counts, and how the sentence goes on.
RUN_SHARES: tuple[tuple[str, Callable[[Row], bool], str], ...] = (
    ("shopped", lambda run: run["trips"] > 0, "komt het huishouden tijdens de actie in de winkel"),
    ("returned", lambda run: run["trips"] > 1, "komt het tijdens de actie minstens nog een keer terug"),
    ("redeemed", lambda run: run["coupons"] > 0, "wordt minstens één bon van de actie ingeleverd"),
    ("left_unused", lambda run: run["coupons"] == 0, "loopt de actie af zonder dat één bon is ingeleverd"),
    (
        "new_department",
        lambda run: run["new_departments"] > 0,
        "koopt het op een afdeling waar het in de data, vanaf 1 januari 2017, nog niet had gekocht",
    ),
)
#: The same among runs in which a coupon was redeemed.
REDEEMING_SHARES: tuple[tuple[str, Callable[[Row], bool], str], ...] = (
    ("on_first_trip", lambda run: run["coupon_on_first_trip"] == 1, "gebeurt dat al bij het eerste winkelbezoek"),
    ("several_coupons", lambda run: run["coupons"] > 1, "zijn het twee bonnen of meer"),
    ("one_moment", lambda run: run["coupon_moments"] == 1, "gebeurt dat op één enkel moment"),
)
#: Medians over runs that have the field: name, sentence, unit, decimals.
RUN_MEDIANS: tuple[tuple[str, str, str, int], ...] = (
    ("trips", "Winkelbezoeken per actie", "winkelbezoeken", 0),
    ("days_to_trip", "Dagen van de mailing tot het eerste winkelbezoek", "dagen", 1),
    ("days_to_return", "Dagen van het eerste tot het tweede winkelbezoek", "dagen", 1),
    ("days_to_coupon", "Dagen van de mailing tot de eerste ingeleverde bon", "dagen", 1),
)
RUN_METHOD = "aandeel, Wilson-interval per huishouden"


def _runs(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, Finding]]:
    """What happens between a mailing of type A and the end of its campaign; a run is a household in a campaign."""
    table = connection.table("run_facts").filter(f"family = '{SEGMENT}'")
    rows: list[Row] = [dict(zip(table.columns, row, strict=True)) for row in table.order("household_id").fetchall()]
    redeeming = [row for row in rows if row["coupons"]]
    households = [row["household_id"] for row in rows]
    yield "mailings_of_type_a", _mailings([float(households.count(one)) for one in sorted(set(households))])
    for name, counts, tail in RUN_SHARES:
        yield name, _run_share(rows, counts, f"reizen van {len(set(households))} huishoudens {tail}")
    for name, counts, tail in REDEEMING_SHARES:
        yield name, _run_share(redeeming, counts, f"reizen waarin bonnen worden ingeleverd, {tail}")
    for name, what, unit, decimals in RUN_MEDIANS:
        yield name, _run_median([row for row in rows if row[name] is not None], name, what, unit, decimals)


def _run_share(runs: Sequence[Row], counts: Callable[[Row], bool], tail: str) -> Finding:
    made = Counter(run["household_id"] for run in runs)
    counted = Counter(run["household_id"] for run in runs if counts(run))
    share, show = wilson_by_customer([counted[one] for one in made], list(made.values())), _shower("share", 3)
    found = Interval(share.value or 0.0, share.low, share.high, share.n)
    spread = f"{show(found.value)}; 95%-interval {show(found.low)} tot {show(found.high)}"
    sentence = f"In {share.count} van de {share.n} {tail} ({spread})."
    return Finding(sentence, _estimate(found, unit="share", method=RUN_METHOD, period=CAMPAIGNS))


def _run_median(runs: Sequence[Row], name: str, what: str, unit: str, decimals: int) -> Finding:
    # In millionths of the unit, as times are in microseconds.
    values = np.array([round(run[name] * 1_000_000) for run in runs], dtype=np.int64)
    wait = wait_of(values, customer=np.array([run["household_id"] for run in runs], dtype=np.int64))
    if wait.median is None or wait.low is None or wait.high is None:
        raise ValueError(f"too few runs for an interval of {name}")
    found = Interval(wait.median, wait.low, wait.high, wait.n)
    text = f"{what}: mediaan {_with_interval(found, _shower(unit, decimals))}."
    method = "mediaan, interval uit de volgorde per huishouden"
    return Finding(text, _estimate(found, unit=unit, method=method, period=CAMPAIGNS))


def _repeat(connection: duckdb.DuckDBPyConnection) -> dict[str, Finding]:
    """Whether households come back, and what a week with a trip is worth."""
    return {
        name: Finding(one.sentence, _estimate(one.found, unit=one.unit, method=one.method, period=one.period))
        for name, one in repeat_numbers(connection).items()
    } | {"spend_per_week": _spend_per_week(connection)}


def _spend_per_week(connection: duckdb.DuckDBPyConnection) -> Finding:
    """What a household spends in a week, weeks without a trip included; the year has 365 days."""
    rows = connection.execute(
        "SELECT coalesce(sum(t.value), 0) * 7 / 365 FROM households h LEFT JOIN trips t USING (household_id) "
        "GROUP BY h.household_id ORDER BY h.household_id"
    ).fetchall()
    found = mean_interval([float(value) for (value,) in rows])
    mean = _with_interval(found, _shower("dollar", 2))
    method = "gemiddelde per huishouden, t-interval"
    sentence = f"Een huishouden besteedt gemiddeld {mean} dollar per week."
    return Finding(sentence, _estimate(found, unit="dollar per week", method=method, period=YEAR))


def _mailings(per_household: Sequence[float]) -> Finding:
    found = mean_interval(per_household)
    mean = _with_interval(found, _shower("mailings", 1))
    sentence = f"Wie in het segment acties van type A kreeg, kreeg er gemiddeld {mean} van de vier in het jaar."
    method = "gemiddelde per huishouden, t-interval"
    return Finding(sentence, _estimate(found, unit="mailings", method=method, period=CAMPAIGNS))


def _estimate(found: Interval, *, unit: str, method: str, period: Period) -> Estimate:
    return Estimate(
        value=round(found.value, 4),
        low=round(found.low, 4),
        high=round(found.high, 4),
        n=found.n,
        unit=unit,
        method=method,
        period=period,
    )


def _with_interval(found: Interval, show: Callable[[float], str]) -> str:
    return f"{show(found.value)} (95%-interval {show(found.low)} tot {show(found.high)}, n = {found.n})"


def _shower(unit: str, decimals: int) -> Callable[[float], str]:
    if unit == "share":
        return lambda value: f"{_dutch(100 * value, max(decimals - 2, 0))}%"
    if unit == "points":
        return lambda value: _dutch(100 * value, max(decimals - 2, 0))
    return lambda value: _dutch(value, decimals)


def _dutch(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")

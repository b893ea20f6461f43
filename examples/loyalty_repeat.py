"""Do households come back? A model of repeat buying, learned from 39 weeks and laid beside the 13 weeks after them.

A household counts once a week at most: whether it made a shopping trip in that week. The data hold households that
often shop here, so that they stay is partly how they were chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
from loyalty_comparison import Interval, mean_interval, share_interval

from klantreis.analysis.behaviour.buying import bg_nbd, gamma_gamma
from klantreis.analysis.result import Floats, Result
from klantreis.values import Period

#: The weeks held out.
AHEAD = 13
LEARNED = Period(start=date(2017, 1, 1), end=date(2017, 9, 30))
HELD_OUT = Period(start=date(2017, 10, 1), end=date(2017, 12, 30))


@dataclass(frozen=True)
class Told:
    """A number on repeat buying, with its sentence and what belongs to it."""

    sentence: str
    found: Interval
    unit: str
    method: str
    period: Period


def repeat_numbers(connection: duckdb.DuckDBPyConnection) -> dict[str, Told]:
    """What is said of repeat buying, by name. The SQL file ``repeat`` must have run."""
    columns = connection.table("came_back").fetchnumpy()
    frequency, recency, age, made = (
        np.asarray(columns[name], dtype=np.float64) for name in ("frequency", "recency", "age", "made")
    )
    values = np.ma.filled(columns["week_value"].astype(np.float64), np.nan)
    return {
        "weeks_again": _weeks_again(frequency, recency, age, made),
        "stayed": _stayed(frequency, made),
        "week_value": _week_value(frequency, values),
    }


def _weeks_again(frequency: Floats, recency: Floats, age: Floats, made: Floats) -> Told:
    again = bg_nbd(frequency, recency, age, period=AHEAD)
    off = float(np.abs(again.expected(AHEAD, frequency, recency, age) - made).mean())
    found = _interval(again)
    return Told(
        "Uit de eerste 39 weken schat het model dat een huishouden in de 13 weken daarna in gemiddeld "
        f"{_dutch(found.value, 2)} weken komt winkelen (95%-interval {_dutch(found.low, 2)} tot "
        f"{_dutch(found.high, 2)}, n = {found.n}). Het werden er {_dutch(float(made.mean()), 2)}. "
        f"Per huishouden zit het model er gemiddeld {_dutch(off, 1)} week naast.",
        found,
        "weken met een winkelbezoek in 13 weken",
        "BG/NBD op weken met een winkelbezoek; het interval is dat van het gemiddelde volgens het model",
        HELD_OUT,
    )


def _stayed(frequency: Floats, made: Floats) -> Told:
    came, stayed = int((frequency > 0).sum()), int(((frequency > 0) & (made > 0)).sum())
    kept = share_interval(stayed, came)
    value, low, high = (_dutch(100 * share, 1) for share in (kept.value, kept.low, kept.high))
    return Told(
        f"Van de {came} huishoudens die in de eerste 39 weken in meer dan één week kwamen, komen er {stayed} in de "
        f"13 weken daarna nog ({value}%; 95%-interval {low}% tot {high}%). In de data zitten alleen huishoudens die "
        "hier vaak komen.",
        kept,
        "share",
        "aandeel, Wilson-interval",
        HELD_OUT,
    )


def _week_value(frequency: Floats, values: Floats) -> Told:
    """What was seen; the model's mean stands beside it and is not used, since its assumption does not hold."""
    bought = (frequency > 0) & (values > 0)
    worth = gamma_gamma(frequency[bought], values[bought])
    seen, model = mean_interval(values[bought].tolist()), _interval(worth)
    return Told(
        f"In een week met een winkelbezoek besteedt een huishouden gemiddeld {_dutch(seen.value, 0)} dollar "
        f"(95%-interval {_dutch(seen.low, 0)} tot {_dutch(seen.high, 0)}, n = {seen.n}). Het gamma-gamma-model zegt "
        f"{_dutch(model.value, 0)}; dat is hier niet te gebruiken, want het neemt aan dat wie vaker komt niet meer "
        f"besteedt, en dat doet wie vaker komt wel (correlatie {_dutch(worth.correlation or 0.0, 2)}).",
        seen,
        "dollar per week met een winkelbezoek",
        "gemiddelde per huishouden van de weken na de eerste, t-interval",
        LEARNED,
    )


def _interval(found: Result) -> Interval:
    """A model's number with its interval; the last digits of a fit are those of the machine, so two are kept."""
    value, low, high = (round(one, 2) for one in (found.estimate, found.low, found.high) if one is not None)
    return Interval(value, low, high, found.n)


def _dutch(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")

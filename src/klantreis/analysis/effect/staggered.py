"""What did a change make of those it came to, when it came to some earlier than to others: Callaway and Sant'Anna.

Assumes that without the change the groups would have run alike. Two-way fixed effects are not used: with a staggered
start they compare the newly treated with the already treated, and can get the sign wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, f

from klantreis.analysis.effect.bands import Bands
from klantreis.analysis.effect.estimate import Effect, Grade, around
from klantreis.analysis.effect.staggered_cells import (
    Adjustment,
    Cells,
    Control,
    Panel,
    effects_by_cell,
    read_panel,
    since_treatment,
)
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Ints, caution
from klantreis.errors import InvalidInputError

#: Fewer units than this in a group is said (our convention).
SMALL_GROUP = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTime(Effect):
    """The effect on one group in one period; n is units treated and compared.

    Parameters
    ----------
    group, time
        First period of treatment, and the period.
    before
        Whether it lies before treatment, where the effect should be none.
    band_low, band_high
        Ends of an interval that holds for all groups and periods together.
    """

    group: float
    time: float
    before: bool
    band_low: float
    band_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Effect):
    """One part of an aggregate: a group, a period, or so many periods since treatment began."""

    at: float
    band_low: float
    band_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Effect):
    """The average over its parts; a dynamic one averages over the periods from the start of treatment on."""

    by: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staggered(Effect):
    """The average effect over all groups and periods under treatment, by size of the group; and all it is made of.

    Parameters
    ----------
    group_time
        Every group in every period.
    group, calendar, dynamic
        Averages by group, by period, and by time since treatment began.
    pre_trend_p
        Of the test that all effects before treatment are none, small groups counted; None where there are none.
    pre_trend_chi2_p
        Of the same test as it was published, which calls too many unlike when groups are small.
    """

    group_time: tuple[GroupTime, ...] = field(repr=False)
    group: Aggregate = field(repr=False)
    calendar: Aggregate = field(repr=False)
    dynamic: Aggregate = field(repr=False)
    pre_trend_p: float | None
    pre_trend_chi2_p: float | None

    @property
    def overall(self) -> Effect:
        """The average over all groups and periods under treatment: this result itself."""
        return self


@checked_options
def callaway_santanna(
    unit: Sequence[object] | npt.NDArray[np.generic],
    time: npt.ArrayLike,
    first_treated: npt.ArrayLike,
    outcome: npt.ArrayLike,
    *,
    covariates: npt.ArrayLike | None = None,
    adjustment: Adjustment = "doubly_robust",
    control: Control = "never",
    anticipation: int = 0,
    draws: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Staggered:
    """Group-time effects by difference in differences, and their averages.

    Parameters
    ----------
    unit, time, first_treated, outcome
        Shape (rows,): a row for each unit and period. ``first_treated`` is the first period of treatment, the same in
        all rows of a unit; 0, NaN or infinity for never.
    covariates
        Shape (rows,) or (rows, p): what decides how a unit would have run on, such as its size; of each comparison the
        values in its base period count. Categories as dummies.
    adjustment
        How covariates are used: weights and a regression together (``doubly_robust``), or one of the two.
    control
        Compare with who is never treated, or with all who are not yet treated at the time.
    anticipation
        Over how many periods before treatment it may already work.
    draws, seed
        Of the wild bootstrap behind the simultaneous bands.

    Raises
    ------
    InvalidInputError
        When a unit has two rows for a period or two first treatments, when nobody is treated, or nobody is left to
        compare with; when covariates decide by themselves who was treated.

    Notes
    -----
    Pointwise intervals from the influence function, clustered by unit. Before treatment a period is compared with the
    one before it. Units that lack a period are left out, as are those treated from the start.

    References
    ----------
    Callaway and Sant'Anna (2021), Journal of Econometrics 225(2); Sant'Anna and Zhao (2020), ibid. 219(1), for the
    covariates; Krishnamoorthy and Yu (2004), Statistics & Probability Letters 66(2), for the test before treatment.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> unit, time = np.repeat(np.arange(200), 4), np.tile([1, 2, 3, 4], 200)
    >>> first = np.where(unit % 2 == 0, 0, 3)
    >>> y = time + 2.0 * ((first > 0) & (time >= first)) + rng.normal(size=800)
    >>> found = callaway_santanna(unit, time, first, y, draws=200)
    >>> found.low < 2 < found.high, [part.at for part in found.dynamic.parts]
    (True, [-1.0, 0.0, 1.0])
    """
    if anticipation < 0:
        raise InvalidInputError(f"anticipation must be 0 or more, not {anticipation}.")
    panel, cautions = read_panel(unit, time, first_treated, outcome, covariates)
    if anticipation >= len(panel.times):
        raise InvalidInputError(f"anticipation must be less than {len(panel.times)} periods, not {anticipation}.")
    cells = effects_by_cell(panel, control=control, anticipation=anticipation, adjustment=adjustment)
    since = since_treatment(panel, cells)
    after = since >= 0
    if not after.any():
        raise InvalidInputError(
            "first_treated leaves no group with a period before and one after treatment to compare."
        )
    band = Bands(np.unique(panel.first, return_inverse=True)[1], draws, seed, confidence)
    sizes = np.array([(panel.first == group).mean() for group in cells.group])
    members = (panel.first[:, None] == cells.group[None, :]).astype(np.float64)
    simple = _average(cells, after, sizes, members)
    p, published, doubts = _pre_trend(cells, since < -anticipation, band.group)
    if covariates is not None and adjustment == "weights":
        cautions.append(caution("effect.weights_alone"))
    if cells.sure >= 0.01:
        cautions.append(caution("effect.positivity", percent=round(100 * cells.sure)))
    for group in np.unique(cells.group):
        count = int((panel.first == group).sum())
        if count < SMALL_GROUP:
            cautions.append(caution("effect.small_group", n=count, group=f"{group:g}"))
    n = len(panel.first)
    ends = band.of(cells.influence)
    group_time = tuple(
        GroupTime(
            **_fields(float(cells.effect[k]), cells.influence[:, k], n=int(cells.n[k]), confidence=confidence),
            method="difference in differences",
            group=float(cells.group[k]),
            time=float(cells.time[k]),
            before=bool(since[k] < 0),
            band_low=float(cells.effect[k] - ends[k]),
            band_high=float(cells.effect[k] + ends[k]),
        )
        for k in range(len(cells.effect))
    )
    by_group = _aggregate("group", cells, cells.group, after, sizes, members, band, panel)
    return Staggered(
        **_fields(simple[0], simple[1], n=n, confidence=confidence),
        method=_method(control, None if covariates is None else adjustment),
        warnings=(*cautions, *doubts),
        group_time=group_time,
        group=by_group,
        calendar=_aggregate("calendar", cells, cells.time, after, sizes, members, band, panel),
        dynamic=_aggregate("dynamic", cells, since, np.ones(len(since), dtype=bool), sizes, members, band, panel),
        pre_trend_p=p,
        pre_trend_chi2_p=published,
    )


def _method(control: Control, adjustment: Adjustment | None) -> str:
    how = "" if adjustment is None else f", {adjustment.replace('_', ' ')}"
    return f"callaway-sant'anna, {control.replace('_', ' ')} treated{how}, influence function"


def _average(cells: Cells, which: npt.NDArray[np.bool_], sizes: Floats, members: Floats) -> tuple[float, Floats]:
    """Average of cells weighted by the size of their group, with its influence function.

    The sizes are estimated too, which the second part of the influence function counts.
    """
    total = sizes[which].sum()
    weights = sizes[which] / total
    effect = cells.effect[which]
    value = float(weights @ effect)
    drift = (members[:, which] - sizes[which]) @ (effect - value) / total
    return value, np.asarray(cells.influence[:, which] @ weights + drift)


def _aggregate(
    by: str,
    cells: Cells,
    key: Floats,
    which: npt.NDArray[np.bool_],
    sizes: Floats,
    members: Floats,
    band: Bands,
    panel: Panel,
) -> Aggregate:
    keys = np.unique(key[which])
    found = [_average(cells, which & (key == at), sizes, members) for at in keys]
    values = np.array([value for value, _ in found])
    influence = np.column_stack([part for _, part in found])
    ends = band.of(influence)
    n = len(panel.first)
    if by == "group":
        shares = np.array([(panel.first == at).mean() for at in keys])
        weights = shares / shares.sum()
        value = float(weights @ values)
        drift = ((panel.first[:, None] == keys[None, :]) - shares) @ (values - value) / shares.sum()
        whole = influence @ weights + drift
    else:
        counted = keys >= 0 if by == "dynamic" else np.ones(len(keys), dtype=bool)
        value, whole = float(values[counted].mean()), influence[:, counted].mean(axis=1)
    return Aggregate(
        **_fields(value, whole, n=n, confidence=band.confidence),
        method=f"average by {by}",
        by=by,
        parts=tuple(
            Part(
                **_fields(float(values[k]), influence[:, k], n=n, confidence=band.confidence),
                method="weighted by the size of the group",
                at=float(at),
                band_low=float(values[k] - ends[k]),
                band_high=float(values[k] + ends[k]),
            )
            for k, at in enumerate(keys)
        ),
    )


def _pre_trend(
    cells: Cells, before: npt.NDArray[np.bool_], group: Ints
) -> tuple[float | None, float | None, list[Caution]]:
    """The p-value for small groups, the published one, and what to say of them.

    The effects are sums of means of groups, so that their squared distance from none is Hotelling's with the degrees of
    freedom of Krishnamoorthy and Yu; chi-squared takes the covariance as known.
    """
    if not before.any():
        return None, None, [caution("effect.no_pre_trend")]
    influence, effect = cells.influence[:, before], cells.effect[before]
    n = len(influence)
    covariance = influence.T @ influence / n**2
    rank = int(np.linalg.matrix_rank(covariance))
    if rank == 0:  # nothing varies, so nothing can be tested
        return None, None, [caution("effect.no_spread")]
    published = float(chi2.sf(float(effect @ np.linalg.pinv(covariance, hermitian=True) @ effect), rank))
    parts = []
    for code in np.unique(group):
        mine = influence[group == code]
        size = len(mine)
        if size > 1:
            off = mine - mine.mean(axis=0)
            parts.append((off.T @ off / n**2 * size / (size - 1), size - 1.0))
    whole = np.linalg.pinv(sum(part for part, _ in parts), hermitian=True)
    doubt = 0.0
    for part, freedom in parts:
        ratio = part @ whole
        doubt += float(np.trace(ratio @ ratio) + np.trace(ratio) ** 2) / freedom
    df = (rank + rank**2) / doubt - rank + 1
    if df <= 0:
        return None, published, [caution("effect.few_for_pre_trend")]
    distance = float(effect @ whole @ effect)
    p = float(f.sf(distance * df / (rank * (df + rank - 1)), rank, df))
    return p, published, [caution("effect.pre_trend", p=f"{p:.2g}") if p < 0.05 else caution("effect.pre_trend_weak")]


def _fields(estimate: float, influence: Floats, *, n: int, confidence: float) -> dict[str, Any]:
    error = float(np.sqrt(influence @ influence) / len(influence))
    found = around(estimate, error, confidence=confidence)
    return {
        "estimate": estimate,
        "low": found.low,
        "high": found.high,
        "n": n,
        "confidence": confidence,
        "standard_error": error,
        "p_value": found.p_value,
        "grade": Grade.QUASI_EXPERIMENT,
    }

"""Which items come first when people choose a best and a worst from small sets (MaxDiff, best-worst scaling)?

Counts suffice when every item is shown about as often and beside every other; otherwise a logit model is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.bootstrap import bootstrap, percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, as_array, caution, check_level, dimensions, plain
from klantreis.analysis.voice.naming import column_names
from klantreis.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxDiffItem(Result):
    """One item; ``estimate`` is its logit coefficient b, 0 for an item chosen best as often as worst.

    Parameters
    ----------
    score
        (best - worst) / shown, between -1 and 1.
    standard_error
        Of b, as if all choices were independent.
    share
        Chance to be chosen best from all items together; depends on which items are in the list.
    share_low, share_high
        Interval of the share; None without answers per respondent.
    """

    name: str
    best: float
    worst: float
    shown: float
    score: float
    standard_error: float
    share: float
    share_low: float | None
    share_high: float | None


@dataclass(frozen=True, slots=True)
class MaxDiff:
    """The items in the order of the columns."""

    items: tuple[MaxDiffItem, ...]
    respondents: int | None
    warnings: tuple[Caution, ...]

    @property
    def n(self) -> int:
        """Respondents; where only totals are known, how often the item that was shown most was shown."""
        return max(item.n for item in self.items) if self.respondents is None else self.respondents

    @property
    def method(self) -> str:
        """How every item was scored."""
        return self.items[0].method

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in ("items", "respondents", "warnings")}


@checked_options
def maxdiff_counts(
    best: npt.ArrayLike,
    worst: npt.ArrayLike,
    shown: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> MaxDiff:
    """Scores of items from how often each was chosen best, chosen worst and shown.

    Parameters
    ----------
    best, worst, shown
        Shape (items,) for totals, or (respondents, items): counts. Only the second gives intervals that know that
        the choices of one person hang together.
    names
        Of the items; default their numbers.

    Raises
    ------
    InvalidInputError
        When a count is negative, best and worst exceed shown, an item was never shown, or there is one item.

    Notes
    -----
    s = (best - worst) / shown, b = ln((1 + s) / (1 - s)), se = √(2 / (shown (1 - s²))), share = e^b / Σ e^b. An item
    that was always best or always worst is held half a choice from the end.

    References
    ----------
    Lipovetsky and Conklin (2014), Journal of Choice Modelling 10:60-68; Marley, Islam and Hawkins (2016), same
    journal 21:15-24.

    Examples
    --------
    >>> found = maxdiff_counts([8, 3, 1], [1, 3, 8], [12, 12, 12], names=["safe", "fast", "cheap"])
    >>> [(item.name, round(item.score, 2), round(item.share, 2)) for item in found.items]
    [('safe', 0.58, 0.75), ('fast', 0.0, 0.2), ('cheap', -0.58, 0.05)]
    """
    dims = 1 if dimensions("best", best) == 1 else 2
    tables = {
        name: as_array(name, values, dims=dims, low=0)
        for name, values in (("best", best), ("worst", worst), ("shown", shown))
    }
    shapes = {name: table.shape for name, table in tables.items()}
    if len(set(shapes.values())) > 1:
        raise InvalidInputError(f"best, worst and shown must have one shape, not {shapes}.")
    b, w, s = (table.reshape(-1, table.shape[-1]) for table in tables.values())
    if (b + w > s).any():
        raise InvalidInputError("best and worst together exceed shown for an item.")
    if (s.sum(axis=0) <= 0).any() or s.shape[1] < 2:
        raise InvalidInputError("shown must hold two items or more, each shown at least once.")
    check_level(confidence)
    labels = column_names(names, s.shape[1], of=best)
    totals = b.sum(axis=0), w.sum(axis=0), s.sum(axis=0)
    score, logit, share = _logits(*(total[None, :] for total in totals))
    error = np.sqrt(2 / (totals[2] * (1 - score[0] ** 2)))
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    low, high = logit[0] - z * error, logit[0] + z * error
    bounds: Floats | None = None
    if dims == 2:
        spread = bootstrap(lambda d: np.stack(_logits(d @ b, d @ w, d @ s)[1:], axis=1), len(s), draws=draws, seed=seed)
        ends = np.stack(percentiles(spread, confidence, cases=len(s)))
        low, high, bounds = ends[0, 0], ends[1, 0], ends[:, 1]
    items = tuple(
        MaxDiffItem(
            estimate=float(logit[0, j]),
            low=float(low[j]),
            high=float(high[j]),
            n=int(totals[2][j]) if dims == 1 else len(s),
            method="logit of counts, " + ("normal" if dims == 1 else "percentile bootstrap of respondents"),
            confidence=confidence,
            name=labels[j],
            best=float(totals[0][j]),
            worst=float(totals[1][j]),
            shown=float(totals[2][j]),
            score=float(score[0, j]),
            standard_error=float(error[j]),
            share=float(share[0, j]),
            share_low=None if bounds is None else float(bounds[0, j]),
            share_high=None if bounds is None else float(bounds[1, j]),
        )
        for j in range(len(labels))
    )
    return MaxDiff(items, len(s) if dims == 2 else None, _cautions(*totals, totals_only=dims == 1))


def _logits(best: Floats, worst: Floats, shown: Floats) -> tuple[Floats, Floats, Floats]:
    """Score, logit and share, per row of totals; an item that no draw holds stands at 0."""
    base = np.where(shown > 0, shown, 1)
    edge = 1 - 0.5 / np.maximum(base, 1)
    score = np.clip((best - worst) / base, -edge, edge)
    logit = np.log((1 + score) / (1 - score))
    power = np.exp(logit)
    return score, logit, power / power.sum(axis=1, keepdims=True)


def _cautions(best: Floats, worst: Floats, shown: Floats, *, totals_only: bool) -> tuple[Caution, ...]:
    found = []
    if shown.max() > 1.1 * shown.min():
        found.append(caution("voice.unbalanced", least=f"{shown.min():g}", most=f"{shown.max():g}"))
    if best.sum() != worst.sum():
        found.append(caution("voice.best_without_worst", best=f"{best.sum():g}", worst=f"{worst.sum():g}"))
    if (np.abs(best - worst) == shown).any():
        found.append(caution("voice.always_chosen"))
    if totals_only:
        found.append(caution("voice.totals_only"))
    return tuple(found)

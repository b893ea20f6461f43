"""Which items come first when sets were not shown equally often: a choice model of best and worst (MaxDiff logit).

Counts take it that every item met every other as often. This asks of each choice what else stood in its set.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from klantreis.analysis.bootstrap import percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Ints, as_codes, as_weights, caution, dimensions
from klantreis.analysis.voice.averages import Customers, effective_n
from klantreis.analysis.voice.maxdiff import MaxDiff, MaxDiffItem
from klantreis.errors import InvalidInputError

#: Spread of the normal around 0 that holds items in when some was always or never chosen.
HELD = 3.0


@checked_options
def maxdiff_logit(
    sets: Sequence[Sequence[object]] | npt.NDArray[Any],
    best: Sequence[object] | npt.NDArray[Any],
    worst: Sequence[object] | npt.NDArray[Any],
    *,
    respondent: Customers = None,
    weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> MaxDiff:
    """Utilities of items from single choices, whatever sets were shown.

    Parameters
    ----------
    sets
        One row per choice: the items shown, as names or numbers; rows may differ in length.
    best, worst
        Shape (choices,): the item of the row that was chosen best, and worst.
    respondent
        Shape (choices,): who chose; the intervals then know that choices of one person hang together.
    weights
        Shape (choices,): how much each counts. The sandwich then is that of a weighted sample; counts are weighted,
        and add up to the effective number of choices (Kish).
    draws, seed
        Of the normal approximation, for the intervals of the shares.

    Raises
    ------
    InvalidInputError
        When a choice was not in its set, best and worst are one item, a set holds an item twice, some items were
        never compared with the others, not even by way of a third, or the weights do not fit.

    Notes
    -----
    The best is chosen with chance e^b / Σ e^b over the set, then the worst with e^-b / Σ e^-b over the rest; the b add
    up to 0. Newton's method; sandwich variance over respondents (over choices when these are not given). When some item
    was always or never chosen, a normal around 0 with a spread of 3 holds the b in.

    References
    ----------
    Marley and Louviere (2005), Journal of Mathematical Psychology 49:464-480; Ford (1957), American Mathematical
    Monthly 64(8):28-33, on when utilities are finite.

    Examples
    --------
    >>> shown = [["safe", "fast", "cheap"]] * 5 + [["fast", "cheap", "green"]] * 4
    >>> liked = ["safe", "safe", "safe", "fast", "cheap", "fast", "fast", "green", "cheap"]
    >>> loathed = ["cheap", "cheap", "fast", "safe", "fast", "green", "cheap", "cheap", "green"]
    >>> [(item.name, round(item.estimate, 2)) for item in maxdiff_logit(shown, liked, loathed).items]
    [('cheap', -0.31), ('fast', 0.19), ('green', -0.64), ('safe', 0.76)]
    """
    inside, liked, loathed, names = _read(sets, best, worst)
    who = np.arange(len(liked)) if respondent is None else as_codes("respondent", respondent)[0]
    if len(who) != len(liked):
        raise InvalidInputError(f"Unequal lengths: sets has {len(liked)}, respondent has {len(who)}.")
    w = as_weights(weights, len(liked))
    if weights is not None:
        counts_for = w > 0
        inside, liked, loathed, w = inside[counts_for], liked[counts_for], loathed[counts_for], w[counts_for]
        who = np.unique(who[counts_for], return_inverse=True)[1]
        w = w * (effective_n(w) / w.sum())
    held = _connected(inside, liked, loathed, names)
    b, spread = _fit(inside, liked, loathed, who, w, 1 / HELD**2 if held else 0.0)
    error = np.sqrt(np.diagonal(spread))
    power = np.exp(b - b.max())
    drawn = np.random.default_rng(seed).multivariate_normal(b, spread, size=max(draws, 2), method="svd")
    drawn = np.exp(drawn - drawn.max(axis=1, keepdims=True))
    low, high = percentiles(drawn / drawn.sum(axis=1, keepdims=True), confidence)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    people = int(who.max()) + 1
    counts = [np.bincount(chosen, w, minlength=len(names)) for chosen in (liked, loathed)]
    shown = w @ inside
    items = tuple(
        MaxDiffItem(
            estimate=float(b[j]),
            low=float(b[j] - z * error[j]),
            high=float(b[j] + z * error[j]),
            n=people if respondent is not None else int(inside[:, j].sum()),
            method="logit of best, then worst; sandwich over " + ("choices" if respondent is None else "respondents"),
            confidence=confidence,
            name=str(name),
            best=float(counts[0][j]),
            worst=float(counts[1][j]),
            shown=float(shown[j]),
            score=float((counts[0][j] - counts[1][j]) / shown[j]),
            standard_error=float(error[j]),
            share=float(power[j] / power.sum()),
            share_low=float(low[j]),
            share_high=float(high[j]),
        )
        for j, name in enumerate(names)
    )
    return MaxDiff(items, None if respondent is None else people, _cautions(people, respondent, held=held))


def _read(sets: Any, best: Any, worst: Any) -> tuple[npt.NDArray[np.bool_], Ints, Ints, tuple[Any, ...]]:
    """Choices × items: what was shown; and the numbers of the items chosen."""
    rows = [list(row) if hasattr(row, "__len__") and not isinstance(row, str) else [row] for row in sets]
    if not rows:
        raise InvalidInputError("sets holds no choice.")
    _, names = as_codes("sets", [item for row in rows for item in row])
    place = {name: number for number, name in enumerate(names)}
    chosen = []
    for name, given in (("best", best), ("worst", worst)):
        if dimensions(name, given) != 1 or len(given) != len(rows):
            raise InvalidInputError(f"{name} must hold one item for each of the {len(rows)} sets.")
        items = given.tolist() if isinstance(given, np.ndarray) else list(given)
        for number, (item, row) in enumerate(zip(items, rows, strict=True)):
            if item not in row:
                raise InvalidInputError(f"{name} holds {item!r} at position {number}, which its set did not show.")
        chosen.append(np.array([place[item] for item in items], dtype=np.int64))
    inside = np.zeros((len(rows), len(names)), dtype=bool)
    for number, row in enumerate(rows):
        inside[number, [place[item] for item in row]] = True
        if len(set(row)) < len(row) or len(row) < 2:
            raise InvalidInputError(f"sets must show two different items or more at a time, not {row!r}.")
    same = np.flatnonzero(chosen[0] == chosen[1])
    if len(same):
        raise InvalidInputError(f"worst is the same item as best at position {same[0]}.")
    return inside, chosen[0], chosen[1], names


def _connected(inside: npt.NDArray[np.bool_], liked: Ints, loathed: Ints, names: tuple[Any, ...]) -> bool:
    """Whether some item must be held in; an error when items were never compared."""
    k = len(names)
    over = np.zeros((k, k), dtype=bool)  # over[i, j]: i was preferred to j
    for row, good, bad in zip(inside, liked, loathed, strict=True):
        over[good] |= row
        over[:, bad] |= row
    np.fill_diagonal(over, 0)
    parts, part = connected_components(csr_array(over), directed=False)
    if parts > 1:
        one, other = (names[int(np.argmax(part == number))] for number in (0, 1))
        raise InvalidInputError(f"sets never let {one!r} be compared with {other!r}, not even by way of other items.")
    return bool(connected_components(csr_array(over), directed=True, connection="strong")[0] > 1)


def _fit(
    inside: npt.NDArray[np.bool_], liked: Ints, loathed: Ints, who: Ints, weights: Floats, ridge: float
) -> tuple[Floats, Floats]:
    """Utilities that add up to 0, and their sandwich variance."""
    n, k = inside.shape
    rest = inside.copy()
    rest[np.arange(n), liked] = False
    chosen = np.eye(k)[liked] - np.eye(k)[loathed]
    centre = np.eye(k) - 1 / k
    b = np.zeros(k)
    for _ in range(100):
        top, bottom = _chances(b, inside), _chances(-b, rest)
        scores = weights[:, None] * (chosen - top + bottom)
        slope = scores.sum(axis=0) - ridge * b
        bend = sum(np.diag(weights @ p) - p.T @ (weights[:, None] * p) for p in (top, bottom)) + ridge * np.eye(k)
        step = centre @ np.linalg.pinv(centre @ bend @ centre, hermitian=True) @ slope
        b = b + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-10:
            break
    people = int(who.max()) + 1
    summed = np.zeros((people, k))
    np.add.at(summed, who, scores)
    back = np.linalg.pinv(centre @ bend @ centre, hermitian=True)
    spread = back @ (summed.T @ summed) @ back * (people / max(people - 1, 1))
    return b, np.asarray(centre @ spread @ centre)


def _chances(b: Floats, shown: npt.NDArray[np.bool_]) -> Floats:
    power = np.where(shown, np.exp(b - b.max()), 0.0)
    return np.asarray(power / power.sum(axis=1, keepdims=True))


def _cautions(people: int, respondent: Customers, *, held: bool) -> tuple[Caution, ...]:
    found = [caution("voice.always_chosen")] if held else []
    if respondent is None:
        found.append(caution("voice.choices_independent"))
    elif people < 30:
        found.append(caution("voice.few_answers", n=people))
    return tuple(found)

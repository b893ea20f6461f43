"""Into how few kinds do answers fall, so that within a kind they no longer go together? Latent class analysis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from klantreis.analysis.behaviour.segment_kernels import Bundles, bundled, climb_all
from klantreis.analysis.behaviour.segment_leftovers import leftover_caution
from klantreis.analysis.behaviour.segment_tables import Coded, indicators, read_categories
from klantreis.analysis.bootstrap import percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Ints, Result, as_weights, caution, check_level
from klantreis.errors import InvalidInputError

#: Below this share a class is too small to describe (our convention), and below this certainty classes blur.
SMALL = 0.05
BLURRED = 0.6
#: Steps (a pattern, a few items, a class) that all starts together may take before their rounds are rationed: a second.
#: Draws may take eight times as many. From this part of the draws that are then still under way it is said.
WORK, RESTLESS = 300_000_000, 0.05
#: Rounds for labels that are only compared with others.
SOON = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentClass(Result):
    """One class; ``estimate`` is its share.

    Parameters
    ----------
    items
        Per item: category to the chance that a member gives it.
    """

    items: tuple[dict[Any, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentClasses(Result):
    """Classes, the largest first; ``estimate`` is the certainty with which people are placed (relative entropy).

    Parameters
    ----------
    labels
        Per respondent the likeliest class; ``posterior`` the chance of each class.
    log_likelihood, parameters, aic, bic
        Of the model; the lower AIC or BIC, the better it pays for its parameters.
    g_squared, degrees_of_freedom
        Distance between counted and expected patterns; None when answers are missing.
    found
        How many of the starts ended at this likelihood: one alone may not be the best there is.
    """

    classes: tuple[LatentClass, ...]
    labels: tuple[int, ...] = field(repr=False)
    posterior: tuple[tuple[float, ...], ...] = field(repr=False)
    log_likelihood: float
    parameters: int
    aic: float
    bic: float
    g_squared: float | None
    degrees_of_freedom: int | None
    starts: int
    found: int

    @property
    def shares(self) -> tuple[float | None, ...]:
        """Share of each class."""
        return tuple(row.estimate for row in self.classes)


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    marks: Floats  # pattern × category
    owner: Ints  # category: its item
    weights: Floats  # pattern
    bundles: Bundles


@checked_options
def latent_classes(
    items: npt.ArrayLike | Sequence[Sequence[object]],
    k: int,
    *,
    weights: npt.ArrayLike | None = None,
    starts: int = 30,
    draws: int = 200,
    confidence: float = 0.95,
    seed: int = 0,
) -> LatentClasses:
    """Classes within which answers are unrelated, by maximum likelihood (EM from several starts).

    Parameters
    ----------
    items
        Shape (respondents, items): any labels; None, NaN or "" for no answer (taken as missing at random).
    k
        How many classes; 1 for none.
    weights
        How many respondents each row stands for.
    starts
        Random starts; thirty or more, as the likelihood has local tops.
    draws
        Bootstrap draws for the shares' intervals, each climbing from the estimate; 0 for none.

    Raises
    ------
    InvalidInputError
        When k is below 1, or there are fewer respondents than parameters.

    Notes
    -----
    p(x) = Σ_k π_k Π_j θ_kj(x_j). Relating classes to something else by ``labels`` understates the relation: carry the
    posterior along.

    References
    ----------
    Goodman (1974), Biometrika 61:215-231; Linzer and Lewis (2011), Journal of Statistical Software 42(10).

    Examples
    --------
    >>> answers = [["y", "y", "y"]] * 30 + [["n", "n", "n"]] * 50 + [["y", "n", "y"]] * 3 + [["n", "y", "n"]] * 4
    >>> fit = latent_classes(answers, 2, starts=5)
    >>> [round(share, 2) for share in fit.shares]
    [0.62, 0.38]
    """
    check_level(confidence)
    if k < 1 or starts < 1 or draws < 0:
        raise InvalidInputError(f"k and starts must be 1 or more, not {k} and {starts}; draws 0 or more.")
    coded = read_categories("items", items)
    if all(len(labels) < 2 for labels in coded.names):
        raise InvalidInputError("items holds one answer only in every column: there is nothing to tell classes by.")
    w = as_weights(weights, len(coded.codes))
    patterns, place = np.unique(coded.codes, axis=0, return_inverse=True)
    place = place.ravel()
    marks, owner = indicators(type(coded)(patterns, coded.names))
    data = _Data(
        marks,
        owner,
        np.bincount(place, w).astype(np.float64),
        bundled(np.where(patterns >= 0, patterns + np.searchsorted(owner, np.arange(len(coded.names))), -1), owner),
    )
    n = float(w.sum())
    parameters = k - 1 + k * sum(len(labels) - 1 for labels in coded.names)
    if n <= parameters:
        raise InvalidInputError(f"items holds {n:g} respondents for {parameters} parameters: ask for fewer classes.")
    share, chance, ends = _climb_all(data, k, starts if k > 1 else 1, seed)
    best = float(ends.max())
    found = int((ends > best - 1e-3).sum())
    order = np.argsort(-share, kind="stable")
    share, chance = share[order], chance[:, order]
    joint, total = _joint(data, share, chance)
    posterior = np.exp(joint - total[:, None])
    drawn, restless = _drawn(data, share, chance, round(n), draws, seed) if draws and k > 1 else (None, 0.0)
    lows, highs = percentiles(drawn, confidence) if drawn is not None else (None, None)
    certainty = _certainty(posterior, data.weights)
    expected = math.prod(len(labels) for labels in coded.names)
    complete = bool((coded.codes >= 0).all())
    classes = tuple(
        LatentClass(
            estimate=float(share[c]),
            low=None if lows is None else float(lows[c]),
            high=None if highs is None else float(highs[c]),
            n=round(n),
            method="latent class, percentile bootstrap" if drawn is not None else "latent class",
            confidence=confidence,
            warnings=(caution("behaviour.small_class", percent=round(100 * share[c])),) if share[c] < SMALL else (),
            items=tuple(
                dict(zip(labels, chance[owner == item, c].tolist(), strict=True))
                for item, labels in enumerate(coded.names)
            ),
        )
        for c in range(k)
    )
    return LatentClasses(
        estimate=certainty,
        low=None,
        high=None,
        n=round(n),
        method=f"latent class, em, {starts} starts",
        confidence=confidence,
        warnings=(
            *_cautions(k, starts, found, certainty, classes, n, parameters, expected, restless),
            *leftover_caution(marks, owner, data.weights, share, chance),
        ),
        classes=classes,
        labels=tuple(posterior.argmax(axis=1)[place].tolist()),
        posterior=tuple(map(tuple, posterior[place].tolist())),
        log_likelihood=best,
        parameters=parameters,
        aic=-2 * best + 2 * parameters,
        bic=-2 * best + math.log(n) * parameters,
        g_squared=_g_squared(data, total, n) if complete else None,
        degrees_of_freedom=int(min(expected - 1, n) - parameters) if complete else None,
        starts=starts,
        found=found,
    )


def _cautions(
    k: int,
    starts: int,
    found: int,
    certainty: float,
    classes: tuple[LatentClass, ...],
    n: float,
    parameters: int,
    expected: int,
    restless: float,
) -> list[Caution]:
    notes = []
    if k > 1 and found == 1 and starts > 1:
        notes.append(caution("behaviour.found_once", starts=starts))
    if k > 1 and certainty < BLURRED:
        notes.append(caution("behaviour.blurred_classes", certainty=round(certainty, 2)))
    if any(row.warnings for row in classes):
        notes.append(caution("behaviour.small_classes", percent=round(100 * SMALL)))
    if expected - 1 < parameters:
        notes.append(caution("behaviour.not_identified", parameters=parameters, patterns=expected - 1))
    if restless > RESTLESS:
        notes.append(caution("behaviour.draws_under_way", percent=round(100 * restless)))
    if n < 10 * parameters:
        notes.append(caution("behaviour.few_respondents", n=round(n), parameters=parameters))
    return notes


def _joint(data: _Data, share: Floats, chance: Floats) -> tuple[Floats, Floats]:
    """Logarithms per pattern: with each class, and in all."""
    joint = data.marks @ np.log(np.maximum(chance, 1e-300)) + np.log(np.maximum(share, 1e-300))
    return joint, np.asarray(logsumexp(joint, axis=1))


def _g_squared(data: _Data, total: Floats, n: float) -> float:
    seen = data.weights > 0
    counts = data.weights[seen]
    return float(2 * (counts * (np.log(counts / n) - total[seen])).sum())


def _certainty(posterior: Floats, weights: Floats) -> float:
    k = posterior.shape[1]
    if k == 1:
        return 1.0
    loose = -(posterior * np.log(np.maximum(posterior, 1e-300))).sum(axis=1)
    return float(1 - weights @ loose / (weights.sum() * math.log(k)))


def likeliest_class(codes: Ints, sizes: Sequence[int], k: int, *, starts: int, seed: int) -> Ints:
    """Labels good enough to compare, by the best of some starts; categories as numbers, -1 for no answer.

    Examples
    --------
    >>> codes = np.array([[0, 0, 0]] * 30 + [[1, 1, 1]] * 50)
    >>> labels = likeliest_class(codes, [2, 2, 2], 2, starts=3, seed=0)
    >>> len(set(labels[:30].tolist())), len(set(labels[30:].tolist())), bool(labels[0] != labels[30])
    (1, 1, True)
    """
    # As one number a row, which sorts faster, where it does not become too large.
    if math.prod(size + 1 for size in sizes) < 1 << 62:
        keys = np.zeros(len(codes), dtype=np.int64)
        for column, size in zip(codes.T, sizes, strict=True):
            keys = keys * (size + 1) + column + 1
        _, row, place = np.unique(keys, return_index=True, return_inverse=True)
        patterns = codes[row]
    else:
        patterns, place = np.unique(codes, axis=0, return_inverse=True)
        place = place.ravel()
    marks, owner = indicators(Coded(patterns, tuple(tuple(range(size)) for size in sizes)))
    first = np.searchsorted(owner, np.arange(len(sizes)))
    bundles = bundled(np.where(patterns >= 0, patterns + first, -1), owner)
    data = _Data(marks, owner, np.bincount(place).astype(np.float64), bundles)
    share, chance = _starts(data, k, starts, np.random.default_rng(seed))
    found = climb_all(bundles, owner, data.weights[None], share, chance, most=SOON, tolerance=1e-7)
    best = int(found.ends.argmax())
    return np.asarray(_joint(data, found.share[best], found.chance[best])[0].argmax(axis=1)[place], dtype=np.int64)


def _starts(data: _Data, k: int, starts: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Shares and chances to begin from."""
    chance = rng.gamma(1.0, 1.0, size=(starts, data.marks.shape[1], k)) + 0.05
    chance /= np.einsum("cd,fdk->fck", (data.owner[:, None] == data.owner).astype(np.float64), chance)
    return rng.dirichlet(np.full(k, 5.0), size=starts), chance


def _rounds(data: _Data, k: int, climbs: int, *, least: int, most: int, times: int = 1) -> int:
    """As many rounds a climb as the work allows: most when the data are small."""
    return max(least, min(most, times * WORK // (climbs * data.bundles.states.size * k)))


def _climb_all(data: _Data, k: int, starts: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """The best fit, and where every start ended."""
    share, chance = _starts(data, k, starts, np.random.default_rng(seed))
    row = data.weights[None, :]
    most, ends, climbing = _rounds(data, k, starts, least=100, most=2000), np.empty(starts), np.arange(starts)
    while True:
        found = climb_all(data.bundles, data.owner, row, share[climbing], chance[climbing], most=most, tolerance=1e-9)
        share[climbing], chance[climbing], ends[climbing] = found.share, found.chance, found.ends
        climbing = climbing[~found.rests]
        if not len(climbing) or most > 1000:
            break
        # Who is still under way is followed further when among the highest of them; the others are left where they are.
        climbing = climbing[np.argsort(-ends[climbing], kind="stable")[: -(-len(climbing) // 3)]]
        most *= 2
    best = [int(ends.argmax())]
    most = _rounds(data, k, 1, least=1000, most=20_000)
    top = climb_all(data.bundles, data.owner, row, share[best], chance[best], most=most, tolerance=1e-14)
    ends[best] = top.ends
    return top.share[0], top.chance[0], ends


def _drawn(data: _Data, share: Floats, chance: Floats, n: int, draws: int, seed: int) -> tuple[Floats, float]:
    """Shares in samples drawn again, and which part of the climbs did not come to rest.

    Each climb begins at the estimate, so classes keep their number.
    """
    rng = np.random.default_rng(seed + 1)
    chances = data.weights / data.weights.sum()
    at_once = max(1, 10_000_000 // len(chances))
    most = _rounds(data, len(share), draws, least=25, most=1000, times=8)
    parts, rested = [], 0
    for start in range(0, draws, at_once):
        size = min(at_once, draws - start)
        weights = rng.multinomial(n, chances, size=size).astype(np.float64)
        begin = np.broadcast_to(share, (size, *share.shape)), np.broadcast_to(chance, (size, *chance.shape))
        # Stopping sooner leaves the draws close to where they began, and the interval too narrow.
        found = climb_all(data.bundles, data.owner, weights, *begin, most=most, tolerance=1e-10, close=1e-3)
        parts.append(found.share)
        rested += int(found.rests.sum())
    return np.concatenate(parts), 1 - rested / draws

"""How many groups, and would other people give the same ones?"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.grouping import (
    WEAK,
    best_matches,
    mean_interval,
    medoids_of,
    silhouettes,
    straight_distances,
)
from klantreis.analysis.behaviour.segment_centres import as_cases, gather_soon
from klantreis.analysis.behaviour.segment_classes import latent_classes
from klantreis.analysis.behaviour.segment_prototypes import partition
from klantreis.analysis.behaviour.segment_tables import points
from klantreis.analysis.bootstrap import percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Ints, Result, as_codes, caution, check_level, same_length
from klantreis.errors import InvalidInputError

Method = Literal["means", "medoids", "classes"]
Cluster = Callable[[Floats], npt.ArrayLike]
Grade = Literal["dissolved", "do not trust", "pattern", "valid", "highly stable"]
#: Of more cases than this a silhouette is taken over a sample of so many.
SAMPLED = 2000
#: Samples of a stability that are held at once.
AT_ONCE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Result):
    """One number of groups; ``estimate`` is the mean silhouette, for latent classes the BIC (the lower the better).

    Parameters
    ----------
    k
        How many groups.
    smallest
        Share of the smallest group.
    """

    k: int
    smallest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenK(Result):
    """The number of groups that comes out best, and all that were tried; ``estimate`` is that number."""

    k: int
    choices: tuple[Choice, ...]


@checked_options
def choose_k(
    table: npt.ArrayLike | Sequence[Sequence[object]],
    ks: Sequence[int] = (2, 3, 4, 5, 6, 7, 8),
    *,
    method: Method = "means",
    weights: npt.ArrayLike | None = None,
    starts: int = 20,
    confidence: float = 0.95,
    seed: int = 0,
) -> ChosenK:
    """Try several numbers of groups: the widest mean silhouette, or for latent classes the lowest BIC.

    Parameters
    ----------
    table
        Shape (n, fields): numbers, scaled by the caller; for ``classes`` any labels.
    ks
        The numbers to try; latent classes may try 1.
    method
        ``means`` (k-means), ``medoids`` (partition around medoids) or ``classes`` (latent classes).
    weights
        Of respondents, for latent classes only.

    Notes
    -----
    Two groups or more always come out of a silhouette: it cannot say that there are none. A caution does when the best
    is below 0.25.

    References
    ----------
    Rousseeuw (1987), Journal of Computational and Applied Mathematics 20:53-65; Schwarz (1978), Annals of Statistics 6.

    Examples
    --------
    >>> line = [[0.0], [0.2], [0.1], [5.0], [5.2], [9.0], [9.1], [9.3]]
    >>> choose_k(line, [2, 3, 4]).k
    3
    """
    check_level(confidence)
    tried = sorted(set(ks))
    if not tried:
        raise InvalidInputError("ks holds no number to try.")
    if method == "classes":
        choices = [_classes(table, k, weights, starts, confidence, seed) for k in tried]
        best = min(choices, key=lambda choice: _number(choice.estimate))
    else:
        if weights is not None:
            raise InvalidInputError("weights are for latent classes only.")
        x = points("table", table)  # type: ignore[arg-type]
        if tried[0] < 2 or tried[-1] >= len(x):
            raise InvalidInputError(
                f"ks must lie between 2 and {len(x) - 1}, not from {tried[0]} to {tried[-1]}: table has {len(x)} rows."
            )
        if len(np.unique(x, axis=0)) <= tried[-1]:
            raise InvalidInputError(
                f"table has {len(np.unique(x, axis=0))} different rows; {tried[-1]} groups take more."
            )
        choices = _silhouettes(x, tried, method, starts, confidence, seed)
        best = max(choices, key=lambda choice: _number(choice.estimate))
    return ChosenK(
        estimate=best.k,
        low=None,
        high=None,
        n=best.n,
        method=best.method,
        confidence=confidence,
        warnings=tuple(_cautions(best, choices, method)),
        k=best.k,
        choices=tuple(choices),
    )


def _number(value: float | None) -> float:
    assert value is not None  # noqa: S101 - every choice has an estimate
    return value


def _cautions(best: Choice, choices: list[Choice], method: Method) -> list[Caution]:
    notes = []
    if len(choices) > 1 and best is choices[-1]:
        notes.append(caution("behaviour.best_at_end", k=best.k))
    if method != "classes" and _number(best.estimate) < WEAK:
        notes.append(caution("behaviour.weak_structure", silhouette=round(_number(best.estimate), 2)))
    if best.smallest < 0.05:
        notes.append(caution("behaviour.small_classes", percent=5))
    return notes


def _classes(table: Any, k: int, weights: Any, starts: int, confidence: float, seed: int) -> Choice:
    fit = latent_classes(table, k, weights=weights, starts=starts, draws=0, confidence=confidence, seed=seed)
    return Choice(
        estimate=fit.bic,
        low=None,
        high=None,
        n=fit.n,
        method="latent classes, bic",
        confidence=confidence,
        warnings=fit.warnings,
        k=k,
        smallest=min(_number(share) for share in fit.shares),
    )


def _silhouettes(
    x: Floats, tried: list[int], method: Method, starts: int, confidence: float, seed: int
) -> list[Choice]:
    n = len(x)
    place = np.arange(n)
    if n > SAMPLED:
        place = np.sort(np.random.default_rng(seed).choice(n, SAMPLED, replace=False))
    apart = straight_distances(x[place])
    choices = []
    for k in tried:
        if method == "medoids":
            labels = medoids_of(apart, k)[0]
        elif method == "means":
            labels = partition(x, None, k, gamma=0.0, starts=starts, seed=seed)[0][place]
        else:
            raise InvalidInputError(f"method must be means, medoids or classes, not {method!r}.")
        width = silhouettes(apart, labels)
        low, high = mean_interval(width, confidence)
        choices.append(
            Choice(
                estimate=float(width.mean()),
                low=low,
                high=high,
                n=n,
                method=f"{method}, mean silhouette",
                confidence=confidence,
                warnings=(caution("behaviour.silhouette_sampled", n=len(place)),) if len(place) < n else (),
                k=k,
                smallest=float(np.bincount(labels).min() / len(place)),
            )
        )
    return choices


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyGroup(Result):
    """One group; ``estimate`` is its mean overlap (Jaccard) with the nearest group in samples drawn again.

    ``low`` and ``high`` hold the overlaps of the middle draws, as many as the level says. ``grade`` puts the mean in
    words: up to .5 dissolved, below .6 do not trust, below .75 a pattern, below .85 valid, above highly stable.
    """

    group: Any
    size: int
    grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability(Result):
    """Groups in order of their label; ``estimate`` is the overlap of the least stable one."""

    groups: tuple[SteadyGroup, ...]


@checked_options
def stability(
    table: npt.ArrayLike,
    labels: Sequence[object] | npt.NDArray[Any],
    *,
    cluster: Cluster | None = None,
    draws: int = 100,
    starts: int = 5,
    confidence: float = 0.95,
    seed: int = 0,
) -> Stability:
    """Whether each group comes back when the sample is drawn again and grouped anew.

    Parameters
    ----------
    table
        Shape (n, fields): the numbers that were grouped.
    labels
        Shape (n,): the groups that were found; -1 for who belongs to none.
    cluster
        How they were found: takes some rows of the table, gives their labels. Default: k-means with as many groups.
    draws
        Samples of n with replacement; who is drawn more than once counts once.

    Notes
    -----
    Of more than 2,000 drawn, the starts of the k-means are tried on so many and the best is followed on all.
    A stable group need not be a true one: a flat cloud is cut in stable halves too.

    References
    ----------
    Hennig (2007), Computational Statistics & Data Analysis 52:258-271.

    Examples
    --------
    >>> line = [[0.0], [0.2], [0.1], [0.3], [5.0], [5.2], [5.1], [5.3]]
    >>> [group.grade for group in stability(line, [0, 0, 0, 0, 1, 1, 1, 1], draws=20).groups]
    ['highly stable', 'highly stable']
    """
    check_level(confidence)
    x = points("table", table)
    codes, names = as_codes("labels", labels)
    same_length(table=x, labels=codes)
    if draws < 2:
        raise InvalidInputError(f"draws must be 2 or more, not {draws}.")
    real = [code for code, name in enumerate(names) if name != -1]
    if len(real) < 2:
        raise InvalidInputError("labels hold one group only; two or more are needed.")
    rng = np.random.default_rng(seed)
    overlap = np.full((draws, len(names)), np.nan)
    cases = as_cases(x)

    def compare(draw: int, drawn: Ints) -> None:
        if cluster is None:
            again = gather_soon(cases.some(drawn), len(real), starts=starts, seed=draw)
        else:
            again = as_codes("cluster", np.asarray(cluster(x[drawn])))[0]
            if len(again) != len(drawn):
                raise InvalidInputError(f"cluster gave {len(again)} labels for {len(drawn)} rows.")
        overlap[draw, np.unique(codes[drawn])] = best_matches(codes[drawn], again)

    # What was given need not bear being called twice at once, or elsewhere; our own loops do.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        spread = map if cluster is not None else threads.map
        for start in range(0, draws, AT_ONCE):
            some = range(start, min(draws, start + AT_ONCE))
            for done in spread(compare, some, [who_was_drawn(rng, len(x)) for _ in some]):
                assert done is None  # noqa: S101 - an error in a draw is raised here
    groups = tuple(steady_group(code, names[code], codes, overlap[:, code], confidence) for code in real)
    least = min(groups, key=lambda group: _number(group.estimate))
    notes = [caution("behaviour.stable_not_true")]
    notes += [note for group in groups for note in group.warnings]
    return Stability(
        estimate=least.estimate,
        low=least.low,
        high=least.high,
        n=len(x),
        method="bootstrap jaccard",
        confidence=confidence,
        warnings=tuple(notes),
        groups=groups,
    )


def who_was_drawn(rng: np.random.Generator, n: int) -> Ints:
    """The places, in order, of who is drawn at least once when n are drawn with replacement.

    Examples
    --------
    >>> who_was_drawn(np.random.default_rng(0), 5).tolist()
    [1, 2, 3, 4]
    """
    return np.flatnonzero(np.bincount(rng.integers(0, n, n), minlength=n))


def steady_group(code: int, name: Any, codes: Ints, overlap: Floats, confidence: float) -> SteadyGroup:
    """A group and how steadily it came back, from its overlaps in the draws (NaN where it was not drawn)."""
    seen = overlap[~np.isnan(overlap)]
    mean = float(seen.mean()) if len(seen) else 0.0
    low, high = percentiles(seen, confidence) if len(seen) else (np.float64(0), np.float64(1))
    return SteadyGroup(
        estimate=mean,
        low=float(low),
        high=float(high),
        n=len(seen),
        method="bootstrap jaccard",
        confidence=confidence,
        warnings=(caution("behaviour.unstable_group", group=str(name), jaccard=round(mean, 2)),) if mean < 0.6 else (),
        group=name,
        size=int((codes == code).sum()),
        grade=_grade(mean),
    )


def _grade(mean: float) -> Grade:
    if mean <= 0.5:
        return "dissolved"
    if mean < 0.6:
        return "do not trust"
    if mean < 0.75:
        return "pattern"
    return "valid" if mean < 0.85 else "highly stable"

"""Groups by each method in one form: labels, the points that were grouped, and how to group other points alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from klantreis.analysis.behaviour.customer_fields import COUNTED, CustomerField
from klantreis.analysis.behaviour.grouping import WEAK, mean_interval, silhouettes, straight_distances
from klantreis.analysis.behaviour.segment_choice import SAMPLED, Choice, ChosenK
from klantreis.analysis.behaviour.segment_classes import latent_classes, likeliest_class
from klantreis.analysis.behaviour.segment_prototypes import mixed_prototypes, partition
from klantreis.analysis.behaviour.segment_tables import Coded, read_categories
from klantreis.analysis.result import Caution, Floats, Ints, caution
from klantreis.errors import InvalidInputError

Method = Literal["classes", "prototypes", "mixed", "rfm"]
#: What a category that is not known is called among categories of mixed fields.
NOT_KNOWN = ""
#: A group of a smaller share is too small to describe (our convention).
SMALLEST = 0.05
#: Of more customers than this, groups are made of so many, and the others put in the nearest.
MADE_OF = 20_000
#: Starts of a grouping that is made again for the stability.
AGAIN = 3


@dataclass(frozen=True, eq=False, slots=True)
class Made:
    """Groups that a method made.

    Parameters
    ----------
    points
        Shape (customers, fields): what was grouped, categories as numbers.
    again
        Groups other rows of ``points`` in the same way, from a seed.
    score, low, high
        Mean silhouette, or BIC for latent classes.
    """

    method: Method
    k: int
    labels: Ints
    points: Floats
    again: Callable[[Floats, int], Ints]
    score: float | None = None
    low: float | None = None
    high: float | None = None
    warnings: tuple[Caution, ...] = ()

    def choice(self, weights: Floats | None = None) -> Choice:
        """As one of the numbers that were tried, with the share of the smallest group by these weights."""
        sizes = np.bincount(self.labels, weights, minlength=self.k)
        return Choice(
            estimate=self.score,
            low=self.low,
            high=self.high,
            n=len(self.labels),
            method="latent classes, bic" if self.method == "classes" else "mean silhouette",
            warnings=self.warnings,
            k=self.k,
            smallest=float(sizes.min() / sizes.sum()),
        )


def chosen_number(choices: Sequence[Choice], *, lowest: bool) -> ChosenK:
    """The best of the numbers tried: the lowest score (BIC), or the highest (silhouette).

    A number that gives a group of fewer than one in twenty is passed over, unless all do.
    """
    scores = np.array([choice.estimate if choice.estimate is not None else np.nan for choice in choices])
    large = np.array([choice.smallest >= SMALLEST for choice in choices])
    judged = np.where(large, scores, np.nan) if large.any() else scores
    place = int(np.nanargmin(judged) if lowest else np.nanargmax(judged))
    best = choices[place]
    notes = []
    if len(choices) > 1 and place == len(choices) - 1:
        notes.append(caution("behaviour.best_at_end", k=best.k))
    if not lowest and scores[place] < WEAK:
        notes.append(caution("behaviour.weak_structure", silhouette=round(float(scores[place]), 2)))
    return ChosenK(
        estimate=best.k,
        low=None,
        high=None,
        n=best.n,
        method=best.method,
        warnings=tuple(notes),
        k=best.k,
        choices=tuple(choices),
    )


def scaled(field: CustomerField) -> Floats:
    """Numbers with a variance of one; those that are counted by their logarithm first, as few have very many.

    Examples
    --------
    >>> field = CustomerField("n", "count", "n", np.array([0.0, 0.0, 8.0, 8.0]))
    >>> scaled(field).tolist()
    [-1.0, -1.0, 1.0, 1.0]
    """
    lowest = float(field.values.min())
    numbers = np.log1p(field.values - min(lowest, 0.0)) if field.measure in COUNTED else field.values
    spread = float(numbers.std())
    return np.asarray((numbers - numbers.mean()) / (spread or 1.0))


#: Makes so many groups.
Maker = Callable[[int], Made]


def prototype_maker(makes: tuple[CustomerField, ...], *, starts: int, seed: int) -> Maker:
    """Makes groups around a typical customer; the distances between customers are worked out once for all numbers."""
    points = np.column_stack([scaled(field) for field in makes])
    base, place = drawn(len(points), MADE_OF, seed), drawn(len(points), SAMPLED, seed)
    apart = straight_distances(points[place])

    def make(k: int) -> Made:
        part = partition(points[base], None, k, gamma=0.0, starts=starts, seed=seed)[0]
        labels = part
        if len(base) < len(points):
            centres = np.array([points[base][part == group].mean(axis=0) for group in range(k)])
            labels = nearest(points, centres)
        width = silhouettes(apart, labels[place])
        low, high = mean_interval(width, 0.95)

        def again(rows: Floats, draw: int) -> Ints:
            return partition(rows, None, k, gamma=0.0, starts=AGAIN, seed=draw)[0]

        sampled = (caution("behaviour.silhouette_sampled", n=len(place)),) if len(place) < len(points) else ()
        notes = (*sampled, *_made_of(len(base), len(points)))
        return Made("prototypes", k, labels, points, again, float(width.mean()), low, high, notes)

    return make


def mixed_maker(makes: tuple[CustomerField, ...], *, starts: int, seed: int) -> Maker:
    """Makes groups around a typical customer of whom some fields are numbers and others categories."""
    numeric = np.column_stack([scaled(field) for field in makes if field.numeric])
    coded = _coded([[NOT_KNOWN if v is None else v for v in f.values.tolist()] for f in makes if not f.numeric])
    width, base = numeric.shape[1], drawn(len(numeric), MADE_OF, seed)

    def make(k: int) -> Made:
        found = mixed_prototypes(numeric[base], coded.codes[base], k, scale=False, starts=starts, seed=seed)

        def again(rows: Floats, draw: int) -> Ints:
            part = Coded(rows[:, width:].astype(np.int64), coded.names)
            return partition(rows[:, :width], part, k, gamma=found.gamma, starts=AGAIN, seed=draw)[0]

        labels = np.array(found.labels, dtype=np.int64)
        if len(base) < len(numeric):
            centres = np.array([one.centre for one in found.prototypes])
            modes = np.array([one.mode for one in found.prototypes], dtype=np.int64)
            labels = nearest(numeric, centres, coded.codes, modes, gamma=found.gamma)
        points = np.hstack([numeric, coded.codes.astype(np.float64)])
        notes = tuple(note for note in found.warnings if note.code != "behaviour.weak_structure")
        notes += _made_of(len(base), len(numeric))
        return Made("mixed", k, labels, points, again, found.estimate, found.low, found.high, notes)

    return make


def drawn(n: int, most: int, seed: int) -> Ints:
    """Places of all, or of ``most`` of them at random when there are more."""
    return np.arange(n) if n <= most else np.sort(np.random.default_rng(seed).choice(n, most, replace=False))


def nearest(
    points: Floats, centres: Floats, codes: Ints | None = None, modes: Ints | None = None, *, gamma: float = 0.0
) -> Ints:
    """For each case the centre that it costs least to belong to; a category that differs costs ``gamma``.

    Examples
    --------
    >>> nearest(np.array([[0.0], [4.0], [9.0]]), np.array([[1.0], [8.0]])).tolist()
    [0, 0, 1]
    """
    cost = np.empty((len(points), len(centres)))
    for group, centre in enumerate(centres):
        cost[:, group] = ((points - centre) ** 2).sum(axis=1)
        if codes is not None and modes is not None:
            cost[:, group] += gamma * (codes != modes[group]).sum(axis=1)
    return np.asarray(cost.argmin(axis=1), dtype=np.int64)


def _made_of(base: int, n: int) -> tuple[Caution, ...]:
    return (caution("segments.warning.made_of", base=base, n=n),) if base < n else ()


def _coded(texts: list[list[str]]) -> Coded:
    codes, names = [], []
    for column in texts:
        different = sorted(set(column))
        place = {text: code for code, text in enumerate(different)}
        codes.append([place[text] for text in column])
        names.append(tuple(different))
    return Coded(np.array(codes, dtype=np.int64).T, tuple(names))


def latent_maker(makes: tuple[CustomerField, ...], *, starts: int, seed: int) -> Maker:
    """Makes latent classes of categories; who did not answer one of them is still placed by the others."""
    answers = np.array([field.values for field in makes], dtype=object).T
    coded = read_categories("items", answers)
    sizes = [len(names) for names in coded.names]

    def make(k: int) -> Made:
        fit = latent_classes(answers, k, starts=max(starts, 30), draws=0, seed=seed)

        def again(rows: Floats, draw: int) -> Ints:
            return likeliest_class(rows.astype(np.int64), sizes, k, starts=AGAIN, seed=draw)

        # A class that is nobody's likeliest holds nobody: the groups are then fewer than the classes.
        labels = np.unique(np.array(fit.labels, dtype=np.int64), return_inverse=True)[1]
        return Made("classes", k, labels, coded.codes.astype(np.float64), again, score=fit.bic, warnings=fit.warnings)

    return make


def money_groups(makes: tuple[CustomerField, ...]) -> Made:
    """Four groups by recency, frequency and money: lately or long ago, and often and for much or not.

    Lately is a recency score of 4 or 5, much a frequency and money score of 8 or more together: customary cuts on
    fifths of these very customers, and no more than that.
    """
    if len(makes) != 3:
        raise InvalidInputError("Recency, frequency and money are three fields.")
    points = np.column_stack([field.values for field in makes]).astype(np.float64)
    labels = _by_money(points, 0)
    return Made(
        "rfm", int(labels.max()) + 1, labels, points, _by_money, warnings=(caution("behaviour.arbitrary_scores"),)
    )


def _by_money(points: Floats, draw: int) -> Ints:
    del draw  # nothing is drawn: the cuts follow from the customers
    shares = np.arange(1, 5) / 5
    scores = [1 + np.searchsorted(np.quantile(column, shares), column, side="left") for column in points.T]
    lately = 6 - scores[0] >= 4
    much = scores[1] + scores[2] >= 8
    labels = np.where(lately, 0, 2) + np.where(much, 0, 1)
    return np.asarray(np.unique(labels, return_inverse=True)[1], dtype=np.int64)

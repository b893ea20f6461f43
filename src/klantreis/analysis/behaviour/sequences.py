"""Whose journeys are alike, phase by phase: distances between sequences of states, groups, and how varied each is.

A sequence is one state per place (a phase per week). What an edit costs is a choice, and another choice gives other
groups: look at two before believing one. Nothing here says why journeys are alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.grouping import mean_interval
from klantreis.analysis.behaviour.sequence_groups import SequenceGroup, SequenceGroups, cluster
from klantreis.analysis.behaviour.sequence_kernels import common_length_table, edit_distances
from klantreis.analysis.behaviour.sequence_states import States, coded, read_states, transition_counts
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, as_array, as_weights, caution, check_level, plain
from klantreis.errors import InvalidInputError

__all__ = [
    "CommonSubsequence",
    "Distances",
    "SequenceGroup",
    "SequenceGroups",
    "SubstitutionCosts",
    "Variety",
    "cluster",
    "complexity",
    "entropy",
    "longest_common_subsequence",
    "optimal_matching",
    "substitution_costs",
]

Costs = Literal["transitions", "constant"]
Norm = Literal["none", "longest", "most"]


@dataclass(frozen=True, slots=True)
class SubstitutionCosts:
    """What it costs to replace a state by another: ``costs[i][j]`` for ``states[i]`` and ``states[j]``.

    Parameters
    ----------
    rates
        ``rates[i][j]``: the share that ``states[j]`` has in what followed ``states[i]``.
    n
        Number of places that were followed by another (weighted when weights were given).
    """

    states: tuple[Any, ...]
    costs: tuple[tuple[float, ...], ...]
    rates: tuple[tuple[float, ...], ...]
    n: float
    method: str
    warnings: tuple[Caution, ...] = ()

    def between(self, one: object, other: object) -> float:
        """The cost of replacing one state by another."""
        return self.costs[self._place(one)][self._place(other)]

    def rate(self, one: object, other: object) -> float:
        """How often one state was followed by another, as a share."""
        return self.rates[self._place(one)][self._place(other)]

    def _place(self, state: object) -> int:
        if state not in self.states:
            known = ", ".join(map(str, self.states))
            raise InvalidInputError(f"{state!r} is no state here.", hint=f"Known states: {known}.")
        return self.states.index(state)

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in ("states", "costs", "rates", "n", "method", "warnings")}


@checked_options
def substitution_costs(
    states: States, *, weights: npt.ArrayLike | None = None, highest: float = 2.0
) -> SubstitutionCosts:
    """Costs from how often one state follows another: ``highest - p(j|i) - p(i|j)``, and 0 for the same state.

    Parameters
    ----------
    states
        Shape (n, length), or n rows of their own lengths: any labels; None, NaN or "" after the end of a shorter row.
    weights
        Shape (n,): how much each sequence counts.

    References
    ----------
    Rohwer and Pötter (2005), TDA User's Manual; Gabadinho and others (2011), Journal of Statistical Software 40(4).

    Examples
    --------
    >>> found = substitution_costs(["aab", "abb"])
    >>> round(found.between("a", "b"), 3), round(found.rate("a", "b"), 3)
    (1.333, 0.667)
    """
    table = read_states("states", states)
    w = as_weights(weights, len(table.codes))
    counts = transition_counts(table.codes, w, len(table.names))
    leaving = counts.sum(axis=1, keepdims=True)
    rates = np.divide(counts, leaving, out=np.zeros_like(counts), where=leaving > 0)
    costs = highest - rates - rates.T
    np.fill_diagonal(costs, 0.0)
    notes = []
    rare = [str(name) for name, total in zip(table.names, leaving[:, 0], strict=True) if total == 0]
    if rare:
        notes.append(caution("behaviour.state_never_left", states=", ".join(rare)))
    return SubstitutionCosts(
        states=table.names,
        costs=tuple(map(tuple, costs.tolist())),
        rates=tuple(map(tuple, rates.tolist())),
        n=float(counts.sum()),
        method="transition rates",
        warnings=tuple(notes),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Distances:
    """Distances between all sequences, n × n, symmetric; the array cannot be written to."""

    matrix: Floats = field(repr=False)
    n: int
    method: str
    warnings: tuple[Caution, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in ("matrix", "n", "method", "warnings")}


@checked_options
def optimal_matching(
    states: States,
    *,
    costs: Costs | SubstitutionCosts | npt.ArrayLike = "transitions",
    indel: float = 1.0,
    weights: npt.ArrayLike | None = None,
    norm: Norm = "none",
) -> Distances:
    """Distance between sequences: the least it costs to turn one into the other by putting in, taking out, replacing.

    Parameters
    ----------
    states
        As for :func:`substitution_costs`.
    costs
        ``transitions`` (:func:`substitution_costs`), ``constant`` (2 for any two states: with indel 1 what is left
        outside the longest common subsequence), costs made before, or a matrix in sorted order of the states.
    indel
        What putting in or taking out one place costs.
    weights
        For the transition rates.
    norm
        Divide by the length of the ``longest`` of the two, or by the ``most`` the two could cost.

    References
    ----------
    Needleman and Wunsch (1970), Journal of Molecular Biology 48:443-453; Abbott and Tsay (2000), Sociological Methods &
    Research 29:3-33.

    Examples
    --------
    >>> optimal_matching(["aab", "abb", "aa"], costs="constant").matrix.tolist()
    [[0.0, 2.0, 1.0], [2.0, 0.0, 3.0], [1.0, 3.0, 0.0]]
    """
    table = read_states("states", states)
    if not indel > 0 or math.isinf(indel):
        raise InvalidInputError(f"indel must be above 0, not {indel}.")
    prices, method = _prices(costs, table.names, states, weights)
    # Equal sequences have equal distances: each different one is compared once.
    different, place = np.unique(table.codes, axis=0, return_inverse=True)
    lengths = (different >= 0).sum(axis=1)
    apart = edit_distances(different, lengths, prices, indel)
    if norm != "none":
        longest = np.maximum.outer(lengths, lengths).astype(float)
        most = indel * np.abs(np.subtract.outer(lengths, lengths)) + np.minimum.outer(lengths, lengths) * min(
            2 * indel, float(prices.max())
        )
        whole = longest if norm == "longest" else most
        apart = np.divide(apart, whole, out=np.zeros_like(apart), where=whole > 0)
    place = place.ravel()
    matrix = np.ascontiguousarray(apart[place][:, place])
    matrix.setflags(write=False)
    notes = [caution("behaviour.costs_chosen", method=method)]
    if _shortcut(prices):
        notes.append(caution("behaviour.costs_not_metric"))
    return Distances(matrix, len(matrix), f"optimal matching, {method}, indel {indel:g}, norm {norm}", tuple(notes))


def _shortcut(prices: Floats) -> bool:
    """Whether replacing a state by way of a third is cheaper than at once."""
    through = (prices[:, :, None] + prices[None, :, :]).min(axis=1)
    return bool((through < prices - 1e-9).any())


def _prices(
    costs: Costs | SubstitutionCosts | npt.ArrayLike, names: tuple[Any, ...], states: States, weights: Any
) -> tuple[Floats, str]:
    if isinstance(costs, str):
        if costs == "constant":
            return 2.0 * (1 - np.eye(len(names))), "constant costs"
        if costs != "transitions":
            raise InvalidInputError(f"costs must be 'transitions', 'constant' or a matrix, not {costs!r}.")
        costs = substitution_costs(states, weights=weights)
    if isinstance(costs, SubstitutionCosts):
        if unknown := [name for name in names if name not in costs.states]:
            raise InvalidInputError(f"costs know no state {unknown[0]!r}.")
        return np.array([[costs.between(a, b) for b in names] for a in names]), costs.method
    prices = as_array("costs", costs, dims=2, low=0)
    if prices.shape != (len(names), len(names)):
        raise InvalidInputError(f"costs has shape {prices.shape} for {len(names)} states.")
    if not np.allclose(prices, prices.T) or np.diagonal(prices).any():
        raise InvalidInputError("costs must be symmetric, with 0 for the same state.")
    return prices, "given costs"


@dataclass(frozen=True, slots=True)
class CommonSubsequence:
    """What two sequences have in common in the same order, gaps allowed.

    Parameters
    ----------
    states
        The common part; when several are as long, one of them.
    length, distance
        How long it is, and how many places of both stand outside it.
    similarity
        Its length over the geometric mean of the two lengths; 1 when they are equal.
    """

    states: tuple[Any, ...]
    length: int
    distance: int
    similarity: float

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in ("states", "length", "distance", "similarity")}


@checked_options
def longest_common_subsequence(a: Sequence[object], b: Sequence[object]) -> CommonSubsequence:
    """The longest sequence that both hold in this order.

    References
    ----------
    Elzinga (2007), Sequence analysis: metric representations of categorical time series.

    Examples
    --------
    >>> found = longest_common_subsequence("search visit call buy".split(), "search call return buy".split())
    >>> found.states, found.distance, found.similarity
    (('search', 'call', 'buy'), 2, 0.75)
    """
    left, right = coded("a", a), coded("b", b)
    numbers: dict[Any, int] = {}
    one, other = (np.array([numbers.setdefault(s, len(numbers)) for s in row], dtype=np.int64) for row in (left, right))
    table = common_length_table(one, other)
    i, j, common = len(one), len(other), []
    while i and j:
        if table[i, j] == table[i - 1, j]:
            i -= 1
        elif table[i, j] == table[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            common.append(left[i])
    length = len(common)
    return CommonSubsequence(
        states=tuple(reversed(common)),
        length=length,
        distance=len(left) + len(right) - 2 * length,
        similarity=length / math.sqrt(len(left) * len(right)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Variety(Result):
    """How varied sequences are, from 0 to 1; ``estimate`` is the mean and ``values`` holds one for each."""

    values: tuple[float, ...] = field(repr=False)


@checked_options
def entropy(states: States, *, alphabet: int | None = None, confidence: float = 0.95) -> Variety:
    """How evenly each sequence spends its time over the states: 0 when in one, 1 when in all alike.

    Parameters
    ----------
    states
        As for :func:`substitution_costs`.
    alphabet
        How many states there could be; default: how many there are.

    Examples
    --------
    >>> entropy(["aabb", "aaaa", "abab"]).values
    (1.0, 0.0, 1.0)
    """
    table = read_states("states", states)
    return _variety(_evenness(table.codes, _size(table.names, alphabet)), "entropy of states", confidence)


@checked_options
def complexity(states: States, *, alphabet: int | None = None, confidence: float = 0.95) -> Variety:
    """How much each sequence changes and how evenly it is spread: the geometric mean of the two.

    √(transitions / (length - 1) · entropy); a sequence of one place has 0. Arguments as for :func:`entropy`.

    References
    ----------
    Gabadinho and others (2010), Indice de complexité pour le tri et la comparaison de séquences catégorielles.

    Examples
    --------
    >>> [round(value, 3) for value in complexity(["aabb", "aaaa", "abab"]).values]
    [0.577, 0.0, 1.0]
    """
    table = read_states("states", states)
    codes = table.codes
    changes = ((codes[:, 1:] != codes[:, :-1]) & (codes[:, 1:] >= 0)).sum(axis=1)
    places = np.maximum((codes >= 0).sum(axis=1) - 1, 1)
    even = _evenness(codes, _size(table.names, alphabet))
    return _variety(np.sqrt(changes / places * even), "complexity index", confidence)


def _size(names: tuple[Any, ...], alphabet: int | None) -> int:
    if alphabet is not None and alphabet < len(names):
        raise InvalidInputError(f"alphabet is {alphabet}, but {len(names)} states occur.")
    return len(names) if alphabet is None else alphabet


def _evenness(codes: npt.NDArray[np.int64], size: int) -> Floats:
    counts = np.stack([(codes == code).sum(axis=1) for code in range(max(size, 1))], axis=1)
    share = counts / counts.sum(axis=1, keepdims=True)
    loose = (share * np.log(np.where(share > 0, share, 1.0))).sum(axis=1)
    return np.asarray(np.clip(-loose / math.log(size), 0.0, 1.0) + 0.0 if size > 1 else np.zeros(len(codes)))


def _variety(values: Floats, method: str, confidence: float) -> Variety:
    low, high = mean_interval(values, check_level(confidence))
    return Variety(
        estimate=float(values.mean()),
        low=None if low is None else max(0.0, low),
        high=None if high is None else min(1.0, high),
        n=len(values),
        method=f"{method}, student t",
        confidence=confidence,
        values=tuple(values.tolist()),
    )

"""Which touchpoint gets the credit for an outcome: by rule, by what is lost without it, by its part in a coalition.

All of these divide what happened. None says what would have happened without a touchpoint: who buys anyway meets
channels too. For that, see ``analysis.effect``.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from klantreis.analysis.behaviour.attribution_paths import Paths, PathTable, read_paths
from klantreis.analysis.behaviour.attribution_removal import ChannelRemoval, Removal, markov_removal
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, caution, check_level, is_number, plain
from klantreis.errors import InvalidInputError
from klantreis.events.share import wilson

__all__ = [
    "ChannelCredit",
    "ChannelRemoval",
    "Credit",
    "PlayerWorth",
    "Removal",
    "ShapleyWorth",
    "first_touch",
    "last_touch",
    "linear",
    "markov_removal",
    "shapley",
    "shapley_paths",
]

#: Most players of which all coalitions are looked at.
MOST_PLAYERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCredit(Result):
    """One channel; ``estimate`` is its share of all credit, ``credit`` the outcomes that come to it."""

    channel: Any
    credit: float


@dataclass(frozen=True, slots=True)
class Credit:
    """The outcomes divided over the channels, in sorted order of their names."""

    channels: tuple[ChannelCredit, ...]
    n: int | float
    method: str
    warnings: tuple[Caution, ...]

    @property
    def credits(self) -> dict[Any, float]:
        """Channel to credit."""
        return {row.channel: row.credit for row in self.channels}

    @property
    def shares(self) -> dict[Any, float | None]:
        """Channel to its share of the credit."""
        return {row.channel: row.estimate for row in self.channels}

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "channels": plain(self.channels),
            "n": self.n,
            "method": self.method,
            "warnings": plain(self.warnings),
        }


@checked_options
def first_touch(paths: Paths, conversions: npt.ArrayLike, *, confidence: float = 0.95) -> Credit:
    """All credit to the channel that a path began with. Arguments as for :func:`linear`.

    Examples
    --------
    >>> first_touch(["mail > shop", "shop"], [3, 1]).credits
    {'mail': 3.0, 'shop': 1.0}
    """
    table = read_paths(paths, conversions)
    weight = np.zeros(len(table.touches))
    weight[table.offsets[:-1]] = 1.0
    return _by_rule(table, weight, "first touch", confidence)


@checked_options
def last_touch(paths: Paths, conversions: npt.ArrayLike, *, confidence: float = 0.95) -> Credit:
    """All credit to the channel just before the outcome. Arguments as for :func:`linear`.

    Examples
    --------
    >>> last_touch(["mail > shop", "shop"], [3, 1]).credits
    {'mail': 0.0, 'shop': 4.0}
    """
    table = read_paths(paths, conversions)
    weight = np.zeros(len(table.touches))
    weight[table.offsets[1:] - 1] = 1.0
    return _by_rule(table, weight, "last touch", confidence)


@checked_options
def linear(paths: Paths, conversions: npt.ArrayLike, *, confidence: float = 0.95) -> Credit:
    """Equal credit to every touch on the path, so a channel met twice has it twice.

    Parameters
    ----------
    paths
        Each a text cut at ``>``, or a list of channels.
    conversions
        Shape (paths,): how often each path led to the outcome.

    Notes
    -----
    Shares of whole outcomes have Wilson's interval, shares of divided ones Student's, cut off at 0 and 1. Both take the
    outcomes as of different customers.

    Examples
    --------
    >>> linear(["mail > shop", "shop"], [3, 1]).credits
    {'mail': 1.5, 'shop': 2.5}
    """
    table = read_paths(paths, conversions)
    return _by_rule(table, np.repeat(1.0 / table.lengths, table.lengths), "linear", confidence)


@checked_options
def shapley_paths(paths: Paths, conversions: npt.ArrayLike, *, confidence: float = 0.95) -> Credit:
    """Shapley values when a coalition of channels is worth the outcomes of paths with no other channel on them.

    For this worth, and only for it, the value has a closed form: every outcome divided equally over the different
    channels on its path. So it is linear credit that counts a channel once; the name adds nothing more to it.
    For another worth see :func:`shapley`. Arguments as for :func:`linear`.

    References
    ----------
    Zhao, Mahboobi and Bagheri (2018), arXiv:1804.05327.

    Examples
    --------
    >>> shapley_paths(["mail > shop > mail", "shop"], [3, 1]).credits
    {'mail': 1.5, 'shop': 2.5}
    """
    table = read_paths(paths, conversions)
    lengths = table.lengths
    path = np.repeat(np.arange(len(lengths)), lengths)
    kinds = len(table.channels)
    _, first = np.unique(path * kinds + table.touches, return_index=True)
    weight = np.zeros(len(table.touches))
    weight[first] = 1.0
    distinct = np.bincount(path, weight)
    return _by_rule(
        table,
        weight / distinct[path],
        "shapley of subset worth",
        confidence,
        notes=(caution("behaviour.shapley_is_linear"),),
    )


def _by_rule(
    table: PathTable, weight: Floats, rule: str, confidence: float, *, notes: tuple[Caution, ...] = ()
) -> Credit:
    """Credit from the part of an outcome that each touch gets."""
    check_level(confidence)
    kinds, counts = len(table.channels), table.conversions
    path = np.repeat(np.arange(len(counts)), table.lengths)
    # One value per path and channel met on it: a channel's touches of a path belong together.
    cell, place = np.unique(path * kinds + table.touches, return_inverse=True)
    part = np.bincount(place.ravel(), weight)
    who, times = cell % kinds, counts[cell // kinds]
    credit = np.bincount(who, times * part, minlength=kinds)
    squares = np.bincount(who, times * part**2, minlength=kinds)
    n = float(counts.sum())
    whole = bool((counts == np.round(counts)).all())
    rows = []
    for code, channel in enumerate(table.channels):
        low, high, how = (
            _interval(credit[code], squares[code], n, confidence) if whole else (None, None, "no interval for amounts")
        )
        rows.append(
            ChannelCredit(
                estimate=float(credit[code] / n),
                low=low,
                high=high,
                n=round(n),
                method=f"{rule}, {how}",
                confidence=confidence,
                channel=channel,
                credit=float(credit[code]),
            )
        )
    cautions = [*notes, caution("behaviour.credit_not_cause")]
    if not whole:
        cautions.append(caution("behaviour.amounts_not_counts"))
    elif n < 30:
        cautions.append(caution("behaviour.few_outcomes", n=round(n)))
    return Credit(tuple(rows), round(n) if whole else n, rule, tuple(cautions))


def _interval(
    credit: float,
    squares: float,
    n: float,
    confidence: float,
) -> tuple[float | None, float | None, str]:
    if math.isclose(credit, squares, rel_tol=1e-9, abs_tol=1e-9):
        share = wilson(round(credit), round(n), confidence=confidence)
        return share.low, share.high, "wilson"
    if n < 2:
        return None, None, "no interval for one outcome"
    mean = credit / n
    half = float(stdtrit(n - 1, 0.5 + confidence / 2)) * math.sqrt(max(squares / n - mean**2, 0.0) / (n - 1))
    return max(0.0, float(mean - half)), min(1.0, float(mean + half)), "student t"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerWorth(Result):
    """One player; ``estimate`` is the Shapley value, ``share`` its part of what all make together."""

    player: Any
    share: float | None


@dataclass(frozen=True, slots=True)
class ShapleyWorth:
    """The worth of all together, divided over the players; the values add up to it."""

    players: tuple[PlayerWorth, ...]
    total: float
    n: int
    method: str
    warnings: tuple[Caution, ...]

    @property
    def values(self) -> dict[Any, float | None]:
        """Player to value."""
        return {row.player: row.estimate for row in self.players}

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in ("players", "total", "n", "method", "warnings")}


@checked_options
def shapley(worth: Mapping[frozenset[Hashable], float], *, missing: float | None = None) -> ShapleyWorth:
    """Divide what all players make together by what each adds, on average over the orders in which they can come.

    Parameters
    ----------
    worth
        What each coalition makes; the empty one is worth 0 unless it is given.
    missing
        The worth of coalitions that are not given; default: they must all be.

    Raises
    ------
    InvalidInputError
        When a coalition is missing, a worth is not a number, or there are more than 20 players.

    Notes
    -----
    The worths are taken as known, so there is no interval; what is uncertain is how they were found.

    References
    ----------
    Shapley (1953), Contributions to the Theory of Games II: 307-317.

    Examples
    --------
    >>> gloves = {frozenset(s): float(s in ("13", "23", "123")) for s in ("1", "2", "3", "12", "13", "23", "123")}
    >>> {player: round(value, 3) for player, value in shapley(gloves).values.items()}
    {'1': 0.167, '2': 0.167, '3': 0.667}
    """
    if not worth:
        raise InvalidInputError("worth holds no coalition.")
    for coalition in worth:
        if not isinstance(coalition, Iterable):
            raise InvalidInputError(f"worth holds {coalition!r}, which is no set of players.")
    coalitions: list[frozenset[Any]] = [frozenset(coalition) for coalition in worth]
    players = sorted(frozenset[Any]().union(*coalitions), key=lambda player: (type(player).__name__, player))
    n = len(players)
    if not 1 <= n <= MOST_PLAYERS:
        raise InvalidInputError(f"worth has {n} players; 1 to {MOST_PLAYERS} can be done exactly.")
    bit = {player: 1 << place for place, player in enumerate(players)}
    value = np.full(1 << n, np.nan if missing is None else float(missing))
    value[0] = 0.0
    for coalition, made in zip(coalitions, worth.values(), strict=True):
        if not is_number(made) or not math.isfinite(made):
            raise InvalidInputError(f"worth of {_named(coalition)} is {made!r}, not a number.")
        value[sum(bit[player] for player in coalition)] = made
    if np.isnan(value).any():
        mask = int(np.isnan(value).argmax())
        lacking = [player for player in players if mask & bit[player]]
        raise InvalidInputError(
            f"worth leaves out {int(np.isnan(value).sum())} coalitions, such as {_named(lacking)}.",
            hint="Give all of them, or say with missing= what the others are worth.",
        )
    masks = np.arange(1 << n)
    sizes = np.array([mask.bit_count() for mask in range(1 << n)])
    chance = np.array([1 / (n * math.comb(n - 1, size)) for size in range(n)])
    rows = []
    total = float(value[-1])
    for player in players:
        without = masks[(masks & bit[player]) == 0]
        gain = value[without | bit[player]] - value[without]
        fair = float(chance[sizes[without]] @ gain)
        rows.append(
            PlayerWorth(
                estimate=fair,
                low=None,
                high=None,
                n=n,
                method="shapley, all coalitions",
                player=player,
                share=fair / total if total else None,
            )
        )
    notes = (caution("behaviour.worth_taken_as_known"),)
    return ShapleyWorth(tuple(rows), total, n, "shapley, all coalitions", notes)


def _named(coalition: Any) -> str:
    return "{" + ", ".join(sorted(map(str, coalition))) + "}"

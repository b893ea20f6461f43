"""What share of outcomes is lost when a channel leads nowhere: the removal effect in a Markov chain, solved exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from klantreis.analysis.behaviour.attribution_chain import Chain, chain_of, counted_steps, lost_without
from klantreis.analysis.behaviour.attribution_paths import Paths, PathTable, read_paths
from klantreis.analysis.bootstrap import percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Ints, Result, as_array, as_codes, caution, check_level
from klantreis.errors import InvalidInputError
from klantreis.events.share import wilson

#: Up to so many cells (different path × ended how) × draws, whole paths are drawn again; above, groups of them.
CELLS = 10_000_000
GROUPS = 200
#: Up to so many customers each is drawn by itself; more are put in so many groups at random, which are drawn.
CUSTOMERS = 2000
#: Customers with whom their spread can be seen (our convention).
FEW_CUSTOMERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRemoval(Result):
    """One channel; ``estimate`` is its share of the credit.

    Parameters
    ----------
    credit
        The outcomes times that share.
    removal_effect
        Share of the outcomes lost when whoever comes to this channel goes no further; ``removal_low`` and
        ``removal_high`` are the ends of its interval.
    """

    channel: Any
    credit: float
    removal_effect: float
    removal_low: float | None
    removal_high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal(Result):
    """Channels in sorted order; ``estimate`` is the share of all paths that led to the outcome."""

    channels: tuple[ChannelRemoval, ...]
    order: int
    states: int

    @property
    def shares(self) -> dict[Any, float | None]:
        """Channel to its share of the credit."""
        return {row.channel: row.estimate for row in self.channels}

    @property
    def credits(self) -> dict[Any, float]:
        """Channel to the outcomes that come to it."""
        return {row.channel: row.credit for row in self.channels}

    @property
    def removal_effects(self) -> dict[Any, float]:
        """Channel to the share of outcomes lost without it."""
        return {row.channel: row.removal_effect for row in self.channels}


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What is drawn again as a whole: customers or groups of them, and their paths.

    Parameters
    ----------
    won, lost
        Unit × different path: how often it led to the outcome for this unit, and to nothing.
    customers
        How many there are.
    """

    won: sparse.csr_array
    lost: sparse.csr_array
    customers: int


@checked_options
def markov_removal(
    paths: Paths,
    conversions: npt.ArrayLike,
    nulls: npt.ArrayLike,
    *,
    customers: Sequence[object] | npt.NDArray[Any] | None = None,
    order: int = 1,
    draws: int = 200,
    confidence: float = 0.95,
    seed: int = 0,
) -> Removal:
    """How much is lost without each channel, when the next touch depends on the last ``order`` touches only.

    Parameters
    ----------
    paths
        Each a text cut at ``>``, or a list of channels.
    conversions, nulls
        Shape (paths,): how often each path led to the outcome, and to nothing.
    customers
        Shape (paths,): whose each path is. Customers are then drawn again with all their paths; without it each path is
        taken as another customer's, which makes intervals too narrow when paths of a customer resemble each other.
    order
        How many touches the next depends on.
    draws
        Draws of whole paths, or of customers, for the intervals; 0 for none.

    Raises
    ------
    InvalidInputError
        When counts are negative, or a path has no touch.

    Notes
    -----
    The chance to reach the outcome solves (I - Q)x = r; removing a channel sends who comes to it to nothing. Shares
    are the removal effects divided by their sum. Without paths to nothing the chance is 1 and a removal effect only
    says how many paths hold the channel.

    References
    ----------
    Anderl, Becker, von Wangenheim and Schumann (2016), International Journal of Research in Marketing 33:457-474.

    Examples
    --------
    >>> found = markov_removal(["c1>c2>c3", "c1", "c2>c3"], [1, 0, 0], [0, 1, 1])
    >>> {name: round(effect, 3) for name, effect in found.removal_effects.items()}
    {'c1': 0.5, 'c2': 1.0, 'c3': 1.0}
    """
    table = read_paths(paths, conversions, nulls)
    drawn = None
    if customers is not None:
        who, names = as_codes("customers", customers)
        if len(who) != len(table.again):
            raise InvalidInputError(f"customers has {len(who)} values for {len(table.again)} paths.")
        unit = drawn_units(who, seed)
        shape = (int(unit.max()) + 1, len(table.conversions))
        won, lost = (
            sparse.csr_array((as_array(name, counts), (unit, table.again)), shape=shape)
            for name, counts in (("conversions", conversions), ("nulls", nulls))
        )
        drawn = Drawn(won, lost, len(names))
    return removal_of(table, drawn, order=order, draws=draws, confidence=confidence, seed=seed)


def drawn_units(customer: Ints, seed: int) -> Ints:
    """For each case which unit is drawn with it: its customer, or a group of customers put together at random.

    Examples
    --------
    >>> drawn_units(np.array([4, 2, 4]), 0).tolist()
    [1, 0, 1]
    """
    there = np.flatnonzero(np.bincount(customer))
    number = np.zeros(int(customer.max()) + 1, dtype=np.int64)
    number[there] = np.arange(len(there))
    if len(there) <= CUSTOMERS:
        return number[customer]
    return np.random.default_rng(seed).integers(0, CUSTOMERS, len(there))[number[customer]]


def removal_of(
    table: PathTable, units: Drawn | None, *, order: int, draws: int, confidence: float, seed: int
) -> Removal:
    """Removal effects of counted paths; ``units`` are drawn again, or single paths when there are none."""
    check_level(confidence)
    if order < 1 or draws < 0:
        raise InvalidInputError(f"order must be 1 or more and draws 0 or more, not {order} and {draws}.")
    chain = chain_of(table, min(order, int(table.lengths.max())))
    won, lost = table.conversions, table.nulls
    whole = bool((won == np.round(won)).all() and (lost == np.round(lost)).all())
    effects = lost_without(chain, *counted_steps(chain, won[None, :], lost[None, :]))[0]
    shares = effects / effects.sum()
    total = float(won.sum())
    n = round(total + lost.sum())
    ends: list[Floats | None] = [None] * 4
    rate: tuple[float | None, float | None] = (None, None)
    how, drawn = f"markov order {order}, exact", ""
    if whole:
        share = wilson(round(total), n, confidence=confidence)
        rate = (share.low, share.high)
    if draws and (whole or units is not None) and (units is None or units.customers > 1):
        found, shares_won = _drawn(chain, won, lost, units, draws, seed)
        many = None if units is None else units.customers
        ends = _ends(found, confidence, many)
        drawn = ", percentile bootstrap of paths" if units is None else ", customers drawn again"
        if units is not None:
            low, high = percentiles(shares_won, confidence, cases=many)
            rate = (float(low), float(high))
    elif units is not None:
        rate = (None, None)
    rows = tuple(
        ChannelRemoval(
            estimate=float(shares[i]),
            low=_at(ends[0], i),
            high=_at(ends[1], i),
            n=n,
            method=how + drawn,
            confidence=confidence,
            channel=channel,
            credit=total * float(shares[i]),
            removal_effect=float(effects[i]),
            removal_low=_at(ends[2], i),
            removal_high=_at(ends[3], i),
        )
        for i, channel in enumerate(table.channels)
    )
    return Removal(
        estimate=float(total / (total + lost.sum())),
        low=rate[0],
        high=rate[1],
        n=n,
        method=how,
        confidence=confidence,
        warnings=_cautions(table, chain, units, whole=whole),
        channels=rows,
        order=order,
        states=chain.states,
    )


def _at(ends: Floats | None, place: int) -> float | None:
    return None if ends is None else float(ends[place])


def _ends(drawn: Floats, confidence: float, cases: int | None) -> list[Floats | None]:
    parts = drawn / drawn.sum(axis=1, keepdims=True)
    return [*percentiles(parts, confidence, cases=cases), *percentiles(drawn, confidence, cases=cases)]


def _cautions(table: PathTable, chain: Chain, units: Drawn | None, *, whole: bool) -> tuple[Caution, ...]:
    notes = [caution("behaviour.credit_not_cause")]
    if not table.nulls.any():
        notes.append(caution("behaviour.no_null_paths"))
    if not whole:
        notes.append(caution("behaviour.amounts_not_counts"))
    elif table.conversions.sum() < 30:
        notes.append(caution("behaviour.few_outcomes", n=round(table.conversions.sum())))
    if units is not None and units.customers < FEW_CUSTOMERS:
        notes.append(caution("voice.few_customers", customers=units.customers))
    if chain.states > (table.conversions.sum() + table.nulls.sum()) / 10:
        notes.append(caution("behaviour.many_states", states=chain.states))
    return tuple(notes)


def _drawn(
    chain: Chain, won: Floats, lost: Floats, units: Drawn | None, draws: int, seed: int
) -> tuple[Floats, Floats]:
    """Removal effects, and the share of paths that led to the outcome, on what is drawn again.

    Draws without an outcome are left out.
    """
    rng = np.random.default_rng(seed)
    counts = np.r_[won, lost]
    filled = np.flatnonzero(counts)
    n = round(counts.sum())
    if units is not None:
        parts = _times(chain, units.won, units.lost, rng, draws)
    elif len(filled) * draws <= CELLS:
        cells = np.zeros((draws, len(counts)))
        cells[:, filled] = rng.multinomial(n, counts[filled] / counts.sum(), size=draws)
        parts = counted_steps(chain, cells[:, : len(won)], cells[:, len(won) :])
    else:
        # Paths are put in groups at random and groups are drawn again: the same spread, with less to draw.
        group = rng.integers(0, GROUPS, n)
        which = np.repeat(np.arange(len(counts)), counts.astype(np.int64))
        cell = sparse.csr_array((np.ones(n), (group, which)), shape=(GROUPS, len(counts)))
        parts = _times(chain, cell[:, : len(won)], cell[:, len(won) :], rng, draws)
    led, ended = parts[1].sum(axis=1), parts[2].sum(axis=1)
    kept = led > 0
    return lost_without(chain, *(part[kept] for part in parts)), (led / np.maximum(led + ended, 1))[kept]


def _times(
    chain: Chain, won: sparse.csr_array, lost: sparse.csr_array, rng: np.random.Generator, draws: int
) -> tuple[Floats, Floats, Floats]:
    """What the chain counts when whole units are drawn again."""
    units = won.shape[0]
    times = rng.multinomial(units, np.full(units, 1 / units), size=draws).astype(float)
    counted = counted_steps(chain, won, lost)
    # Few steps are on many paths: full matrices are quicker than sparse ones, as long as they are not too large.
    steps, led, ended = (_dense(times @ (_dense(part) if units * part.shape[1] <= CELLS else part)) for part in counted)
    return steps, led, ended


def _dense(array: Any) -> Floats:
    return np.asarray(array.toarray() if sparse.issparse(array) else array)

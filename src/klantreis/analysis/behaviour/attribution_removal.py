"""What share of outcomes is lost when a channel leads nowhere: the removal effect in a Markov chain, solved exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import linalg

from klantreis.analysis.behaviour.attribution_paths import Paths, PathTable, read_paths
from klantreis.analysis.bootstrap import percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Ints, Result, caution, check_level
from klantreis.errors import InvalidInputError
from klantreis.events.share import wilson

#: Up to so many cells (different path × ended how) × draws, whole paths are drawn again; above, groups of them.
CELLS = 10_000_000
GROUPS = 200
#: Up to so many states the chains of several draws are solved at once as full matrices of so many numbers together.
FULL = 300
NUMBERS = 4_000_000


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
class _Chain:
    """Different steps from state to state (start: ``states``; outcome and nothing after it), and who takes them."""

    states: int
    members: npt.NDArray[np.bool_]  # channel × state: whether the state stands on the channel
    source: Ints
    target: Ints
    by_path: sparse.csr_array  # path × step: how often the path takes it
    last: Ints  # path: the state it ended in


@checked_options
def markov_removal(
    paths: Paths,
    conversions: npt.ArrayLike,
    nulls: npt.ArrayLike,
    *,
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
    order
        How many touches the next depends on.
    draws
        Draws of whole paths for the intervals; 0 for none.

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
    check_level(confidence)
    if order < 1 or draws < 0:
        raise InvalidInputError(f"order must be 1 or more and draws 0 or more, not {order} and {draws}.")
    table = read_paths(paths, conversions, nulls)
    chain = _chain(table, min(order, int(table.lengths.max())))
    won, lost = table.conversions, table.nulls
    whole = bool((won == np.round(won)).all() and (lost == np.round(lost)).all())
    effects = _effects(chain, *_counts(chain, won[None, :], lost[None, :]))[0]
    shares = effects / effects.sum()
    drawn = _drawn(chain, won, lost, draws, seed) if draws and whole else None
    ends = [None] * 4 if drawn is None else _ends(drawn, confidence)
    total = float(won.sum())
    n = round(total + lost.sum())
    rate = wilson(round(total), n, confidence=confidence) if whole else None
    how = f"markov order {order}, exact"
    rows = tuple(
        ChannelRemoval(
            estimate=float(shares[i]),
            low=_at(ends[0], i),
            high=_at(ends[1], i),
            n=n,
            method=f"{how}, percentile bootstrap of paths" if drawn is not None else how,
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
        low=rate.low if rate else None,
        high=rate.high if rate else None,
        n=n,
        method=how,
        confidence=confidence,
        warnings=_cautions(table, chain, whole=whole),
        channels=rows,
        order=order,
        states=chain.states,
    )


def _at(ends: Floats | None, place: int) -> float | None:
    return None if ends is None else float(ends[place])


def _ends(drawn: Floats, confidence: float) -> list[Floats | None]:
    parts = drawn / drawn.sum(axis=1, keepdims=True)
    return [*percentiles(parts, confidence), *percentiles(drawn, confidence)]


def _cautions(table: PathTable, chain: _Chain, *, whole: bool) -> tuple[Caution, ...]:
    notes = [caution("behaviour.credit_not_cause")]
    if not table.nulls.any():
        notes.append(caution("behaviour.no_null_paths"))
    if not whole:
        notes.append(caution("behaviour.amounts_not_counts"))
    elif table.conversions.sum() < 30:
        notes.append(caution("behaviour.few_outcomes", n=round(table.conversions.sum())))
    if chain.states > (table.conversions.sum() + table.nulls.sum()) / 10:
        notes.append(caution("behaviour.many_states", states=chain.states))
    return tuple(notes)


def _chain(table: PathTable, order: int) -> _Chain:
    """States are the last touches of a path, up to ``order`` of them."""
    kinds, touches = len(table.channels), table.touches
    lengths, firsts = table.lengths, table.offsets[:-1]
    path = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(touches)) - np.repeat(firsts, lengths)
    history = [touches]
    for back in range(1, order):
        shifted = np.full(len(touches), -1, dtype=np.int64)
        inside = place >= back
        shifted[inside] = touches[np.flatnonzero(inside) - back]
        history.append(shifted)
    if order == 1:
        states, code = np.arange(kinds)[:, None], touches
    else:
        states, code = _states(history, kinds)
    count = len(states)
    members = np.zeros((kinds, count), dtype=bool)
    for column in range(order):
        known = states[:, column] >= 0
        members[states[known, column], np.flatnonzero(known)] = True
    # A touch is a step from the one before it, or from the start.
    before = np.full(len(touches), count, dtype=np.int64)
    before[place > 0] = code[np.flatnonzero(place > 0) - 1]
    keys, step = np.unique(before * count + code, return_inverse=True)
    by_path = sparse.csr_array((np.ones(len(touches)), (path, step.ravel())), shape=(len(lengths), len(keys)))
    return _Chain(count, members, keys // count, keys % count, by_path, code[table.offsets[1:] - 1])


def _states(history: list[Ints], kinds: int) -> tuple[Ints, Ints]:
    """The different rows of touches, the latest first, -1 for none before; and the number of each touch's row."""
    if (kinds + 1) ** len(history) >= 2**62:
        states, code = np.unique(np.stack(history, axis=1), axis=0, return_inverse=True)
        return states, code.ravel()
    # A row is one number to the base of the channels and none: much quicker to sort.
    number = np.zeros(len(history[0]), dtype=np.int64)
    for column in history:
        number = number * (kinds + 1) + column + 1
    different, code = np.unique(number, return_inverse=True)
    states = np.empty((len(different), len(history)), dtype=np.int64)
    for place in reversed(range(len(history))):
        states[:, place] = different % (kinds + 1) - 1
        different = different // (kinds + 1)
    return states, code.ravel()


def _counts(chain: _Chain, won: Floats, lost: Floats) -> tuple[Floats, Floats, Floats]:
    """For each draw: how often every step was taken, and every state was followed by the outcome, and by nothing."""
    ending = sparse.csr_array(
        (np.ones(len(chain.last)), (np.arange(len(chain.last)), chain.last)), shape=(len(chain.last), chain.states)
    )
    return (won + lost) @ chain.by_path, won @ ending, lost @ ending


def _effects(chain: _Chain, steps: Floats, won: Floats, lost: Floats) -> Floats:
    """Removal effects, draws × channels."""
    s = chain.states
    leaving = won + lost
    inner = chain.source < s
    for draw in range(len(steps)):
        leaving[draw] += np.bincount(chain.source[inner], steps[draw][inner], minlength=s)
    scale = np.divide(1.0, leaving, out=np.zeros_like(leaving), where=leaving > 0)
    ending = won * scale
    if s > FULL:
        return np.array([_sparse(chain, steps[d], ending[d], scale[d]) for d in range(len(steps))])
    at_once = max(1, NUMBERS // (s * s))
    blocks = [slice(start, start + at_once) for start in range(0, len(steps), at_once)]
    return np.concatenate([_full(chain, steps[block], ending[block], scale[block]) for block in blocks])


def _full(chain: _Chain, steps: Floats, ending: Floats, scale: Floats) -> Floats:
    """Of several draws at once. Who is lost came to the channel for the first time, and would have got there.

    With N = (I - Q)^-1 the visits to its states are f = (first arrivals) N, so the arrivals follow from the visits.
    """
    s, draws = chain.states, len(steps)
    inner = chain.source < s
    system = np.zeros((draws, s, s))
    system[:, chain.source[inner], chain.target[inner]] = -steps[:, inner] * scale[:, chain.source[inner]]
    system[:, np.arange(s), np.arange(s)] += 1
    begin = np.zeros((draws, s))
    begin[:, chain.target[~inner]] = steps[:, ~inner]
    begin /= begin.sum(axis=1, keepdims=True)
    visits = np.linalg.inv(system)
    seen = (begin[:, None, :] @ visits)[:, 0, :]
    reach = (visits @ ending[:, :, None])[:, :, 0]
    whole = (begin * reach).sum(axis=1)
    effects = np.empty((draws, len(chain.members)))
    for channel, row in enumerate(chain.members):
        on = np.flatnonzero(row)
        among = visits[:, on[:, None], on[None, :]].transpose(0, 2, 1)
        arrivals = np.linalg.solve(among, seen[:, on, None])[:, :, 0]
        effects[:, channel] = (arrivals * reach[:, on]).sum(axis=1) / whole
    return np.clip(effects, 0.0, 1.0)


def _sparse(chain: _Chain, steps: Floats, ending: Floats, scale: Floats) -> Floats:
    s = chain.states
    inner = chain.source < s
    onward = sparse.csr_array(
        (steps[inner] * scale[chain.source[inner]], (chain.source[inner], chain.target[inner])), shape=(s, s)
    )
    begin = np.zeros(s)
    begin[chain.target[~inner]] = steps[~inner]
    begin /= begin.sum()

    def chance(kept: npt.NDArray[np.bool_]) -> float:
        system = sparse.eye_array(int(kept.sum()), format="csc") - onward[kept][:, kept].tocsc()
        return float(begin[kept] @ np.atleast_1d(linalg.spsolve(system, ending[kept])))

    whole = chance(np.ones(s, dtype=bool))
    return np.array([1 - chance(~row) / whole if not row.all() else 1.0 for row in chain.members])


def _drawn(chain: _Chain, won: Floats, lost: Floats, draws: int, seed: int) -> Floats:
    """Removal effects on paths drawn again, leaving out draws without an outcome."""
    rng = np.random.default_rng(seed)
    counts = np.r_[won, lost]
    filled = np.flatnonzero(counts)
    n = round(counts.sum())
    if len(filled) * draws <= CELLS:
        cells = np.zeros((draws, len(counts)))
        cells[:, filled] = rng.multinomial(n, counts[filled] / counts.sum(), size=draws)
        parts = _counts(chain, cells[:, : len(won)], cells[:, len(won) :])
    else:
        # Paths are put in groups at random and groups are drawn again: the same spread, with less to draw.
        group = rng.integers(0, GROUPS, n)
        which = np.repeat(np.arange(len(counts)), counts.astype(np.int64))
        cell = sparse.csr_array((np.ones(n), (group, which)), shape=(GROUPS, len(counts)))
        grouped = _counts(chain, cell[:, : len(won)], cell[:, len(won) :])
        times = rng.multinomial(GROUPS, np.full(GROUPS, 1 / GROUPS), size=draws).astype(float)
        parts = tuple(times @ _dense(part) for part in grouped)  # type: ignore[assignment]
    kept = parts[1].sum(axis=1) > 0
    return _effects(chain, *(part[kept] for part in parts))


def _dense(array: Any) -> Floats:
    return np.asarray(array.toarray() if sparse.issparse(array) else array)

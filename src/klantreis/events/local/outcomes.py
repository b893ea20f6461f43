"""The paths that led to an outcome or to nothing, and credit along them; see ``EventLog.paths_to``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import InvalidInputError
from klantreis.events.answers.credit_rules import OnPaths, credit_of
from klantreis.events.answers.outcomes import Credit, OutcomePath, OutcomePaths, Outcomes, PathQuestion
from klantreis.events.durations import SECOND, Duration, microseconds
from klantreis.events.filter import Filter
from klantreis.events.kernels import counting as kernels
from klantreis.events.kernels import outcomes as inner
from klantreis.events.kernels.threads import in_threads, stretches
from klantreis.events.local.columns import Codes, sealed
from klantreis.events.local.counting import power_of_two, quartiles_of, scope_of
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.local.views import View

#: Cells of the table of codes by length of path; what is longer is listed.
LARGEST_TABLE = 1 << 20
_NO_LIMIT = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, eq=False, slots=True)
class Paths:
    """Every path, by customer and time: what attribution is worked out from.

    Parameters
    ----------
    names
        What each code stands for.
    codes
        The touches of all paths, one path behind the other.
    offsets
        Path p has the codes from ``offsets[p]`` up to ``offsets[p + 1]``: none, for an outcome without a touch.
    kinds
        What each path led to: 0 nothing, 1 the outcome, 2 nothing yet: its last touch is less than the lookback before
        the data end.
    customers
        Whose it is: the place of the customer in the view.
    spans
        µs from the first touch to the outcome, or to the last touch of a path to nothing.
    """

    names: tuple[str, ...]
    codes: Codes
    offsets: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    customers: NDArray[np.int64]
    spans: NDArray[np.int64]


def question(
    outcome: EventPattern | str,
    by: str,
    lookback: Duration | None,
    outcomes: Outcomes,
    touches: EventPattern | str | None,
    *,
    fold_repeats: bool,
) -> PathQuestion:
    """What is asked, checked."""
    if outcomes not in get_args(Outcomes):
        raise InvalidInputError(f"{outcomes!r} is no way to choose outcomes; use {', '.join(get_args(Outcomes))}.")
    seconds = None if lookback is None else microseconds(lookback, what="lookback") / SECOND
    only = None if touches is None else str(as_pattern(touches))
    return PathQuestion(str(as_pattern(outcome)), by, seconds, outcomes, only, fold_repeats)


def paths(log: LocalLog, view: View, asked: PathQuestion) -> Paths:
    """Cut every trace into paths: each to an outcome, and what is left over to nothing.

    Touches older than the lookback at an outcome are a path to nothing of their own, so that every touch is on one.
    """
    codes = view.codes if asked.by == "touchpoint" else sealed(view.of(log.attribute_codes(asked.by)))
    outcome = sealed(view.of(log.mask(asked.outcome)))
    touches = sealed(np.zeros(0, dtype=np.bool_) if asked.touches is None else view.of(log.mask(asked.touches)))
    lookback = _NO_LIMIT if asked.lookback_seconds is None else round(asked.lookback_seconds * SECOND)
    choices = sealed(np.array([asked.outcomes == "first"])), sealed(np.array([asked.fold_repeats]))
    until = 0 if view.last_time is None else view.last_time
    parts = stretches(view.offsets)

    def cut(a: int, b: int, at: NDArray[np.int64], *into: NDArray[Any]) -> None:
        inner.cut_paths(codes, outcome, touches, view.times, view.offsets, a, b, lookback, until, *choices, at, *into)

    def room(n_touches: int, n_paths: int) -> tuple[NDArray[Any], ...]:
        paths_long = [np.empty(n_paths, dtype=kind) for kind in (np.int64, np.uint8, np.int64, np.int64)]
        return (np.empty(n_touches, dtype=codes.dtype), *paths_long)

    sizes = np.zeros((len(parts), 2), dtype=np.int64)
    in_threads(lambda a, b, at: cut(a, b, at, *room(0, 0)), [(*p, at) for p, at in zip(parts, sizes, strict=True)])
    places = np.cumsum(sizes, axis=0) - sizes
    found = room(*sizes.sum(axis=0).tolist())
    in_threads(lambda a, b, at: cut(a, b, at, *found), [(*p, at) for p, at in zip(parts, places, strict=True)])
    kept, ends, kinds, customers, spans = found
    if asked.lookback_seconds is None:
        kinds[kinds == inner.OPEN] = inner.NOTHING
    names = log.touchpoints if asked.by == "touchpoint" else log.attribute_values(asked.by)
    return Paths(names, kept, np.concatenate(([0], ends)).astype(np.int64), kinds, customers, spans)


def paths_to(
    log: LocalLog, view: View, filtered: Filter | None, *, asked: PathQuestion, top: int | None
) -> OutcomePaths:
    """See ``EventLog.paths_to``."""
    if top is not None and top < 1:
        raise InvalidInputError(f"The number of paths to name must be 1 or more, not {top}.")
    found = paths(log, view, asked)
    n = len(found.kinds)
    slots = np.full(power_of_two(2 * n), -1, dtype=np.int64)
    example, counts = np.empty(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    groups = np.empty(n, dtype=np.int32)
    distinct = kernels.group_sequences(sealed(found.codes), sealed(found.offsets), slots, example, counts, groups)
    led = found.kinds == inner.LED
    outcomes = np.bincount(groups[led], minlength=distinct)
    converted, lengths = int(np.count_nonzero(led)), np.diff(found.offsets)
    order = np.lexsort((-counts[:distinct], -outcomes))[:top]
    named = []
    for group in order.tolist():
        begin, end = found.offsets[example[group]], found.offsets[example[group] + 1]
        path = tuple(found.names[code] for code in found.codes[begin:end].tolist())
        all_times, to_outcome = int(counts[group]), int(outcomes[group])
        named.append(
            OutcomePath(
                path=path,
                outcomes=to_outcome,
                nothing=all_times - to_outcome,
                share_of_outcomes=to_outcome / converted if converted else 0.0,
                share_of_paths=all_times / n,
                converted=wilson(to_outcome, all_times),
            )
        )
    touched = led & (lengths > 0)
    rest_outcomes = converted - sum(path.outcomes for path in named)
    return OutcomePaths(
        scope=scope_of(view, filtered),
        question=asked,
        n=n,
        distinct=distinct,
        converted=wilson(converted, n),
        direct=int(np.count_nonzero(led & (lengths == 0))),
        open=None if asked.lookback_seconds is None else int(np.count_nonzero(found.kinds == inner.OPEN)),
        customers=wilson(len(np.unique(found.customers[led])), view.n_customers),
        touches=quartiles_of(lengths[touched], 1),
        seconds=quartiles_of(found.spans[touched], SECOND),
        paths=tuple(named),
        rest_paths=distinct - len(named),
        rest_outcomes=rest_outcomes,
        rest_nothing=n - converted - sum(path.nothing for path in named),
    )


def credit(log: LocalLog, view: View, filtered: Filter | None, *, asked: PathQuestion) -> Credit:
    """See ``EventLog.credit``."""
    found = paths(log, view, asked)
    n_codes, lengths, led = len(found.names), np.diff(found.offsets), found.kinds == inner.LED
    counts = np.zeros((n_codes, 4), dtype=np.int64)
    # Lengths beyond the table are rare, and listed one by one.
    width = min(int(lengths.max(initial=0)) + 1, max(3, LARGEST_TABLE // n_codes))
    standing = np.zeros((n_codes, width, 2), dtype=np.int64)
    long = np.empty(int(lengths[led & (lengths >= width)].sum()), dtype=np.int64)
    inner.credit_paths(
        *(sealed(found.codes), sealed(found.offsets[1:]), found.kinds),
        *(counts, standing, long, np.full(n_codes, -1, np.int64)),
    )
    by_length = _by_length(standing, long)
    return credit_of(
        scope_of(view, filtered),
        asked,
        n=len(found.kinds),
        outcomes=int(np.count_nonzero(led)),
        found=[
            OnPaths(code, found.names[code], (paths, to_outcome, begins, ends), by_length.get(code, ()))
            for code in np.flatnonzero(counts[:, 0]).tolist()
            for paths, to_outcome, begins, ends in [counts[code].tolist()]
        ],
    )


def _by_length(standing: NDArray[np.int64], long: NDArray[np.int64]) -> dict[int, list[tuple[int, int, int]]]:
    """Per code: the length of a path, how often the code is at either end of one, and how often between."""
    n_codes = len(standing)
    table = {
        (code, length): standing[code, length].tolist() for code, length in np.argwhere(standing.any(axis=2)).tolist()
    }
    keys, times = np.unique(long, return_counts=True)
    for key, count in zip(keys.tolist(), times.tolist(), strict=True):
        (length, code), where = divmod(key // 2, n_codes), key % 2
        table.setdefault((code, length), [0, 0])[where] = count
    found: dict[int, list[tuple[int, int, int]]] = {}
    for (code, length), (edges, between) in table.items():
        found.setdefault(code, []).append((length, edges, between))
    return found

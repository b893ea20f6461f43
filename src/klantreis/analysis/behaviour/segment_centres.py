"""The inner loops of groups around a typical member: who lies nearest which centre, and where the centres then lie.

Fields stand one after the other with the cases side by side, so that a block of cases is measured to a centre in a few
instructions; sums follow only those who moved to another group.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from klantreis.analysis.behaviour.segment_tables import Coded
from klantreis.analysis.result import Floats, Ints
from klantreis.events.kernels.compiling import kernel

#: Cases that are measured to all centres before the next; what is held of them stays near the processor.
BLOCK = 256
#: Rounds after which a start is taken as it is, and the part of the cost below which a round gains nothing.
ROUNDS, GAIN = 300, 1e-12
#: For labels that are only compared with others: the cases that starts are tried on, and the gain that is enough.
PART, SOON = 2000, 1e-4


@kernel
def spread_out(columns: Floats, codes: Ints, gamma: float, chances: Floats, first: Ints) -> None:
    """Choose first members, each the readier the further it lies from those before (k-means++).

    ``columns`` is fields × cases, ``codes`` categories × cases, ``chances`` an even draw from 0 to 1 for each member;
    the members are written to ``first``.
    """
    width, n = columns.shape
    nearest = np.full(n, np.inf)
    cost = np.empty(n)
    for place in range(len(first)):
        total = 0.0
        if place:
            for case in range(n):
                total += nearest[case]
        if total > 0.0:
            wanted, chosen = chances[place] * total, n - 1
            for case in range(n):
                wanted -= nearest[case]
                if wanted < 0.0:
                    chosen = case
                    break
            while nearest[chosen] == 0.0 and chosen > 0:
                chosen -= 1
        else:
            chosen = min(n - 1, int(chances[place] * n))
        first[place] = chosen
        cost[:] = 0.0
        for field in range(width):
            at = columns[field, chosen]
            for case in range(n):
                cost[case] += (columns[field, case] - at) ** 2
        for field in range(len(codes)):
            code = codes[field, chosen]
            for case in range(n):
                cost[case] += gamma if codes[field, case] != code else 0.0
        for case in range(n):
            nearest[case] = min(nearest[case], cost[case])


@kernel
def gather(
    columns: Floats,
    codes: Ints,
    sizes: Ints,
    gamma: float,
    centres: Floats,
    modes: Ints,
    rounds: int,
    gain: float,
    labels: Ints,
) -> float:
    """Gather all cases around ``centres`` and ``modes``, which follow, and give what it costs in the end.

    These are groups × fields and groups × categories; ``sizes`` is how many categories each row of ``codes`` has. Who
    belongs to which is written to ``labels``. A group that lost everyone begins again at the case that fits worst. It
    stops when nobody moves, or when a round gains less than ``gain`` of the cost.
    """
    width, n = columns.shape
    fields, k = len(codes), len(centres)
    most = 1
    for field in range(fields):
        most = max(most, sizes[field])
    sums, counts = np.zeros((k, width)), np.zeros((k, max(fields, 1), most), np.int64)
    members = np.zeros(k, np.int64)
    labels[:] = -1
    nearest, new = np.empty(n), np.empty(n, np.int64)
    cost, whole = np.empty(BLOCK), np.empty(BLOCK)
    before = np.inf
    for _ in range(rounds):
        whole[:] = 0.0
        for start in range(0, n, BLOCK):
            size = min(BLOCK, n - start)
            close, to = nearest[start : start + size], new[start : start + size]
            close[:] = np.inf
            for c in range(k):
                cost[:] = 0.0
                for field in range(width):
                    at, values = centres[c, field], columns[field, start : start + size]
                    for case in range(size):
                        gap = values[case] - at
                        cost[case] += gap * gap
                for field in range(fields):
                    code, kinds = modes[c, field], codes[field, start : start + size]
                    for case in range(size):
                        cost[case] += gamma if kinds[case] != code else 0.0
                for case in range(size):
                    nearer = cost[case] < close[case]
                    to[case] = c if nearer else to[case]
                    close[case] = cost[case] if nearer else close[case]
            for case in range(size):
                whole[case] += close[case]
        now, moved = whole.sum(), False
        for case in range(n):
            old, joined = labels[case], new[case]
            if old == joined:
                continue
            moved = True
            labels[case] = joined
            members[joined] += 1
            if old >= 0:
                members[old] -= 1
            for field in range(width):
                sums[joined, field] += columns[field, case]
                if old >= 0:
                    sums[old, field] -= columns[field, case]
            for field in range(fields):
                counts[joined, field, codes[field, case]] += 1
                if old >= 0:
                    counts[old, field, codes[field, case]] -= 1
        for c in range(k):
            if members[c] == 0:
                worst = int(nearest.argmax())
                now -= nearest[worst]
                nearest[worst] = 0.0
                old, labels[worst], moved = labels[worst], c, True
                members[c] = 1
                members[old] -= 1
                for field in range(width):
                    sums[c, field] += columns[field, worst]
                    sums[old, field] -= columns[field, worst]
                for field in range(fields):
                    counts[c, field, codes[field, worst]] += 1
                    counts[old, field, codes[field, worst]] -= 1
        if not moved or before - now <= gain * now:
            break
        before = now
        for c in range(k):
            if members[c] == 0:
                continue
            for field in range(width):
                centres[c, field] = sums[c, field] / members[c]
            for field in range(fields):
                best = 0
                for code in range(1, sizes[field]):
                    if counts[c, field, code] > counts[c, field, best]:
                        best = code
                modes[c, field] = best
    # What it costs around the centres of the groups as they are now, summed anew.
    for c in range(k):
        if members[c]:
            centres[c] = 0.0
        for field in range(fields):
            modes[c, field] = counts[c, field, : sizes[field]].argmax() if members[c] else modes[c, field]
    for field in range(width):
        for case in range(n):
            centres[labels[case], field] += columns[field, case]
    for c in range(k):
        for field in range(width):
            centres[c, field] /= max(members[c], 1)
    total = 0.0
    for field in range(width):
        for case in range(n):
            total += (columns[field, case] - centres[labels[case], field]) ** 2
    for field in range(fields):
        for c in range(k):
            total += gamma * (members[c] - counts[c, field].max())
    return total


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Cases as the loops take them: fields × cases, and what a category that differs costs."""

    columns: Floats
    codes: Ints
    sizes: Ints
    gamma: float

    @property
    def n(self) -> int:
        """How many there are."""
        return int(self.columns.shape[1])

    def some(self, rows: Ints) -> Cases:
        """A part of them."""
        return Cases(self.columns.take(rows, axis=1), self.codes.take(rows, axis=1), self.sizes, self.gamma)

    def from_start(self, chances: Floats, *, gain: float = GAIN) -> Gathered:
        """Gathered from one start, with an even draw from 0 to 1 for each group."""
        first = np.empty(len(chances), dtype=np.int64)
        spread_out(self.columns, self.codes, self.gamma, chances, first)
        return self.around(self.columns[:, first].T, self.codes[:, first].T, gain=gain)

    def around(self, centres: Floats, modes: Ints, *, gain: float = GAIN) -> Gathered:
        """Gathered around given centres and modes."""
        centres, modes = np.array(centres, order="C"), np.array(modes, order="C")
        labels = np.empty(self.n, dtype=np.int64)
        cost = gather(self.columns, self.codes, self.sizes, self.gamma, centres, modes, ROUNDS, gain, labels)
        return Gathered(labels, centres, modes, cost)


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Labels, the centre and mode of each group, and what it costs."""

    labels: Ints
    centres: Floats
    modes: Ints
    cost: float


def as_cases(x: Floats, coded: Coded | None = None, *, gamma: float = 0.0) -> Cases:
    """Numbers (cases × fields) and categories as the loops take them; at no cost categories are left out."""
    columns = np.ascontiguousarray(x.T, dtype=np.float64)
    if coded is None or gamma == 0:
        return Cases(columns, np.empty((0, len(x)), dtype=np.int64), np.empty(0, dtype=np.int64), 0.0)
    sizes = np.array([len(names) for names in coded.names], dtype=np.int64)
    return Cases(columns, np.ascontiguousarray(coded.codes.T), sizes, float(gamma))


def gather_best(cases: Cases, k: int, *, starts: int, seed: int) -> tuple[Gathered, Floats]:
    """The cheapest of several starts, and what each cost; cores share them.

    Examples
    --------
    >>> found, ends = gather_best(as_cases(np.array([[0.0], [0.2], [5.0], [5.2]])), 2, starts=3, seed=0)
    >>> (found.labels == found.labels[0]).tolist(), ends.round(2).tolist()
    ([True, True, False, False], [0.04, 0.04, 0.04])
    """
    chances = list(np.random.default_rng(seed).random((starts, k)))
    found = [cases.from_start(chances[0])]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found += threads.map(cases.from_start, chances[1:])
    ends = np.array([one.cost for one in found])
    return found[int(ends.argmin())], ends


def gather_soon(cases: Cases, k: int, *, starts: int, seed: int) -> Ints:
    """Labels good enough to compare: starts are tried on a part of the cases, and the cheapest is followed on all.

    It stops when a round gains less than one in ten thousand of the cost, where few still move.
    """
    rng = np.random.default_rng(seed)
    chances = rng.random((starts, k))
    part = cases if cases.n <= PART else cases.some(rng.choice(cases.n, PART, replace=False))
    tried = [part.from_start(row, gain=SOON) for row in chances]
    best = min(tried, key=lambda one: one.cost)
    return cases.around(best.centres, best.modes, gain=SOON).labels if part is not cases else best.labels

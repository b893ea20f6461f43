"""Which groups of customers are there, how steady, by which rule, and in what do they differ on what did not make them?

The method follows from the fields: categories make latent classes, numbers prototypes, both mixed prototypes; or
recency, frequency and money when asked. It brings together what ``segments.py`` computes, with one seed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.customer_fields import CustomerField, CustomerTable
from klantreis.analysis.behaviour.grouping import by_size
from klantreis.analysis.behaviour.segment_choice import ChosenK, Stability, stability
from klantreis.analysis.behaviour.segment_fields import Difference, distinguishing
from klantreis.analysis.behaviour.segment_making import (
    Made,
    Method,
    chosen_number,
    drawn,
    latent_maker,
    mixed_maker,
    money_groups,
    prototype_maker,
)
from klantreis.analysis.behaviour.segment_rule import rule_for
from klantreis.analysis.behaviour.segmentation import FoundSegment, Segmentation
from klantreis.analysis.result import Caution, Floats, Ints, caution
from klantreis.analysis.voice.averages import effective_n
from klantreis.analysis.weighing import share_of
from klantreis.errors import InvalidInputError

#: Told how far it is, from 0 to 1, and with what.
Progress = Callable[[Literal["choosing", "making", "steady"], float], None]
#: Fewer customers than this are too few to look for groups in (our convention).
FEWEST = 30
#: Of more customers than this, stability is tried on so many.
STEADY_OF = 5000
#: A held-back field that goes along with one that made the groups this closely (rank correlation) tells nothing new.
FOLLOWS = 0.8
#: Mean overlap below which a group should not be trusted (Hennig), and share below which it is small (ours).
TRUST, SMALL = 0.6, 0.05


def find_groups(
    table: CustomerTable,
    *,
    k: int | None = None,
    ks: Sequence[int] = (2, 3, 4, 5, 6, 7, 8),
    method: Method | None = None,
    draws: int = 100,
    starts: int = 5,
    fdr: float = 0.05,
    seed: int = 0,
    progress: Progress | None = None,
) -> Segmentation:
    """Group customers, say how steady the groups are, and tell them apart.

    Parameters
    ----------
    table
        Fields that make groups, and fields held back to tell them apart.
    k
        How many groups; None lets the data choose among ``ks``.
    method
        ``classes``, ``prototypes`` or ``mixed``; by the fields unless given. ``rfm``: recency, frequency, money.
    draws
        Samples drawn again for the stability; 0 for none.

    Raises
    ------
    InvalidInputError
        When no field makes groups, too few customers are known, or the method does not fit the fields.

    Examples
    --------
    >>> from klantreis.analysis.behaviour.customer_fields import table_of_columns
    >>> table = table_of_columns({"orders": [1, 2, 1, 2] * 10 + [20, 21, 22] * 10, "app": ["no"] * 40 + ["yes"] * 30})
    >>> found = find_groups(table.made_by(["orders"]), k=2, draws=10)
    >>> [(one.number, one.size.count) for one in found.segments], found.segments[1].differences[0].category
    ([(1, 40), (2, 30)], 'yes')
    """
    tell = progress or (lambda *_: None)
    makes = table.of_use("makes")
    if not makes:
        raise InvalidInputError("No field makes groups.", hint="Name the fields to group by.")
    chosen_method: Method = method or _method_for(makes)
    rows = _complete(table.n, makes, chosen_method)
    if int(rows.sum()) < FEWEST:
        raise InvalidInputError(
            f"Of {int(rows.sum())} customers all fields that make groups are known; {FEWEST} are needed at least.",
            hint="Group by fewer fields, or take more customers.",
        )
    held = table.of_rows(rows)
    made, chosen = _made(held, chosen_method, k, ks, starts, seed, tell)
    labels = by_size(made.labels, int(made.labels.max()) + 1, weights=held.weights)[made.labels]
    steady = _steady(made, labels, draws, starts, seed, tell)
    return _told(held, rows, labels, made, chosen, steady, forced=k is not None, fdr=fdr, seed=seed)


def _method_for(makes: tuple[CustomerField, ...]) -> Method:
    kinds = {field.numeric for field in makes}
    return "mixed" if len(kinds) == 2 else "prototypes" if kinds == {True} else "classes"


def _complete(n: int, makes: tuple[CustomerField, ...], method: Method) -> npt.NDArray[np.bool_]:
    """Who can be grouped: all numbers known. A category may be missing: that is an answer of its own."""
    rows = np.ones(n, dtype=bool)
    for field in makes:
        if field.numeric:
            rows &= ~np.isnan(field.values)
    if method == "classes":
        some = np.zeros(n, dtype=bool)
        for field in makes:
            some |= np.array([value is not None for value in field.values], dtype=bool)
        rows &= some
    return rows


def _made(
    held: CustomerTable, method: Method, k: int | None, ks: Sequence[int], starts: int, seed: int, tell: Progress
) -> tuple[Made, ChosenK | None]:
    makes = held.of_use("makes")
    if method == "rfm":
        return money_groups(makes), None
    numeric = [field.numeric for field in makes]
    fits = {"classes": not any(numeric), "prototypes": all(numeric), "mixed": any(numeric) and not all(numeric)}
    if not fits[method]:
        raise InvalidInputError(
            f"The method {method!r} does not fit fields that hold {'numbers' if all(numeric) else 'categories'}.",
            hint="classes takes categories, prototypes numbers, mixed both.",
        )
    maker = {"classes": latent_maker, "prototypes": prototype_maker, "mixed": mixed_maker}[method]
    make = maker(makes, starts=starts, seed=seed)
    if k is not None:
        if not 2 <= k < held.n:
            raise InvalidInputError(f"k must lie between 2 and {held.n - 1}, not at {k}.")
        tell("making", 0.0)
        return make(k), None
    usable = [one for one in sorted(set(ks)) if 2 <= one <= held.n // 10]
    if not usable:
        raise InvalidInputError(f"{held.n} customers are too few to choose among {list(ks)} groups.")
    tried: list[Made] = []
    for one in usable:
        tell("choosing", len(tried) / len(usable))
        try:
            tried.append(make(one))
        except InvalidInputError:
            if not tried:
                raise
            break  # more groups than the data have answers for
    chosen = chosen_number([one.choice(held.weights) for one in tried], lowest=method == "classes")
    return next(one for one in tried if one.k == chosen.k), chosen


def _steady(made: Made, labels: Ints, draws: int, starts: int, seed: int, tell: Progress) -> Stability | None:
    if not draws:
        return None
    done = 0

    def again(points: Floats) -> Ints:
        nonlocal done
        tell("steady", done / draws)
        done += 1
        return made.again(points, done)

    rows = drawn(len(labels), STEADY_OF, seed)
    return stability(made.points[rows], labels[rows], cluster=again, draws=draws, starts=starts, seed=seed)


def _told(
    held: CustomerTable,
    rows: npt.NDArray[np.bool_],
    labels: Ints,
    made: Made,
    chosen: ChosenK | None,
    steady: Stability | None,
    *,
    forced: bool,
    fdr: float,
    seed: int,
) -> Segmentation:
    makes = held.of_use("makes")
    follows = _follows(makes, held.of_use("tells"))
    testable = [field.name for field in held.of_use("tells") if field.name not in dict(follows)]
    used = [field.name for field in makes]
    compared = distinguishing(held.columns([*used, *testable]), labels, used=used, fdr=fdr, weights=held.weights)
    by_group = {} if steady is None else {int(one.group): one for one in steady.groups}
    segments = []
    for code in np.unique(labels).tolist():
        inside = labels == code
        mine = [row for row in compared.differences if row.group == code]
        segments.append(
            FoundSegment(
                number=code + 1,
                size=share_of(inside, held.weights),
                steady=replace(by_group[code], group=str(code + 1)) if code in by_group else None,
                rule=rule_for(held, inside, seed=seed),
                profile=tuple(row for row in mine if row.field in used),
                differences=firm(mine, fdr),
            )
        )
    numbers = np.zeros(len(rows), dtype=np.int64)
    numbers[rows] = labels + 1
    return Segmentation(
        method=made.method,
        k=len(segments),
        n=held.n,
        effective_n=None if held.weights is None else effective_n(held.weights),
        left_out=int((~rows).sum()),
        unit=held.unit,
        chosen=chosen,
        stability=steady,
        segments=tuple(segments),
        labels=numbers,
        made_by=tuple(used),
        tested=tuple(testable),
        follows=follows,
        fdr=fdr,
        seed=seed,
        warnings=(*_weighed(held), *_cautions(segments, made, chosen, rows, testable, forced=forced)),
    )


def firm(rows: Sequence[Difference], fdr: float) -> tuple[Difference, ...]:
    """Differences that are no chance at this false discovery rate: of each field the firmest, above before below.

    The interval of a difference must leave out "no difference" as well: where few are known, a test alone is too sure.

    Examples
    --------
    >>> firm([], 0.05)
    ()
    """
    found: dict[str, Difference] = {}
    for row in sorted(rows, key=lambda row: (row.category is not None and row.residual < 0, -abs(row.residual))):
        if row.q_value is not None and row.q_value <= fdr and _apart(row):
            found.setdefault(row.field, row)
    return tuple(sorted(found.values(), key=lambda row: -abs(row.residual)))


def _apart(row: Difference) -> bool:
    """Whether the interval leaves out no difference: a ratio of one, a standardised difference of zero."""
    none = 0.0 if row.category is None else 1.0
    if row.category is not None and 0 in (row.inside, row.outside):
        return True  # nobody in the group, or nobody else, has it: the ratio has no interval
    return (row.low is not None and row.low > none) or (row.high is not None and row.high < none)


def _follows(makes: tuple[CustomerField, ...], tells: tuple[CustomerField, ...]) -> tuple[tuple[str, str], ...]:
    """Held-back fields that go along with one that made the groups so closely that a test would be circular."""
    found = []
    for field in tells:
        for made in makes:
            if field.numeric and made.numeric and abs(_rank_correlation(field.values, made.values)) >= FOLLOWS:
                found.append((field.name, made.name))
                break
    return tuple(found)


def _rank_correlation(a: Floats, b: Floats) -> float:
    from scipy.stats import rankdata

    here = ~np.isnan(a) & ~np.isnan(b)
    if int(here.sum()) < 3:
        return 0.0
    ranks = [rankdata(values[here]) for values in (a, b)]
    if any(float(np.ptp(one)) == 0 for one in ranks):
        return 0.0
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _weighed(held: CustomerTable) -> tuple[Caution, ...]:
    """What to say of weights: what they were used for, and what not."""
    if held.weights is None:
        return ()
    effective = round(effective_n(held.weights), 1)
    return (caution("segments.warning.weighted", n=held.n, effective=effective),)


def _cautions(
    segments: list[FoundSegment],
    made: Made,
    chosen: ChosenK | None,
    rows: npt.NDArray[np.bool_],
    tested: list[str],
    *,
    forced: bool,
) -> tuple[Caution, ...]:
    notes = list(made.warnings)
    if forced:
        notes.append(caution("segments.warning.forced", k=made.k))
    if made.points.shape[1] == 1:
        notes.append(caution("segments.warning.one_field"))
    if len(segments) < made.k:
        notes.append(caution("segments.warning.fewer", k=made.k, found=len(segments)))
    if chosen is not None:
        notes += [note for note in chosen.warnings if note not in notes]
    for one in segments:
        if one.steady is not None and (one.steady.estimate or 0.0) < TRUST:
            jaccard = round(one.steady.estimate or 0.0, 2)
            notes.append(caution("behaviour.unstable_group", group=str(one.number), jaccard=jaccard))
        if (one.size.value or 0.0) < SMALL:
            percent = round(100 * (one.size.value or 0.0), 1)
            notes.append(caution("segments.warning.small", group=one.number, percent=percent))
        if one.rule.warnings:
            agreement = round(100 * one.rule.agreement)
            notes.append(caution("segments.warning.poor_rule_of", group=one.number, percent=agreement))
    if not tested:
        notes.append(caution("segments.warning.nothing_held_back"))
    elif not any(one.differences for one in segments):
        notes.append(caution("segments.warning.not_apart"))
    if not rows.all():
        notes.append(caution("segments.warning.left_out", left=int((~rows).sum()), n=len(rows)))
    if any(one.steady for one in segments):
        notes.append(caution("behaviour.stable_not_true"))
    return tuple(dict.fromkeys(notes))

"""A reality without the numbers of small groups, so that nobody can be picked out of a map that is shown around.

Hidden is every number of a group of 1 up to k - 1 customers (or runs, where no customers were counted), and what
would give it away: of numbers that add up to a shown total, never just one is hidden. Zero is shown: it is nobody.
"""

from __future__ import annotations

from klantreis.errors import InvalidInputError
from klantreis.events.share import Share
from klantreis.journeys.reality import After, Disorder, Fit, OffMap, Reality, StepReality


def suppressed(reality: Reality, k: int) -> Reality:
    """See :meth:`Reality.suppressed`."""
    if k < 1:
        raise InvalidInputError(f"Groups are hidden below a number of at least 1, not {k}.", hint="The usual is 5.")
    few = _few(reality.runs.customers_with_runs, k)
    return reality.model_copy(
        update={
            "steps": tuple(_step(step, k, few=few) for step in reality.steps),
            "disorder": _disorder(reality.disorder, k, few=few),
            "off_map": _off_map(reality.off_map, k, few=few),
            "fit": _fit(reality.fit, k, few=few, disorder=_few(reality.disorder.customers, k)),
            "hidden_below": k,
        }
    )


def _few(number: int | None, k: int) -> bool:
    return number is not None and 0 < number < k


def _shown(number: int | None, k: int) -> int | None:
    return None if _few(number, k) else number


def _share(share: Share | None, k: int) -> Share | None:
    return None if share is None or _few(share.count, k) else share


def _step(step: StepReality, k: int, *, few: bool) -> StepReality:
    if not step.bound:
        return step
    if few or _few(step.customers, k):
        return StepReality(
            id=step.id,
            title=step.title,
            bound=True,
            optional=step.optional,
            repeatable=step.repeatable,
            hidden=True,
        )
    after = None if step.after is None else _after(step.after, k)
    derivable = after is None or None in (after.elsewhere, after.ended, after.at_end)
    back_hidden = _few(step.came_back_customers, k)
    undeclared = step.came_back_undeclared
    declared = None if step.came_back is None or undeclared is None else step.came_back.count - undeclared
    return step.model_copy(
        update={
            "repeats": _shown(step.repeats, k),
            "after": after,
            "dropped_out": None if derivable else _share(step.dropped_out, k),
            "next": None if step.next is None or _few(step.next.n, k) else step.next,
            "came_back": None if back_hidden else step.came_back,
            "came_back_customers": None if back_hidden else step.came_back_customers,
            "came_back_undeclared": None if back_hidden or _few(undeclared, k) or _few(declared, k) else undeclared,
        }
    )


def _after(after: After, k: int) -> After:
    names = ("went_on", "elsewhere", "ended", "open")
    cells = {name: getattr(after, name) for name in names}
    hidden = {name for name in names if cells[name] is None or _few(cells[name], k)}
    others = sorted((cells[name], name) for name in names if name not in hidden and cells[name])
    if len(hidden) == 1 and others:
        hidden.add(others[0][1])
    at_end, ended = after.at_end, after.ended
    silent = None if ended is None or at_end is None else ended - at_end
    unclear = "ended" in hidden or _few(at_end, k) or _few(silent, k)
    return After(
        **{name: None if name in hidden else cells[name] for name in names}, at_end=None if unclear else at_end
    )


def _disorder(disorder: Disorder, k: int, *, few: bool) -> Disorder:
    pairs = () if few else tuple(pair for pair in disorder.pairs if not _few(pair.customers, k))
    hidden = few or _few(disorder.customers, k)
    return Disorder(
        runs=None if hidden else disorder.runs, customers=None if hidden else disorder.customers, pairs=pairs
    )


def _off_map(off_map: OffMap, k: int, *, few: bool) -> OffMap:
    if few or _few(off_map.customers, k):
        return OffMap(distinct=off_map.distinct, events=None, runs=None, customers=None, touchpoints=())
    return off_map.model_copy(
        update={"touchpoints": tuple(one for one in off_map.touchpoints if not _few(one.customers, k))}
    )


def _fit(fit: Fit, k: int, *, few: bool, disorder: bool) -> Fit:
    if few:
        return Fit(share=None, missing=None, disordered=None, wrong_repeat=None, open=None)
    return Fit(
        share=_share(fit.share, k),
        missing=_shown(fit.missing, k),
        disordered=None if disorder else _shown(fit.disordered, k),
        wrong_repeat=_shown(fit.wrong_repeat, k),
        open=_shown(fit.open, k),
    )

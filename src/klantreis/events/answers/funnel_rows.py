"""The answers of a funnel from its counts and times, wherever these were counted."""

from __future__ import annotations

from collections.abc import Sequence

from klantreis.events.answers.answer import Quartiles, Scope
from klantreis.events.answers.funnels import Funnel, FunnelStep, StepsDone, StepTaken, UnorderedFunnel
from klantreis.events.durations import SECOND
from klantreis.events.share import wilson
from klantreis.events.stage import Stage

_NONE = Quartiles(None, None, None)


def funnel_of(
    scope: Scope,
    stages: Sequence[Stage],
    *,
    window: int | None,
    came: Sequence[int],
    seconds: Sequence[Quartiles],
    since_previous: Sequence[Quartiles],
) -> Funnel:
    """A funnel in order.

    Parameters
    ----------
    window
        At most this many µs from the first step to the last.
    came
        Customers who came to each step.
    seconds, since_previous
        How long it took them from entering, and from the step taken before. What stands for the first step is not
        looked at.
    """
    before = [_required_before(stages, k) for k in range(len(stages))]
    return Funnel(
        scope=scope,
        within_seconds=None if window is None else window / SECOND,
        steps=tuple(
            FunnelStep(
                pattern=str(stage.pattern),
                customers=came[k],
                of_entered=wilson(came[k], came[0]),
                of_previous=wilson(came[k], came[before[k]]),
                of_exposed=wilson(came[k], scope.customers),
                optional=stage.optional,
                within_seconds=None if stage.limit is None else stage.limit / SECOND,
                without=None if stage.without is None else str(stage.without),
                seconds=seconds[k] if k else _NONE,
                since_previous=since_previous[k] if k else _NONE,
            )
            for k, stage in enumerate(stages)
        ),
    )


def unordered_funnel_of(
    scope: Scope,
    stages: Sequence[Stage],
    *,
    window: int | None,
    each: Sequence[int],
    both: Sequence[int],
    done: Sequence[int],
    seconds: Sequence[Quartiles],
) -> UnorderedFunnel:
    """A funnel without order.

    Parameters
    ----------
    window
        The steps lie at most this many µs apart.
    each, both
        Customers who took each step; those of them who took a required one too.
    done
        Customers who did one required step, two, … all of them.
    seconds
        How long it took them. What stands for one step is not looked at.
    """
    return UnorderedFunnel(
        scope=scope,
        within_seconds=None if window is None else window / SECOND,
        entered=done[0],
        steps=tuple(
            StepTaken(
                pattern=str(stage.pattern),
                optional=stage.optional,
                customers=each[k],
                of_entered=wilson(both[k], done[0]),
                of_exposed=wilson(each[k], scope.customers),
            )
            for k, stage in enumerate(stages)
        ),
        done=tuple(
            StepsDone(
                steps=m + 1,
                customers=count,
                of_entered=wilson(count, done[0]),
                of_previous=wilson(count, done[max(m - 1, 0)]),
                of_exposed=wilson(count, scope.customers),
                seconds=seconds[m] if m else _NONE,
            )
            for m, count in enumerate(done)
        ),
    )


def _required_before(stages: Sequence[Stage], k: int) -> int:
    return next((p for p in range(k - 1, -1, -1) if not stages[p].optional), 0)

"""Have the interviews stopped bringing new themes (Guest, Namey and Chen)?

It answers whether codes are still found, not whether they are understood.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Result, caution, check_level
from klantreis.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class SaturationStep:
    """New themes in the run after so many interviews, and as part of the themes of the base."""

    after: int
    new: int
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturation(Result):
    """``estimate`` is the part that the last run added; low and high are over other orders of the interviews.

    Parameters
    ----------
    base_themes
        Themes in the first ``base`` interviews.
    steps
        One per place where a run fits.
    at
        After how many interviews the run that follows stayed at or below the threshold; None when it did not.
    notation
        As it is written: ``6+2`` is saturation after six interviews, seen in the two that follow.
    reached_share
        Part of the other orders in which it was reached at all.
    at_low, at_high
        Where it was reached in those orders; None when in none.
    """

    base_themes: int
    steps: tuple[SaturationStep, ...]
    at: int | None
    notation: str | None
    themes: int
    reached_share: float
    at_low: int | None
    at_high: int | None


@checked_options
def saturation(
    codes_per_interview: Sequence[Collection[Hashable]],
    *,
    base: int = 4,
    run: Literal[2, 3] | int = 2,
    threshold: float = 0.05,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Saturation:
    """New themes per run of interviews as part of the themes of the first interviews.

    Parameters
    ----------
    codes_per_interview
        The codes found in each interview, in the order in which these were held.
    base, run
        Interviews in the base (4 to 6 is usual) and in each run (2 or 3).
    threshold
        Largest part that still counts as saturated; 0 for none at all.
    draws, seed
        Of the other orders.

    Raises
    ------
    InvalidInputError
        When there are fewer interviews than base and run together, or the base holds no code.

    References
    ----------
    Guest, Namey and Chen (2020), PLOS ONE 15(5):e0232076.

    Examples
    --------
    >>> found = saturation([{"price", "trust"}, {"time"}, {"price"}, {"fit"}, {"trust"}, {"price", "time"}])
    >>> found.base_themes, found.notation, [(step.after, step.new) for step in found.steps]
    (4, '4+2', [(4, 0)])
    """
    if isinstance(codes_per_interview, str) or not hasattr(codes_per_interview, "__iter__"):
        raise InvalidInputError(f"codes_per_interview must be a list of collections, not {codes_per_interview!r}.")
    for place, codes in enumerate(codes_per_interview):
        if isinstance(codes, str) or not hasattr(codes, "__iter__") or not all(isinstance(c, Hashable) for c in codes):
            raise InvalidInputError(f"codes_per_interview must hold a collection of codes at {place}, not {codes!r}.")
    interviews = [set(codes) for codes in codes_per_interview]
    if draws < 1:
        raise InvalidInputError(f"draws must be 1 or more, not {draws}.")
    if base < 1 or run < 1:
        raise InvalidInputError(f"base and run must be 1 or more, not {base} and {run}.")
    if not 0 <= threshold < 1:
        raise InvalidInputError(f"threshold must be 0 or more and below 1, not {threshold}.")
    if len(interviews) < base + run:
        raise InvalidInputError(
            f"codes_per_interview has {len(interviews)} interviews; base and run take {base + run}.",
            hint="Hold more interviews, or choose a smaller base.",
        )
    check_level(confidence)
    codes = {code: place for place, code in enumerate(dict.fromkeys(c for held in interviews for c in held))}
    holds = np.zeros((len(interviews), len(codes)), dtype=bool)
    for row, held in enumerate(interviews):
        holds[row, [codes[code] for code in held]] = True
    if not holds[:base].any():
        raise InvalidInputError(f"codes_per_interview holds no code in the first {base} interviews.")
    new = _new(holds)
    themes, runs = int(new[:base].sum()), _runs(new, base, run)
    steps = tuple(SaturationStep(base + j, int(count), float(count / themes)) for j, count in enumerate(runs))
    at = next((step.after for step in steps if step.ratio <= threshold), None)
    last, reached = _other_orders(holds, base, run, threshold, draws, seed)
    tail = (1 - confidence) / 2
    places = [place for place in reached if place is not None]
    return Saturation(
        estimate=steps[-1].ratio,
        low=float(np.quantile(last, tail)),
        high=float(np.quantile(last, 1 - tail)),
        n=len(interviews),
        method=f"new themes in the last {run} of those in the first {base}; interval over orders of the interviews",
        confidence=confidence,
        warnings=_cautions(at, places, draws),
        base_themes=themes,
        steps=steps,
        at=at,
        notation=None if at is None else f"{at}+{run}",
        themes=len(codes),
        reached_share=len(places) / draws,
        at_low=int(np.quantile(places, tail, method="lower")) if places else None,
        at_high=int(np.quantile(places, 1 - tail, method="higher")) if places else None,
    )


def _new(holds: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """How many codes appear for the first time in each interview."""
    if not holds.shape[1]:
        return np.zeros(len(holds), dtype=np.int64)
    return np.bincount(np.argmax(holds, axis=0), minlength=len(holds)).astype(np.int64)


def _runs(new: npt.NDArray[np.int64], base: int, run: int) -> npt.NDArray[np.int64]:
    return np.convolve(new[base:], np.ones(run, dtype=np.int64), mode="valid")


def _other_orders(
    holds: npt.NDArray[np.bool_], base: int, run: int, threshold: float, draws: int, seed: int
) -> tuple[list[float], list[int | None]]:
    """In other orders: what the last run added, and where saturation was reached."""
    rng = np.random.default_rng(seed)
    last: list[float] = []
    reached: list[int | None] = []
    for _ in range(draws):
        new = _new(holds[rng.permutation(len(holds))])
        themes = new[:base].sum()
        if themes == 0:  # a base without a code: no part can be taken of it
            reached.append(None)
            continue
        ratios = _runs(new, base, run) / themes
        under = np.flatnonzero(ratios <= threshold)
        last.append(float(ratios[-1]))
        reached.append(base + int(under[0]) if len(under) else None)
    return last or [0.0], reached


def _cautions(at: int | None, places: list[int], draws: int) -> tuple[Caution, ...]:
    found = [caution("voice.not_saturated")] if at is None else []
    if at is not None and len(places) < 0.8 * draws:
        found.append(caution("voice.saturation_by_order", percent=round(100 * len(places) / draws)))
    return tuple(found)

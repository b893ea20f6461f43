"""An effect on a line with numbers: its interval and estimate, nothing, and what is too small to matter.

Places are percentages of the width, so that text beside the line keeps its size on every screen. The sentence says
all that the drawing shows, for who does not see it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from klantreis.measurement.measurement import EffectPlan, EffectResult
from klantreis.render.effect_words import effect_scale, interval_name, told
from klantreis.render.numbers import number
from klantreis.render.words import Words

#: Room on both sides of what is drawn, as a part of its width.
ROOM = 0.06
#: How many steps the numbers of the axis make at the most; more would touch on a phone.
MOST_STEPS = 4
#: Nearer to an edge than this, in percent, a text begins or ends at its place instead of standing around it.
NEAR, WIDE = 3.0, 40.0


@dataclass(frozen=True)
class Label:
    """A text at a place on the line; ``anchor`` says which part of it stands there."""

    at: float
    text: str
    anchor: str


@dataclass(frozen=True)
class Drawing:
    """Where things lie on a line from 0 to 100, the numbers below it, and the words around it."""

    zero: float
    band: tuple[float, float]
    low: float
    high: float
    value: float
    ticks: tuple[Label, ...]
    band_label: Label
    value_label: Label
    unit: str
    sentence: str


def drawn_effect(plan: EffectPlan, result: EffectResult, words: Words) -> Drawing | None:
    """A result as a drawing; None when it has no interval."""
    found = result.estimate
    if found is None or found.low is None or found.high is None:
        return None
    smallest = plan.smallest_relevant_effect
    left, right = min(found.low, -smallest), max(found.high, smallest)
    room = ROOM * (right - left)
    left, width = left - room, right - left + 2 * room

    def at(value: float) -> float:
        return round(100 * (value - left) / width, 2)

    scale, unit = effect_scale(plan, words)
    value = told(found.value, plan, words, sign=True)
    step = nice_step(scale * width / MOST_STEPS)
    named = interval_name(plan, words)
    between = [told(end, plan, words, sign=True) for end in (found.low, found.high)]
    threshold = told(smallest, plan, words)
    return Drawing(
        zero=at(0),
        band=(at(-smallest), at(smallest)),
        low=at(found.low),
        high=at(found.high),
        value=at(found.value),
        ticks=tuple(
            _label(at(one / scale), _tick(one, step, words), NEAR)
            for one in steps(scale * left, scale * (left + width), step)
        ),
        band_label=_label(at(0), words.say("measurement.drawing.band", number=_bare(scale * smallest, words)), WIDE),
        value_label=_label(at(found.value), value, WIDE / 2),
        unit=words.say(f"measurement.drawing.axis_{plan.direction}", unit=unit),
        sentence=words.say(
            "measurement.drawing.sentence",
            value=value,
            interval=named,
            low=between[0],
            high=between[1],
            smallest=threshold,
        ),
    )


def nice_step(least: float) -> float:
    """The smallest of 1, 2, 2.5 or 5 times a power of ten that is no less.

    Examples
    --------
    >>> nice_step(3.1), nice_step(0.011), nice_step(600), nice_step(5)
    (5.0, 0.02, 1000.0, 5.0)
    """
    power = 10.0 ** math.floor(math.log10(least))
    factor = next(one for one in (1.0, 2.0, 2.5, 5.0, 10.0) if one * power >= least * (1 - 1e-9))
    return round(factor * power, 12)


def steps(left: float, right: float, step: float) -> tuple[float, ...]:
    """The multiples of a step within two ends; nothing is among them when it lies between.

    Examples
    --------
    >>> steps(-7.9, 5.8, 5.0)
    (-5.0, 0.0, 5.0)
    """
    first, last = math.ceil(left / step - 1e-9), math.floor(right / step + 1e-9)
    return tuple(round(step * one, 12) for one in range(first, last + 1))


def _bare(value: float, words: Words) -> str:
    """A number without sign or unit, with as many decimals as it has, up to three."""
    places = len(f"{value:.3f}".rstrip("0").partition(".")[2])
    return number(value, words.lang, decimals=places)


def _tick(value: float, step: float, words: Words) -> str:
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    if not math.isclose(step * 10**places, round(step * 10**places)):
        places += 1
    sign = "−" if value < 0 else "+" if value > 0 else ""
    return sign + number(abs(value), words.lang, decimals=places if value else 0)


def _label(at: float, text: str, near: float) -> Label:
    return Label(at, text, "start" if at < near else "end" if at > 100 - near else "middle")

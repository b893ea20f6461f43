"""A measured effect in words: the number with its unit, the verdict, how it was come by, and what to know."""

from __future__ import annotations

from dataclasses import dataclass

from klantreis.analysis.result import spelled
from klantreis.measurement.measurement import EffectPlan, EffectResult, Measurement, ToKnow
from klantreis.render.method_words import method_words
from klantreis.render.numbers import NO_BREAK, day, number, percent
from klantreis.render.words import Words
from klantreis.research.claim import Estimate
from klantreis.texts import catalogue
from klantreis.values import Lang

#: Units of a share, told in percentage points.
SHARES = frozenset({"share", "aandeel", "%"})
#: The page of each comparison's method, below ``docs/methods``.
METHOD_PAGES = {
    "experiment": "experiment",
    "difference_in_differences": "difference-in-differences",
    "interrupted_series": "interrupted-series",
    "synthetic_control": "synthetic-control",
    "adjusted": "adjusted-effect",
    "before_after": "before-after",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One number: what it is, its value with the unit, its interval, on how many it rests, and its method."""

    name: str
    value: str
    interval: str
    n: str
    method: str


@dataclass(frozen=True, slots=True)
class EffectWords:
    """A result, ready to be shown; an empty text where there is nothing to say."""

    lines: tuple[Line, ...]
    judgement: str
    judgement_word: str
    because: str
    comparison: str
    method_page: str
    grade: str
    groups: str
    confounding: str
    to_know: tuple[str, ...]
    smallest: str
    fixed: str
    finding: str


def effect_words(held: Measurement, result: EffectResult, words: Words) -> EffectWords:
    """A result of a measurement in words."""
    plan = held.plan
    key = result.judgement.replace(" ", "-")
    judgement = words.say(f"measurement.judgement.{key}")
    grade = words.say(f"measurement.grade.{result.grade}")
    smallest = told(plan.smallest_relevant_effect, plan, words)
    lines = _lines(plan, result, words)
    return EffectWords(
        lines=lines,
        judgement=key,
        judgement_word=judgement,
        because=words.say(f"measurement.because.{key}", smallest=smallest),
        comparison=words.say(f"measurement.comparison.{plan.comparison}"),
        method_page=METHOD_PAGES[plan.comparison],
        grade=grade,
        groups=_groups(plan, result, words),
        confounding=_confounding(plan, result, words),
        to_know=_to_know(held, result, words),
        smallest=smallest_words(plan, words),
        fixed=words.say(
            "measurement.show.fixed", day=day(plan.fixed_on, words.lang), computed=day(result.computed_on, words.lang)
        ),
        finding=f"{_finding(held, lines[0], grade, judgement, words)} {_confounding(plan, result, words)}".rstrip(),
    )


def _finding(held: Measurement, effect: Line, grade: str, judgement: str, words: Words) -> str:
    """The effect in one sentence, as evidence has it."""
    return words.say(
        "measurement.show.finding",
        title=held.title.rstrip(".?!"),
        effect=effect.value,
        interval=f"{interval_name(held.plan, words)} {effect.interval}",
        n=effect.n,
        grade=grade.partition(":")[0],
        judgement=judgement,
    )


def smallest_words(plan: EffectPlan, words: Words) -> str:
    """The smallest effect that matters, with the good direction."""
    direction = words.say(f"measurement.show.{plan.direction}")
    smallest = told(plan.smallest_relevant_effect, plan, words)
    return words.say("measurement.show.smallest", smallest=smallest, direction=direction)


def interval_name(plan: EffectPlan, words: Words) -> str:
    """What the interval is called: ``95% interval``."""
    level = number(100 * plan.confidence, words.lang, decimals=0 if (100 * plan.confidence) % 1 < 1e-9 else 1)
    return words.say("measurement.show.interval", percent=level)


def told(value: float, plan: EffectPlan, words: Words, *, sign: bool = False, change: bool = True) -> str:
    """A number of a plan with its unit: an effect (``change``), or the level of the outcome itself."""
    relative = plan.comparison == "interrupted_series" and plan.outcome.measure != "sum"
    if relative and change:
        return _signed(100 * value, words.lang, sign=sign, decimals=1) + (f"{NO_BREAK}%" if words.lang == "nl" else "%")
    if plan.unit in SHARES:
        if not change:
            return percent(value, words.lang, decimals=1)
        points = _signed(100 * value, words.lang, sign=sign, decimals=1)
        return words.say("measurement.show.points", number=points)
    decimals = 0 if value == int(value) else _decimals(value)
    amount = f"{_signed(value, words.lang, sign=sign, decimals=decimals)} {plan.unit}"
    return words.say(f"measurement.show.per_{plan.every}", amount=amount) if plan.every else amount


def effect_scale(plan: EffectPlan, words: Words) -> tuple[float, str]:
    """What an effect is multiplied by to be told, and the unit that it is told in."""
    if plan.comparison == "interrupted_series" and plan.outcome.measure != "sum":
        return 100.0, "%"
    if plan.unit in SHARES:
        return 100.0, words.say("measurement.drawing.points")
    return 1.0, words.say(f"measurement.show.per_{plan.every}", amount=plan.unit) if plan.every else plan.unit


def _lines(plan: EffectPlan, result: EffectResult, words: Words) -> tuple[Line, ...]:
    lines = [_line("effect", result.estimate, plan, words)]
    if result.raw is not None:
        lines.append(_line("raw", result.raw, plan, words))
    if result.level is not None:
        level = told(result.level, plan, words, change=False)
        lines.append(Line(words.say("measurement.show.level"), level, "", "", ""))
    return tuple(lines)


def _line(name: str, found: Estimate | None, plan: EffectPlan, words: Words) -> Line:
    label = words.say(f"measurement.show.{name}")
    if found is None:
        return Line(label, words.say("measurement.show.unknown"), "", "", "")
    between = ""
    if found.low is not None and found.high is not None:
        low, high = (_bare(value, plan, words) for value in (found.low, found.high))
        between = words.say("measurement.show.between", low=low, high=high)
    n = "" if found.n is None else number(found.n, words.lang)
    return Line(
        label, told(found.value, plan, words, sign=True), between, n, method_words(found.method or "", words.lang)
    )


def _bare(value: float, plan: EffectPlan, words: Words) -> str:
    """A number of an interval, with the decimals of the effect and without its unit."""
    relative = plan.comparison == "interrupted_series" and plan.outcome.measure != "sum"
    if relative or plan.unit in SHARES:
        return _signed(100 * value, words.lang, sign=True, decimals=1)
    return _signed(value, words.lang, sign=True, decimals=_decimals(value))


def _groups(plan: EffectPlan, result: EffectResult, words: Words) -> str:
    name = {"interrupted_series": "periods", "before_after": "itself"}.get(plan.comparison, "groups")
    exposed, others = (number(n, words.lang) for n in (result.n_exposed, result.n_comparison))
    return words.say(f"measurement.show.{name}", exposed=exposed, others=others)


def _confounding(plan: EffectPlan, result: EffectResult, words: Words) -> str:
    """How much of the plain difference is a matter of who got it."""
    if result.raw is None or result.estimate is None or plan.comparison == "experiment":
        return ""
    return words.say(
        "measurement.show.confounding",
        raw=told(result.raw.value, plan, words, sign=True),
        apart=told(result.raw.value - result.estimate.value, plan, words, sign=True),
    )


def _to_know(held: Measurement, result: EffectResult, words: Words) -> tuple[str, ...]:
    said = [_caution(one, words) for one in result.cautions]
    if not held.by_this_plan(result):
        said.insert(0, words.say("measurement.show.changed"))
    if held.plan.fixed_on > held.plan.measured.start:
        said.append(words.say("measurement.show.fixed_late"))
    if result.overlap is not None:
        said.append(words.say("measurement.show.overlap", share=percent(result.overlap, words.lang)))
    if result.e_value is not None and result.e_value_limit is not None:
        value, limit = (number(one, words.lang, decimals=2) for one in (result.e_value, result.e_value_limit))
        if result.e_value_limit > 1:
            said.append(words.say("measurement.show.e_value", value=value, limit=limit))
        else:
            said.append(words.say("measurement.show.e_value_open", value=value))
    return tuple(said)


def _caution(one: ToKnow, words: Words) -> str:
    """A caution that was kept with a result; by its code when an older version said it in words that are gone."""
    if one.code not in catalogue():
        return one.code
    return words.say(one.code, **{name: spelled(value, words.lang) for name, value in one.values.items()})


def figure(value: float, lang: Lang) -> str:
    """A number with its sign and about three figures.

    Examples
    --------
    >>> figure(-3.107, "nl"), figure(0.0312, "en")
    ('−3,11', '+0.031')
    """
    return _signed(value, lang, sign=True, decimals=_decimals(value))


def _decimals(value: float) -> int:
    """Three figures or so: 0.031, 3.1, 31.0, 310."""
    size = abs(value)
    return 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 or size == 0 else 3


def _signed(value: float, lang: Lang, *, sign: bool, decimals: int) -> str:
    written = number(abs(value), lang, decimals=decimals)
    if not any(one in "123456789" for one in written):
        return written
    return f"{'−' if value < 0 else '+' if sign else ''}{written}"

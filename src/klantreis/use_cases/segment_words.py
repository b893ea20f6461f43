"""Fields, rules and differences of segments in words that anybody can read, in either language."""

from __future__ import annotations

from collections.abc import Sequence

from klantreis.analysis.behaviour.customer_fields import CustomerField, CustomerTable
from klantreis.analysis.behaviour.segment_choice import SteadyGroup
from klantreis.analysis.behaviour.segment_fields import Difference
from klantreis.analysis.behaviour.segment_rule import Condition
from klantreis.analysis.result import Floats
from klantreis.analysis.voice.averages import effective_n
from klantreis.events.share import Share
from klantreis.render.numbers import day, interval, number, percent
from klantreis.texts import text
from klantreis.values import Lang, Period

#: Measures that are shares, shown as percentages.
SHARES = ("share", "hours", "weekend", "category")
#: Measures whose conditions have words of their own.
WORDED = ("count", "days_since")


def field_words(field: CustomerField, lang: Lang) -> str:
    """What a field is.

    Examples
    --------
    >>> import numpy as np
    >>> field_words(CustomerField("count:shop", "count", "shop", np.zeros(1)), "nl")
    'aantal keer ‘shop’'
    """
    if field.measure == "hours":
        return text("segments.field.hours", lang, when=when_words(field, lang))
    return text(f"segments.field.{field.measure}", lang, what=spoken(field.what), value=field.value)


def spoken(name: str) -> str:
    """A name of a column as people say it: ``aantal_afdelingen`` becomes ``aantal afdelingen``."""
    return name.replace("_", " ").strip()


def when_words(field: CustomerField, lang: Lang) -> str:
    """The part of the day of a field."""
    return text(f"segments.when.{field.what}", lang)


def figure(value: float, field: CustomerField, lang: Lang) -> str:
    """A value of a field with the decimals that it needs.

    Examples
    --------
    >>> import numpy as np
    >>> figure(0.347, CustomerField("weekend", "weekend", "", np.zeros(1)), "en")
    '35%'
    """
    if field.measure in SHARES:
        return percent(value, lang)
    if value == int(value) and field.measure != "mean":
        return number(value, lang)
    size = abs(value)
    return number(value, lang, decimals=0 if size >= 1000 else 1 if size >= 20 else 2)


def condition_words(condition: Condition, field: CustomerField, lang: Lang) -> str:
    """One condition of a rule.

    Examples
    --------
    >>> import numpy as np
    >>> field = CustomerField("count:shop", "count", "shop", np.zeros(1))
    >>> condition_words(Condition("count:shop", low=3), field, "nl"), condition_words(
    ...     Condition("count:shop", high=0), field, "en"
    ... )
    ('minstens 3 keer ‘shop’', 'never ‘shop’')
    """
    what = spoken(field.what)
    if condition.values:
        said = text("segments.condition.or", lang).join(f"‘{value}’" for value in condition.values)
        return text("segments.condition.values", lang, what=what, values=said)
    low, high = condition.low, condition.high
    side = "both" if low is not None and high is not None else "low" if low is not None else "high"
    ends = {name: end(value, field, lang) for name, value in (("low", low), ("high", high)) if value is not None}
    if field.measure not in WORDED:
        return text(f"segments.condition.{side}", lang, field=field_words(field, lang), **ends)
    if field.measure == "count" and (low, high) in ((1, None), (None, 0), (None, 1)):
        special = "low_one" if low == 1 else "never" if high == 0 else "once"
        return text(f"segments.condition.count_{special}", lang, what=what)
    if field.measure == "count" and low == high:
        return text("segments.condition.count_exactly", lang, what=what, **ends)
    return text(f"segments.condition.{field.measure}_{side}", lang, what=what, **ends)


def end(value: float, field: CustomerField, lang: Lang) -> str:
    """An end of a condition, with no more rounding than the rule itself has."""
    shown = value * 100 if field.measure in SHARES else value
    places = len(f"{abs(shown):.6f}".rstrip("0").partition(".")[2])
    unit = ("\u00a0%" if lang == "nl" else "%") if field.measure in SHARES else ""
    return number(shown, lang, decimals=places) + unit


def conditions_words(conditions: Sequence[Condition], table: CustomerTable, lang: Lang) -> str:
    """All conditions of a rule, joined."""
    said = [condition_words(one, table.field(one.field), lang) for one in conditions]
    return text("segments.condition.and", lang).join(said)


def rule_words(
    conditions: Sequence[Condition], table: CustomerTable, lang: Lang, *, period: Period | None = None
) -> str:
    """The rule as a sentence that says what is counted, of what, and when."""
    said = conditions_words(conditions, table, lang)
    said = said[:1].upper() + said[1:]
    if period is None:
        return text("segments.condition.sentence", lang, conditions=said, unit=table.unit)
    start, until = day(period.start, lang), day(period.end, lang)
    return text("segments.condition.sentence_period", lang, conditions=said, unit=table.unit, start=start, end=until)


def claim_words(row: Difference, field: CustomerField, lang: Lang) -> str:
    """A difference as a claim on a persona."""
    way = "more" if row.inside > row.outside else "less"
    values = {"inside": figure(row.inside, field, lang), "outside": figure(row.outside, field, lang)}
    when = when_words(field, lang) if field.measure == "hours" else ""
    what = spoken(field.what)
    if field.measure == "category":
        what = what[:1].upper() + what[1:]
    value = row.category if row.category is not None else field.value
    return text(f"segments.claim.{field.measure}_{way}", lang, what=what, value=value, when=when, **values)


def difference_words(row: Difference, field: CustomerField, lang: Lang) -> str:
    """What differs, for a table: the field, and the category when it has one."""
    said = field_words(field, lang)
    return said if row.category is None else f"{said}: {row.category}"


def share_words(share: Share, lang: Lang) -> dict[str, str]:
    """A share and its interval for a sentence."""
    return {
        "share": percent(share.value or 0.0, lang),
        "low": percent(share.low, lang),
        "high": percent(share.high, lang),
    }


def weighed_words(weights: Floats | None, lang: Lang) -> str:
    """That a number is weighted and what so many are then worth, as a sentence after others; empty when it is not.

    Examples
    --------
    >>> import numpy as np
    >>> weighed_words(None, "en"), weighed_words(np.array([1.0, 1.0, 2.0]), "en")
    ('', ' Weighted: 3 answers are worth as much as 2.7 that count alike.')
    """
    if weights is None or not weights.any():
        return ""
    effective = number(effective_n(weights), lang, decimals=1)
    return " " + text("segments.finding.weighted", lang, n=number(len(weights), lang), effective=effective)


def method_words(how: str, weights: Floats | None, lang: Lang, *, unit: str = "") -> str:
    """How a share or a mean was estimated, for the record."""
    if weights is None or not weights.any():
        return text(f"segments.method.{how}", lang, unit=unit)
    effective = number(effective_n(weights), lang, decimals=1)
    return text(f"segments.method.{how}_weighted", lang, unit=unit, effective=effective)


def interval_words(share: Share, lang: Lang) -> str:
    """The interval of a share, for a table."""
    return interval(share.low, share.high, lang)


def steady_words(steady: SteadyGroup | None, lang: Lang) -> str:
    """How steady a group is, as a sentence."""
    if steady is None or steady.estimate is None:
        return text("segments.grade.none", lang)
    return text(
        "segments.finding.steady",
        lang,
        draws=steady.n,
        jaccard=number(steady.estimate, lang, decimals=2),
        low=number(steady.low or 0.0, lang, decimals=2),
        high=number(steady.high or 0.0, lang, decimals=2),
        grade=text(f"segments.grade.{steady.grade}", lang),
    )

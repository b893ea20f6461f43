"""A reality as text for the terminal: an aligned table per step, then fit, order and what is not on the map."""

from __future__ import annotations

from datetime import datetime

from klantreis.cli.events.tables import aligned
from klantreis.events.share import Share
from klantreis.journeys.medians import Wait
from klantreis.journeys.reality import Reality, StepReality
from klantreis.render.numbers import day, duration, number, percent
from klantreis.texts import text
from klantreis.values import Lang

#: How many deviations and touchpoints are named; JSON holds more.
SHOWN = 10
#: A step's title is cut to this many letters, so that its numbers stay on the line.
LONGEST = 40
COLUMNS = (
    *("step", "kind", "reach", "interval", "runs", "customers", "repeats", "came_back"),
    *("next", "next_interval", "next_n", "dropped_out", "open"),
)


def reality_text(found: Reality, *, title: str, lang: Lang) -> str:
    """All of it, lines joined."""
    return "\n".join(
        [
            *_head(found, title, lang),
            "",
            *_steps(found, lang),
            "",
            *_fit(found, lang),
            "",
            *_disorder(found, lang),
            "",
            *_off_map(found, lang),
            "",
            _say("basis.title", lang),
            *(f"  {_say(f'basis.{one}', lang)}" for one in ("reach", "dropped_out", "next", "fit", "customers")),
            "",
            *([_say("hidden_below", lang, k=found.hidden_below)] if found.hidden_below else []),
            _say("not_causal", lang),
        ]
    )


def _head(found: Reality, title: str, lang: Lang) -> list[str]:
    runs = found.runs
    lines = [_say("title", lang, title=title)]
    if runs.data_until is None:
        lines.append(_say("no_data", lang, dataset=found.rule.dataset))
    else:
        moments = {name: _day(getattr(runs, name), lang) for name in ("first", "last", "data_until")}
        until = moments.pop("data_until")
        lines.append(_say("data", lang, dataset=found.rule.dataset, until=until, **moments))
    names = ("n", "customers_with_runs", "customers", "ended", "timed_out", "open")
    lines.append(_say("runs", lang, **{name: _count(getattr(runs, name), lang) for name in names}))
    if found.rule.key is not None:
        lines.append(_say("key", lang, key=found.rule.key))
    if runs.without_steps:
        lines.append(_say("without_steps", lang, n=_count(runs.without_steps, lang)))
    return lines


def _steps(found: Reality, lang: Lang) -> list[str]:
    header = [_say(f"column.{name}", lang) for name in COLUMNS]
    rows = [_step(number, step, lang) for number, step in enumerate(found.steps, start=1)]
    return aligned(header, rows, texts=2).splitlines()


def _step(number: int, step: StepReality, lang: Lang) -> list[str]:
    title = step.title if len(step.title) <= LONGEST else f"{step.title[: LONGEST - 1]}…"
    marks = [
        _say(f"step.{mark}", lang)
        for mark, holds in (
            ("unbound", not step.bound),
            ("never", step.never_seen),
            ("optional", step.optional),
            ("repeatable", step.repeatable),
        )
        if holds
    ]
    named = [f"{number}. {title}", ", ".join(marks)]
    if not step.bound:
        return [*named, *[""] * (len(COLUMNS) - len(named))]
    return [
        *named,
        _percent(step.reach, lang),
        _interval(step.reach, lang),
        _count(step.reach.count if step.reach else None, lang),
        _count(step.customers, lang),
        _count(step.repeats, lang),
        _percent(step.came_back, lang),
        *_wait(step.next, lang),
        _percent(step.dropped_out, lang),
        _count(step.after.open if step.after else None, lang),
    ]


def _fit(found: Reality, lang: Lang) -> list[str]:
    fit = found.fit
    lines = [_say("fit.title", lang)]
    still_open = _count(fit.open, lang)
    if fit.share is None:
        return [*lines, f"  {_say('fit.hidden' if any(step.bound for step in found.steps) else 'fit.none', lang)}"]
    if fit.share.n == 0:
        return [*lines, f"  {_say('fit.no_closed', lang, open=still_open)}"]
    share = {
        "count": _count(fit.share.count, lang),
        "n": _count(fit.share.n, lang),
        "value": _percent(fit.share, lang),
        "interval": _interval(fit.share, lang),
    }
    reasons = {name: _count(getattr(fit, name), lang) for name in ("missing", "disordered", "wrong_repeat")}
    return [
        *lines,
        f"  {_say('fit.share', lang, open=still_open, **share)}",
        f"  {_say('fit.reasons', lang, **reasons)}",
    ]


def _disorder(found: Reality, lang: Lang) -> list[str]:
    lines = [_say("disorder.title", lang)]
    runs = found.disorder.runs
    if runs is not None and runs.count == 0:
        return [*lines, f"  {_say('disorder.none', lang)}"]
    lines.append(f"  {_say('disorder.share', lang, **_part(runs, lang))}")
    titles = {step.id: f"{number}. {step.title}" for number, step in enumerate(found.steps, start=1)}
    header = [_say(f"column.{name}", lang) for name in ("later", "earlier", "runs", "share")]
    rows = [
        [titles[pair.later], titles[pair.earlier], _count(pair.runs.count, lang), _percent(pair.runs, lang)]
        for pair in found.disorder.pairs[:SHOWN]
    ]
    return [*lines, *(f"  {line}" for line in aligned(header, rows, texts=2).splitlines())] if rows else lines


def _off_map(found: Reality, lang: Lang) -> list[str]:
    off = found.off_map
    lines = [_say("off_map.title", lang)]
    if off.distinct == 0:
        return [*lines, f"  {_say('off_map.none', lang)}"]
    total = {"distinct": _count(off.distinct, lang), "events": _count(off.events, lang), **_part(off.runs, lang)}
    lines.append(f"  {_say('off_map.total', lang, **total)}")
    header = [_say(f"column.{name}", lang) for name in ("touchpoint", "runs", "share", "customers", "events")]
    rows = [
        [
            one.touchpoint,
            _count(one.runs.count, lang),
            _percent(one.runs, lang),
            _count(one.customers, lang),
            _count(one.events, lang),
        ]
        for one in off.touchpoints[:SHOWN]
    ]
    return [*lines, *(f"  {line}" for line in aligned(header, rows).splitlines())] if rows else lines


def _say(message: str, lang: Lang, **values: object) -> str:
    return text(f"reality.{message}", lang, **values)


def _part(share: Share | None, lang: Lang) -> dict[str, str]:
    few = _say("few", lang)
    if share is None:
        return {"count": few, "n": few, "value": few, "interval": few}
    return {
        "count": _count(share.count, lang),
        "n": _count(share.n, lang),
        "value": _percent(share, lang),
        "interval": _interval(share, lang),
    }


def _wait(wait: Wait | None, lang: Lang) -> tuple[str, str, str]:
    """Median, its interval, and the number of runs."""
    if wait is None:
        few = _say("few", lang)
        return few, few, few
    between = f"{_duration(wait.low, lang)} – {_duration(wait.high, lang)}"
    return (
        _duration(wait.median, lang),
        _say("dash", lang) if wait.low is None else between,
        _count(wait.n, lang),
    )


def _count(value: int | None, lang: Lang) -> str:
    return _say("few", lang) if value is None else number(value, lang)


def _percent(share: Share | None, lang: Lang) -> str:
    if share is None:
        return _say("few", lang)
    return _say("dash", lang) if share.value is None else percent(share.value, lang, decimals=1)


def _interval(share: Share | None, lang: Lang) -> str:
    if share is None:
        return _say("few", lang)
    if share.value is None:
        return _say("dash", lang)
    return f"{number(100 * share.low, lang, decimals=1)}–{percent(share.high, lang, decimals=1)}"


def _duration(seconds: float | None, lang: Lang) -> str:
    return _say("dash", lang) if seconds is None else duration(seconds, lang)


def _day(moment: str | None, lang: Lang) -> str:
    return _say("dash", lang) if moment is None else day(datetime.fromisoformat(moment).date(), lang)

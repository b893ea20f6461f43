"""A fit for the terminal: fitness, the ways off the map as sentences, deviations per step, drift; and as CSV."""

from __future__ import annotations

from collections.abc import Iterable

from klantreis.cli.events.tables import Cell, aligned, as_csv
from klantreis.events.share import Share
from klantreis.journeys.drift import Difference, Drift, Fitness, StepDrift
from klantreis.journeys.fit_values import KINDS, FitVariant, MapFit, StepDeviation
from klantreis.journeys.fit_words import departure_words
from klantreis.render.numbers import day, number, percent
from klantreis.texts import text
from klantreis.values import Lang

#: A step's title is cut to this many letters in a table; sentences have it whole.
LONGEST = 40
#: One in so many intervals at 95 % leaves out zero by chance.
ONE_IN = 20
#: A way that nobody took before is named when more than this part of the later runs takes it.
NEW_WAY = 0.1
#: So many of its steps are named.
LONGEST_WAY = 8
CSV_COLUMNS = (
    *("level", "kind", "way", "step", "other", "touchpoint"),
    *("runs", "n", "share", "low", "high", "customers", "words"),
)


def fit_text(found: MapFit, *, title: str, lang: Lang) -> str:
    """All of it, lines joined."""
    lines = [_say("title", lang, title=title)]
    runs = found.runs
    if runs.closed == 0:
        return "\n".join([*lines, _say("no_closed", lang, open=number(runs.open, lang))])
    counts = {name: number(getattr(runs, name), lang) for name in ("closed", "customers", "open", "variants")}
    lines.append(_say("runs", lang, **counts))
    if not any(step.bound for step in found.steps):
        return "\n".join([*lines, _say("none", lang)])
    return "\n".join(
        [
            *lines,
            "",
            *_fitness(found, lang),
            "",
            *_ways(found, lang),
            "",
            *_steps(found, lang),
            "",
            *(_drift(found, found.drift, lang) if found.drift else []),
            *([_say("hidden_below", lang, k=found.hidden_below)] if found.hidden_below else []),
            _say("basis", lang),
            _say("not_causal", lang),
        ]
    )


def fit_csv(found: MapFit, *, lang: Lang) -> str:
    """One row per deviation: in the whole journey, per step, and per way of leaving the map."""
    titles = {step.id: step.title for step in found.steps}
    rows: list[list[Cell]] = []
    for level, step_id, deviations in (
        ("journey", None, found.kinds),
        *(("step", step.id, step.deviations) for step in found.steps),
    ):
        for one in deviations:
            rows.append([level, one.kind, None, step_id, None, None, *_cells(one.runs), one.customers, None])
    for way in found.departures:
        words = departure_words(way, titles, lang=lang)
        rows.append(
            ["way", way.kind, way.way, way.step, way.other, way.touchpoint, *_cells(way.runs), way.customers, words]
        )
    return as_csv(CSV_COLUMNS, rows)


def _cells(share: Share) -> list[Cell]:
    return [share.count, share.n, share.value, share.low, share.high]


def _fitness(found: MapFit, lang: Lang) -> list[str]:
    if found.fitness is None or found.fitness_with_ad_hoc is None:
        return [_say("hidden", lang)]
    lines = [
        _say(name, lang, value=_three(fitness.value, lang), interval=_interval(fitness, lang))
        for name, fitness in (("fitness", found.fitness), ("fitness_with_ad_hoc", found.fitness_with_ad_hoc))
    ]
    return [*lines, *([_say("follow", lang, **_part(found.follow, lang))] if found.follow else [])]


def _ways(found: MapFit, lang: Lang) -> list[str]:
    titles = {step.id: step.title for step in found.steps}
    lines = [_say("ways.title", lang)]
    for place, way in enumerate(found.departures, start=1):
        words = departure_words(way, titles, lang=lang)
        sentence = _say("ways.line", lang, way=words, customers=number(way.customers, lang), **_part(way.runs, lang))
        lines.append(f"{place:>3}. {sentence}.")
    if not found.departures:
        clean = all(one.runs.count == 0 for one in found.kinds) and found.hidden_below is None
        lines.append(f"  {_say('ways.none' if clean else 'dash', lang)}")
    return lines


def _steps(found: MapFit, lang: Lang) -> list[str]:
    shown = [kind for kind in KINDS if any(one.kind == kind for one in found.kinds)] or list(KINDS)
    header = [_say("column.step", lang), *(_say(f"kind.{kind}", lang) for kind in shown)]
    rows = [
        [_titled(place, step.title, lang), *(_cell(step.deviation(kind), lang) for kind in shown)]
        if step.bound
        else [_titled(place, step.title, lang), _say("unbound", lang), *[""] * (len(shown) - 1)]
        for place, step in enumerate(found.steps, start=1)
    ]
    before = [found.before_steps] if found.before_steps else []
    anywhere = {one.kind: one for one in found.kinds}
    rows = [
        [_say("before_steps", lang), *(_cell(_of(before, kind), lang) for kind in shown)],
        *rows,
        [_say("somewhere", lang), *(_cell(anywhere.get(kind), lang) for kind in shown)],
    ]
    return [
        _say("steps.title", lang, n=number(found.runs.closed, lang)),
        *(f"  {line}" for line in aligned(header, rows).splitlines()),
    ]


def _of(deviations: Iterable[StepDeviation], kind: str) -> StepDeviation | None:
    return next((one for one in deviations if one.kind == kind), None)


def _cell(one: StepDeviation | None, lang: Lang) -> str:
    if one is None or one.runs.value is None:
        return _say("dash", lang)
    return f"{number(one.runs.count, lang)} ({percent(one.runs.value, lang, decimals=1)})"


def _drift(found: MapFit, drift: Drift, lang: Lang) -> list[str]:
    lines = [_say("drift.title", lang, day=day(drift.split, lang))]
    if drift.difference is None:
        return [*lines, f"  {_say('drift.one_sided', lang)}", ""]
    values = {
        "before": _three(drift.before.value, lang),
        "after": _three(drift.after.value, lang),
        "n_before": number(drift.before.runs, lang),
        "n_after": number(drift.after.runs, lang),
    }
    change = drift.difference
    verdict = "unclear" if not change.clear else "better" if change.value > 0 else "worse"
    lines.append(f"  {_say('drift.fitness', lang, **values)}")
    between = _interval(change, lang, mark=True)
    said = {"value": _change(change.value, lang, decimals=3), "interval": between}
    lines.append(f"  {_say('drift.difference', lang, **said, verdict=_say(f'drift.{verdict}', lang))}")
    compared = [one for one in drift.steps if one.difference is not None]
    clear = [one for one in compared if one.difference is not None and one.difference.clear]
    lines.append(f"  {_say('drift.steps' if clear else 'drift.steps_none', lang)}")
    if clear:
        names = ("step", "kind", "before", "after", "difference", "interval")
        header = [_say(f"column.{name}", lang) for name in names]
        lines += [f"    {line}" for line in aligned(header, _changes(found, clear, lang), texts=2).splitlines()]
    chance = number(len(compared) / ONE_IN, lang, decimals=1)
    lines.append(f"  {_say('drift.many', lang, n=len(compared), chance=chance)}")
    new = [one for one in drift.new_variants if (one.runs.value or 0) > NEW_WAY]
    ways = [_say("drift.new", lang, way=_way(found, one, lang), **_part(one.runs, lang)) for one in new]
    return [*lines, *(f"  {way}" for way in ways), ""]


def _way(found: MapFit, variant: FitVariant, lang: Lang) -> str:
    """The steps that were seen, the first few of them by title."""
    titles = {step.id: step.title for step in found.steps}
    steps = [titles[step] for step in variant.seen]
    if not steps:
        return _say("drift.nothing_seen", lang)
    more = [_say("drift.way_more", lang, n=len(steps) - LONGEST_WAY)] if len(steps) > LONGEST_WAY else []
    return " → ".join([*steps[:LONGEST_WAY], *more])


def _changes(found: MapFit, clear: list[StepDrift], lang: Lang) -> list[list[str]]:
    titles = {step.id: _titled(place, step.title, lang) for place, step in enumerate(found.steps, start=1)}
    rows = []
    for one in clear:
        if one.difference is None or one.difference.low is None or one.difference.high is None:
            continue
        points = [_change(100 * end, lang) for end in (one.difference.low, one.difference.high)]
        rows.append(
            [
                _say("somewhere", lang) if one.step is None else titles[one.step],
                _say(f"kind.{one.kind}", lang),
                *(percent(share.value or 0.0, lang, decimals=1) for share in (one.before, one.after)),
                _change(100 * one.difference.value, lang),
                " … ".join(points),
            ]
        )
    return rows


def _say(message: str, lang: Lang, **values: object) -> str:
    return text(f"fit.{message}", lang, **values)


def _titled(place: int, title: str, lang: Lang) -> str:
    return _say("number", lang, number=place, title=title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…")


def _part(share: Share, lang: Lang) -> dict[str, str]:
    value = _say("dash", lang) if share.value is None else percent(share.value, lang, decimals=1)
    between = f"{number(100 * share.low, lang, decimals=1)}–{percent(share.high, lang, decimals=1)}"
    return {"count": number(share.count, lang), "n": number(share.n, lang), "value": value, "between": between}


def _three(value: float | None, lang: Lang) -> str:
    """Three decimals; what is not quite 1 must not read as 1."""
    if value is None:
        return _say("dash", lang)
    return number(min(value, 0.999) if value < 1 else value, lang, decimals=3)


def _change(value: float, lang: Lang, *, decimals: int = 1) -> str:
    sign = "−" if value < 0 else "+"
    return sign + number(abs(value), lang, decimals=decimals)


def _interval(found: Fitness | Difference, lang: Lang, *, mark: bool = False) -> str:
    if found.low is None or found.high is None:
        return _say("no_interval", lang)
    ends = [_change(end, lang, decimals=3) if mark else _three(end, lang) for end in (found.low, found.high)]
    return _say("interval", lang, low=ends[0], high=ends[1])

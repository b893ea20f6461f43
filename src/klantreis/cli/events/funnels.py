"""``klantreis events funnel``: how far customers come along a row of steps, in order or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from klantreis.cli.events.questions import asked, opened, printed
from klantreis.cli.events.showing import Shown, durations, numbers, titles
from klantreis.cli.events.tables import Cell, aligned, as_csv, length, percent, whole
from klantreis.events.answers.funnels import Funnel, UnorderedFunnel
from klantreis.events.share import Share
from klantreis.events.stage import Stage, as_stage
from klantreis.values import Lang


@click.command("funnel")
@asked
@click.argument("steps", nargs=-1, required=True, metavar="STEP…")
@click.option("--within", metavar="DURATION", help="From the first step to the last at most this long.")
@click.option("--any-order", is_flag=True, help="Count the steps in whatever order they were taken.")
def funnel_command(*, steps: Sequence[str], within: str | None, any_order: bool, **common: Any) -> None:
    """How many customers in LOG take these steps in this order.

    Other events may lie between. Every STEP is a pattern; one event counts for one step. A step can be optional, have a
    longest time since the step taken before it, and exclude events between the two:

    \b
      optional PATTERN within 3d without PATTERN

    \b
    Examples:
      klantreis events funnel log 'touchpoint = "mailing"' 'touchpoint = "shopping trip"' --within 7d
      klantreis events funnel log 'channel = "web"' 'touchpoint in ("order", "call")' --format json
      klantreis events funnel log 'touchpoint = "basket"' 'optional touchpoint = "call"' \
        'touchpoint = "order" within 1d without touchpoint = "basket emptied"'
      klantreis events funnel log 'touchpoint = "app"' 'touchpoint = "shop"' --any-order
    """
    stages = [as_stage(step) for step in steps]
    patterns = [pattern for stage in stages for pattern in (stage.matching, stage.excluding) if pattern is not None]
    log, chosen = opened(common, *patterns)
    if any_order:
        free = log.unordered_funnel(stages, within=within, filter=chosen)
        printed(free, common, in_any_order)
    else:
        answer = log.funnel(stages, within=within, filter=chosen)
        printed(answer, common, lambda found, lang: in_order(found, stages, lang))


def in_order(answer: Funnel, stages: Sequence[Stage], lang: Lang) -> Shown:
    """A row per step; those with too few customers to show are not in the answer."""
    rows = [
        [
            f"{place}. {stage}",
            whole(step.customers, lang),
            percent(step.of_entered.value, lang),
            _interval(step.of_entered, lang),
            percent(step.of_previous.value, lang),
            percent(step.of_exposed.value, lang),
            length(step.seconds.median, lang),
        ]
        for place, (step, stage) in enumerate(zip(answer.steps, stages, strict=False), start=1)
    ]
    heads = titles(lang, "step", "customers", "of_entered", "interval", "of_previous", "of_exposed", "to_here")
    table: list[list[Cell]] = [
        [
            *(str(stage), s.customers, s.of_entered.value, s.of_entered.low, s.of_entered.high, s.of_previous.value),
            *(s.of_exposed.value, s.of_exposed.low, s.of_exposed.high),
            *(*numbers(s.seconds), *numbers(s.since_previous)),
        ]
        for s, stage in zip(answer.steps, stages, strict=False)
    ]
    columns = ["step", "customers", "of_entered", "low", "high", "of_previous", "of_exposed", "exposed_low"]
    columns += ["exposed_high", "q1_seconds", "median_seconds", "q3_seconds"]
    columns += ["q1_since_previous", "median_since_previous", "q3_since_previous"]
    return Shown(aligned(heads, rows), as_csv(columns, table))


def in_any_order(answer: UnorderedFunnel, lang: Lang) -> Shown:
    """A row per number of steps done, then one per step."""
    done = [
        [
            *(
                str(found.steps),
                whole(found.customers, lang),
                percent(found.of_entered.value, lang),
                _interval(found.of_entered, lang),
            ),
            *(
                percent(found.of_previous.value, lang),
                percent(found.of_exposed.value, lang),
                *durations(found.seconds, lang),
            ),
        ]
        for found in answer.done
    ]
    steps = [
        [
            *(
                step.pattern,
                whole(step.customers, lang),
                percent(step.of_entered.value, lang),
                _interval(step.of_entered, lang),
            ),
            percent(step.of_exposed.value, lang),
        ]
        for step in answer.steps
    ]
    shares = ("customers", "of_entered", "interval")
    tables = [
        aligned(titles(lang, "done", *shares, "of_previous", "of_exposed", "q1", "median", "q3"), done),
        aligned(titles(lang, "step", *shares, "of_exposed"), steps),
    ]
    columns = ["what", "customers", "of_entered", "low", "high", "of_exposed", "q1_seconds", "median_seconds"]
    nothing: tuple[Cell, ...] = (None, None, None)
    table: list[list[Cell]] = [
        [str(f.steps), f.customers, *_numbers(f.of_entered), f.of_exposed.value, *numbers(f.seconds)]
        for f in answer.done
    ]
    table += [[s.pattern, s.customers, *_numbers(s.of_entered), s.of_exposed.value, *nothing] for s in answer.steps]
    return Shown("\n\n".join(tables), as_csv([*columns, "q3_seconds"], table))


def _interval(share: Share, lang: Lang) -> str:
    return f"{percent(share.low, lang)} – {percent(share.high, lang)}"


def _numbers(share: Share) -> tuple[Cell, ...]:
    return (share.value, share.low, share.high)

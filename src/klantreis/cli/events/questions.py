"""``klantreis events transitions|variants|visits|reach``: one question each, as text, JSON or CSV."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from klantreis.cli.events import showing
from klantreis.errors import InvalidInputError
from klantreis.events.answers.answer import Answer, TooFew
from klantreis.events.filter import Filter
from klantreis.events.log import EventLog
from klantreis.events.pattern import EventPattern
from klantreis.texts import text
from klantreis.use_cases.open_events import open_events
from klantreis.values import Lang

F = TypeVar("F", bound=Callable[..., None])
A = TypeVar("A", bound=Answer)


def moment(_ctx: click.Context, _param: click.Parameter, value: str | None) -> date | datetime | None:
    """A day (2026-12-31) or a moment (2026-12-31T14:05, with or without a zone)."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        raise InvalidInputError(
            f"{value!r} is no day or time.", hint="Write 2026-12-31, or 2026-12-31T14:05."
        ) from None


def asked(command: F) -> F:
    """What every question takes: the log, the filters, the format and the language."""
    options = [
        click.argument("log", type=click.Path(path_type=Path)),
        click.option("--from", "since", callback=moment, metavar="DAY", help="From this day, or moment, on."),
        click.option("--to", "until", callback=moment, metavar="DAY", help="Up to and including this day."),
        click.option("--where", metavar="PATTERN", help="Only events that match."),
        click.option("--segment", metavar="PATTERN", help="Only customers with at least one matching event."),
        click.option(
            "--hide-below",
            type=click.IntRange(min=1),
            default=5,
            show_default=True,
            metavar="K",
            help="Leave out numbers of fewer than K customers; 1: show all.",
        ),
        click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True),
        click.option("--lang", type=click.Choice(["en", "nl"]), default="en", show_default=True, help="Language."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


Common = dict[str, Any]


def opened(common: Common, *patterns: EventPattern | str) -> tuple[EventLog, Filter]:
    """The log and the filter asked for; says which values in the patterns occur nowhere."""
    log = open_events(common["log"])
    period = (common["since"], common["until"])
    chosen = Filter(
        period=None if period == (None, None) else period, where=common["where"], customers=common["segment"]
    )
    lang: Lang = common["lang"]
    for pattern in (*patterns, chosen.where, chosen.customers):
        for field, value in log.unknown_values(pattern) if pattern is not None else ():
            click.echo(text("events.scope.unknown", lang, field=field, value=value), err=True)
    return log, chosen


def printed(answer: A, common: Common, show: Callable[[A, Lang], showing.Shown]) -> None:
    """Print an answer in the form asked for, without the numbers of small groups."""
    lang: Lang = common["lang"]
    left = answer.suppressed(common["hide_below"])
    if common["form"] == "json":
        click.echo(json.dumps(left.to_dict(), ensure_ascii=False, indent=2))
        return
    note = text("events.scope.hidden", lang, k=common["hide_below"]) if common["hide_below"] > 1 else ""
    if isinstance(left, TooFew):
        click.echo(text("events.scope.too_few", lang, k=left.hidden_below), err=common["form"] == "csv")
    elif common["form"] == "csv":
        if note:
            click.echo(note, err=True)
        click.echo(show(left, lang).csv)
    else:
        scope = "\n".join(line for line in (showing.scope_line(left.scope, lang), note) if line)
        click.echo(f"{scope}\n\n{show(left, lang).text}")


@click.command("transitions")
@asked
@click.option("--top", type=click.IntRange(min=0), default=25, show_default=True, help="Rows of text; 0: all.")
@click.option("--times/--no-times", default=True, show_default=True, help="Work out the times between, or only count.")
def transitions_command(*, top: int, times: bool, **common: Any) -> None:
    """What follows what in LOG, how often and after how long.

    Times are the median and quartiles between the two events, in CSV and JSON in seconds.

    \b
    Examples:
      klantreis events transitions log --from 2026-01-01 --to 2026-03-31
      klantreis events transitions log --where 'touchpoint != "page view"' --format csv
    """
    log, chosen = opened(common)
    answer = log.transitions(times=times, filter=chosen)
    printed(answer, common, lambda found, lang: showing.transitions(found, lang, top=top))


@click.command("variants")
@asked
@click.option("--top", type=click.IntRange(min=1), default=20, show_default=True, help="How many paths to name.")
@click.option("--gap", metavar="DURATION", help="Cut paths into visits where more than this passes.")
@click.option("--fold-repeats", is_flag=True, help="Take immediate repeats of a touchpoint as one.")
def variants_command(*, top: int, gap: str | None, fold_repeats: bool, **common: Any) -> None:
    """Which whole paths customers take in LOG, most frequent first.

    \b
    Examples:
      klantreis events variants log --fold-repeats
      klantreis events variants log --gap 30min --top 10 --segment 'channel = "app"'
    """
    log, chosen = opened(common)
    answer = log.variants(top=top, gap=gap, fold_repeats=fold_repeats, filter=chosen)
    printed(answer, common, showing.variants)


@click.command("visits")
@asked
@click.option("--gap", metavar="DURATION", default="30min", show_default=True, help="A longer pause ends a visit.")
def visits_command(*, gap: str, **common: Any) -> None:
    """Events of LOG close in time, taken together.

    \b
    Examples:
      klantreis events visits log
      klantreis events visits log --gap 1d --format json
    """
    log, chosen = opened(common)
    answer = log.visits(gap=gap, filter=chosen)
    printed(answer, common, showing.visits)


@click.command("reach")
@asked
@click.argument("pattern", metavar="PATTERN")
def reach_command(*, pattern: str, **common: Any) -> None:
    """How many customers in LOG have a matching event, once or more often.

    \b
    Examples:
      klantreis events reach log 'touchpoint = "coupon redeemed"'
      klantreis events reach log 'amount >= 50' --segment 'campaign_type = "Type A"'
    """
    log, chosen = opened(common, pattern)
    answer = log.reach(pattern, filter=chosen)
    printed(answer, common, showing.reach)

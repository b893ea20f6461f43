"""``klantreis events between|rework|paths-to|credit``: durations, loops, and what led to an outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from klantreis.cli.events import outcome_showing as showing
from klantreis.cli.events.questions import asked, opened, printed

F = TypeVar("F", bound=Callable[..., None])


def cut(command: F) -> F:
    """What every question about paths to an outcome takes."""
    options = [
        click.argument("outcome", metavar="OUTCOME"),
        click.option(
            "--lookback", metavar="DURATION", help="Only touches up to this long before an outcome led to it."
        ),
        click.option(
            "--outcomes",
            type=click.Choice(["each", "first"]),
            default="each",
            show_default=True,
            help="Which outcomes of a customer end a path.",
        ),
        click.option("--touches", metavar="PATTERN", help="Only these events can be on a path."),
        click.option("--fold-repeats", is_flag=True, help="Take immediate repeats on a path as one."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command("between")
@asked
@click.argument("start", metavar="START")
@click.argument("end", metavar="END")
@click.option(
    "--starts",
    type=click.Choice(["first", "each", "nearest"]),
    default="first",
    show_default=True,
    help="Each customer's first start, every one, or those without a newer one before the end.",
)
@click.option("--within", metavar="DURATION", help="Take a later end as not seen.")
def between_command(*, start: str, end: str, starts: Any, within: str | None, **common: Any) -> None:
    """How long after START comes END in LOG; both are patterns.

    \b
    Examples:
      klantreis events between log 'touchpoint = "mailing"' 'touchpoint = "shopping trip"'
      klantreis events between log 'first touchpoint = "order"' 'nth(2) touchpoint = "order"' --within 90d
      klantreis events between log 'touchpoint = "call"' 'touchpoint = "solved"' --starts nearest --format json
    """
    log, chosen = opened(common, start, end)
    answer = log.time_between(start, end, starts=starts, within=within, filter=chosen)
    printed(answer, common, showing.between)


@click.command("rework")
@asked
@click.option("--top", type=click.IntRange(min=1), default=20, show_default=True, help="How many cycles to name.")
def rework_command(*, top: int, **common: Any) -> None:
    """What customers in LOG do again: repeats, returns, and cycles a … b … a.

    \b
    Examples:
      klantreis events rework log
      klantreis events rework log --where 'channel = "phone"' --top 5 --format csv
    """
    log, chosen = opened(common)
    answer = log.rework(top=top, filter=chosen)
    printed(answer, common, showing.rework)


@click.command("paths-to")
@asked
@cut
@click.option("--by", default="touchpoint", show_default=True, metavar="FIELD", help="What a path is made of.")
@click.option("--top", type=click.IntRange(min=0), default=20, show_default=True, help="How many paths; 0 for all.")
def paths_to_command(*, outcome: str, touches: str | None, top: int, **words: Any) -> None:
    """Which paths in LOG lead to OUTCOME, a pattern, and which to nothing.

    \b
    Examples:
      klantreis events paths-to log 'touchpoint = "order"' --lookback 30d
      klantreis events paths-to log 'first touchpoint = "order"' --by channel --fold-repeats --top 0 --format csv
    """
    question, common = _split(words)
    log, chosen = opened(common, outcome, *([] if touches is None else [touches]))
    answer = log.paths_to(outcome, touches=touches, top=top or None, filter=chosen, **question)
    printed(answer, common, showing.paths_to)


@click.command("credit")
@asked
@cut
@click.option("--by", default="channel", show_default=True, metavar="FIELD", help="What is credited.")
def credit_command(*, outcome: str, touches: str | None, **words: Any) -> None:
    """Divide the credit for OUTCOME, a pattern, over the channels in LOG by the usual rules.

    \b
    Examples:
      klantreis events credit log 'touchpoint = "order"' --lookback 30d
      klantreis events credit log 'amount >= 50' --by touchpoint --outcomes first --format json
    """
    question, common = _split(words)
    log, chosen = opened(common, outcome, *([] if touches is None else [touches]))
    answer = log.credit(outcome, touches=touches, filter=chosen, **question)
    printed(answer, common, showing.credit)


def _split(words: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the question takes, and what every question takes."""
    names = ("by", "lookback", "outcomes", "fold_repeats")
    return {name: words[name] for name in names}, {name: words[name] for name in words if name not in names}

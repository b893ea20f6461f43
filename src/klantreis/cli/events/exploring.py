"""``klantreis events tree|steps|retention|activity|compare``: the shape of journeys, the calendar, two groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, get_args

import click

from klantreis.cli.events import exploring_showing as showing
from klantreis.cli.events.questions import asked, moment, opened, printed
from klantreis.errors import InvalidInputError
from klantreis.events.answers.comparison import On
from klantreis.events.filter import Filter
from klantreis.events.stage import as_stage


@click.command("tree")
@asked
@click.argument("pattern", metavar="[PATTERN]", required=False)
@click.option("--backward", is_flag=True, help="What came before, instead of what follows.")
@click.option("--depth", type=click.IntRange(0, 100), default=3, show_default=True, help="Touchpoints after the first.")
@click.option("--breadth", type=click.IntRange(min=0), default=5, show_default=True, help="Ways on to show; 0: all.")
@click.option("--gap", metavar="DURATION", help="A path ends where more than this passes.")
@click.option("--fold-repeats", is_flag=True, help="Take immediate repeats of a touchpoint as one.")
def tree_command(*, pattern: str | None, backward: bool, **options: Any) -> None:
    """The ways customers go in LOG from every event that matches PATTERN, or from their first event.

    All paths are counted: what is not shown is folded into a rest, and every level adds up.

    \b
    Examples:
      klantreis events tree log
      klantreis events tree log 'first touchpoint = "mailing"' --depth 5 --gap 7d
      klantreis events tree log 'touchpoint = "order"' --backward --fold-repeats
    """
    shape = {name: options.pop(name) for name in ("depth", "breadth", "gap", "fold_repeats")}
    log, chosen = opened(options, *([pattern] if pattern else []))
    answer = log.tree(pattern, backward=backward, filter=chosen, **shape)
    printed(answer, options, showing.tree)


@click.command("steps")
@asked
@click.option("--upto", type=click.IntRange(min=1), default=8, show_default=True, help="The last position.")
@click.option("--align", metavar="PATTERN", help="Put each customer's first match at position 0.")
@click.option("--before", type=click.IntRange(min=0), default=3, show_default=True, help="Positions before the match.")
@click.option("--top", type=click.IntRange(min=0), default=25, show_default=True, help="Rows of text; 0: all.")
def steps_command(*, upto: int, align: str | None, before: int, top: int, **common: Any) -> None:
    """Where customers in LOG are at each position of their trace.

    \b
    Examples:
      klantreis events steps log
      klantreis events steps log --align 'touchpoint = "order"' --before 5 --upto 5
    """
    log, chosen = opened(common, *([align] if align else []))
    answer = log.steps(upto=upto, align=align, before=before, filter=chosen)
    printed(answer, common, lambda found, lang: showing.steps(found, lang, top=top))


@click.command("retention")
@asked
@click.option("--by", type=click.Choice(["day", "week", "month"]), default="week", show_default=True)
@click.option("--start", metavar="PATTERN", help="A customer starts at the first match; else at the first event.")
@click.option("--back", metavar="PATTERN", help="What counts as coming back; else any event.")
@click.option("--periods", type=click.IntRange(min=0), default=8, show_default=True, help="How many to look on.")
@click.option("--unbounded", is_flag=True, help="Came back in a period or after it, instead of in it.")
@click.option("--complete-to", callback=moment, metavar="DAY", help="The data are complete to this day.")
def retention_command(*, complete_to: date | datetime | None, **options: Any) -> None:
    """Which customers in LOG came back, per day, week or month after they started.

    What nobody could have seen yet stays empty.

    \b
    Examples:
      klantreis events retention log
      klantreis events retention log --by month --start 'touchpoint = "order"' --back 'touchpoint = "order"'
      klantreis events retention log --unbounded --complete-to 2026-03-31 --format csv
    """
    how = {name: options.pop(name) for name in ("by", "start", "back", "periods", "unbounded")}
    log, chosen = opened(options, *(how[name] for name in ("start", "back") if how[name]))
    answer = log.retention(complete_to=complete_to, filter=chosen, **how)
    printed(answer, options, showing.retention)


@click.command("activity")
@asked
def activity_command(**common: Any) -> None:
    """When on the day and in the week the events of LOG happen, in its own time zone, and through which channel.

    \b
    Examples:
      klantreis events activity log
      klantreis events activity log --where 'touchpoint = "call"' --format csv
    """
    log, chosen = opened(common)
    printed(log.activity(filter=chosen), common, showing.activity)


@click.command("compare")
@asked
@click.option("--first", metavar="PATTERN", help="Customers with a matching event.")
@click.option("--second", metavar="PATTERN", help="The other group; else everybody who is not in the first.")
@click.option("--first-from", callback=moment, metavar="DAY", help="The first group: from this day on.")
@click.option("--first-to", callback=moment, metavar="DAY", help="The first group: up to and including this day.")
@click.option("--second-from", callback=moment, metavar="DAY", help="The second group: from this day on.")
@click.option("--second-to", callback=moment, metavar="DAY", help="The second group: up to and including this day.")
@click.option(
    "--on",
    type=click.Choice(get_args(On)),
    default="transitions",
    show_default=True,
    help="What to compare.",
)
@click.option(
    "--step",
    "steps",
    multiple=True,
    metavar="PATTERN",
    help="A step of a funnel; a pattern to reach; where a tree begins; what starts and what comes back (retention); "
    "from what and to what (between); the outcome (paths, credit).",
)
@click.option(
    "--within", metavar="DURATION", help="The window of a funnel; the pause between visits; the lookback of paths."
)
@click.option(
    "--upto",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="The last position of steps, number of visits, period, or depth of the tree.",
)
@click.option(
    "--by", metavar="WORD", help="day, week or month (retention); touchpoint, channel or a field (paths, credit)."
)
@click.option("--top", type=click.IntRange(min=0), default=25, show_default=True, help="Rows of text; 0: all.")
def compare_command(*, on: str, steps: Sequence[str], top: int, **options: Any) -> None:
    """How two groups of customers in LOG differ, and what of it may be luck.

    \b
    Examples:
      klantreis events compare log --first 'campaign_type = "Type A"' --on reach
      klantreis events compare log --first 'channel = "app"' --second 'channel = "shop"' --on times
      klantreis events compare log --first 'channel = "app"' --on visits --within 30min
      klantreis events compare log --first 'channel = "app"' --on credit --step 'touchpoint = "order"' --by channel
      klantreis events compare log --first-to 2026-01-31 --second-from 2026-02-01 --on funnel \\
        --step 'touchpoint = "basket"' --step 'touchpoint = "order"'
    """
    how = {name: options.pop(name) for name in ("within", "upto", "by")}
    groups = []
    for name in ("first", "second"):
        pattern, since, until = (options.pop(f"{name}{part}") for part in ("", "_from", "_to"))
        period = None if since is None and until is None else (since, until)
        groups.append(Filter(period, customers=pattern) if pattern or period else None)
    first, second = groups
    if first is None:
        raise InvalidInputError(
            "There is no first group to compare.", hint="Name one with --first PATTERN, --first-from or --first-to."
        )
    named = [group.customers for group in groups if group is not None and group.customers is not None]
    log, chosen = opened(options, *named, *(as_stage(step).matching for step in steps))
    answer = log.compare(first, second, on=on, steps=steps, filter=chosen, **how)
    printed(answer, options, lambda found, lang: showing.compare(found, lang, top=top))

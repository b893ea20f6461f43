"""``klantreis events``: import customer events, and question them."""

from __future__ import annotations

import click

from klantreis.cli.lazy_group import SETTINGS, LazyGroup

#: Subcommand to the module that defines it and one line of help.
COMMANDS = {
    "import": ("klantreis.cli.events.importing", "Read files of any known kind into an event log."),
    "connect": ("klantreis.cli.events.connecting", "Question events where they are: a database, Spark, a warehouse."),
    "transitions": ("klantreis.cli.events.questions", "What follows what, how often and after how long."),
    "variants": ("klantreis.cli.events.questions", "Which whole paths occur, most frequent first."),
    "visits": ("klantreis.cli.events.questions", "Events close in time, taken together."),
    "funnel": ("klantreis.cli.events.funnels", "How many customers take these steps, in order or not."),
    "between": ("klantreis.cli.events.outcomes", "How long after one thing the other comes."),
    "rework": ("klantreis.cli.events.outcomes", "What customers do again: repeats, returns, cycles."),
    "paths-to": ("klantreis.cli.events.outcomes", "Which paths lead to an outcome, and which to nothing."),
    "credit": ("klantreis.cli.events.outcomes", "Outcomes credited to channels by the usual rules."),
    "tree": ("klantreis.cli.events.exploring", "The ways customers go from a point, or came to it."),
    "steps": ("klantreis.cli.events.exploring", "Where customers are at each position of their trace."),
    "retention": ("klantreis.cli.events.exploring", "Which customers came back, per day, week or month."),
    "activity": ("klantreis.cli.events.exploring", "When events happen, and through which channel."),
    "compare": ("klantreis.cli.events.exploring", "How two groups differ, and what may be luck."),
    "reach": ("klantreis.cli.events.questions", "How many customers have a matching event."),
    "trim": ("klantreis.cli.events.privacy", "Take out events that are older than the log should keep."),
    "export": ("klantreis.cli.events.privacy", "All that a log holds of one customer."),
    "erase": ("klantreis.cli.events.privacy", "Erase one customer from a log."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS, context_settings=SETTINGS)
def command() -> None:
    """Import customer events and question them.

    \b
    Examples:
      klantreis events import trips.csv --into log --customer card --time date --touchpoint "=shopping trip"
      klantreis events transitions log
      klantreis events funnel log 'touchpoint = "mailing"' 'touchpoint = "shopping trip"' --within 7d
    """

"""The ``klantreis`` command: names its subcommands, loads one only when it is called.

A wrong value ends in a sentence on stderr and exit code 2, never in a traceback.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import metadata
from itertools import pairwise

import click

from klantreis.cli.lazy_group import SETTINGS, LazyGroup
from klantreis.errors import KlantreisError

#: Command to the module that defines it and one line of help.
COMMANDS = {
    "new": ("klantreis.cli.new", "Make a small, valid workspace: one persona, one job, one journey."),
    "check": ("klantreis.cli.check", "List the weak spots of a workspace."),
    "events": ("klantreis.cli.events", "Import customer events and question them."),
    "survey": ("klantreis.cli.survey", "Bring the answers to a questionnaire into a workspace."),
    "outcomes": ("klantreis.cli.outcomes", "Score the outcomes of a job by a survey."),
    "price": ("klantreis.cli.price", "Say what people would pay, from a survey."),
    "reality": ("klantreis.cli.reality", "Lay the journeys that customers made beside a map."),
    "fit": ("klantreis.cli.fit", "Say how well customers follow a map, and how they leave it."),
    "segments": ("klantreis.cli.segments", "Find groups of customers, and draft a persona from one."),
    "attribution": ("klantreis.cli.attribution", "Divide the credit for an outcome, by every method side by side."),
    "effect": ("klantreis.cli.effect", "Measure an effect as planned, and say whether it worked."),
    "render": ("klantreis.cli.render", "Draw a map: html, pdf, svg or png."),
    "serve": ("klantreis.cli.serve", "Show a workspace in the browser, and edit it."),
    "copy": ("klantreis.cli.copy", "Copy a workspace between a folder and a database."),
    "schema": ("klantreis.cli.schema", "Print the JSON Schemas of all documents."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS, context_settings=SETTINGS)
@click.version_option(metadata.version("klantreis"), prog_name="klantreis")
def cli() -> None:
    """Customer-journey maps bound to evidence, beside the journeys customers really made."""


def main() -> None:
    """Run the command line; a KlantreisError becomes a sentence and exit code 2."""
    try:
        cli.main(standalone_mode=True)
    except KlantreisError as error:
        from klantreis.texts import error_text

        said = error_text(error, "nl" if asks_for_dutch(sys.argv[1:]) else "en")
        click.echo(f"klantreis: {said.message}", err=True)
        if said.hint:
            click.echo(f"  {said.hint}", err=True)
        sys.exit(2)


def asks_for_dutch(arguments: Sequence[str]) -> bool:
    """Whether the words of a command ask for Dutch; the last one counts.

    Examples
    --------
    >>> asks_for_dutch(["check", "shop", "--lang", "nl"]), asks_for_dutch(["check", "shop", "--lang=en"])
    (True, False)
    """
    asked = [one.removeprefix("--lang=") for one in arguments if one.startswith("--lang=")]
    asked += [after for before, after in pairwise(arguments) if before == "--lang"]
    return bool(asked) and asked[-1] == "nl"

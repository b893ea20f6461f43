"""``klantreis survey``: import the answers to a questionnaire, and sum them up."""

from __future__ import annotations

import click

from klantreis.cli.lazy_group import SETTINGS, LazyGroup

#: Subcommand to the module that defines it and one line of help.
COMMANDS = {
    "import": ("klantreis.cli.survey.importing", "Bring the answers to a questionnaire into a workspace."),
    "show": ("klantreis.cli.survey.showing", "Sum up each column, with n and interval."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS, context_settings=SETTINGS)
def command() -> None:
    """Import the answers to a questionnaire, and sum them up.

    \b
    Examples:
      klantreis survey import answers.csv --into my-workspace
      klantreis survey import results-survey412.csv --questions limesurvey_412.lss --into my-workspace
      klantreis survey show my-workspace
    """

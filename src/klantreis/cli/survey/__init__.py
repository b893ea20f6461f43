"""``klantreis survey``: import the answers to a questionnaire, and sum them up."""

from __future__ import annotations

import importlib

import click

#: Subcommand to the module that defines it and one line of help.
_COMMANDS = {
    "import": ("klantreis.cli.survey.importing", "Bring the answers to a questionnaire into a workspace."),
    "show": ("klantreis.cli.survey.showing", "Sum up each column, with n and interval."),
}


class _Survey(click.Group):
    """Loads a subcommand when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        found = getattr(importlib.import_module(_COMMANDS[cmd_name][0]), f"{cmd_name}_command")
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


@click.group(cls=_Survey, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Import the answers to a questionnaire, and sum them up.

    \b
    Examples:
      klantreis survey import answers.csv --into my-workspace
      klantreis survey import results-survey412.csv --questions limesurvey_412.lss --into my-workspace
      klantreis survey show my-workspace
    """

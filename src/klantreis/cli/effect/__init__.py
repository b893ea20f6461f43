"""``klantreis effect``: did it work? A measurement of a workspace, a table from elsewhere, or a plan to be made."""

from __future__ import annotations

import importlib

import click

#: Subcommand to (module, one line of help); the first is meant when none is named.
COMMANDS = {
    "measure": ("klantreis.cli.effect.measuring", "Measure an effect as planned (meant when nothing is named)."),
    "plan": ("klantreis.cli.effect.planning", "Say how many customers a plan needs."),
    "table": ("klantreis.cli.effect.tables", "Measure an effect in a table from elsewhere."),
}


class EffectGroup(click.Group):
    """Loads a subcommand on first use; what is no subcommand is a workspace to measure in."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)  # noqa: S101 - a broken registration is our own fault
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in COMMANDS and args[0] not in ctx.help_option_names:
            args = ["measure", *args]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=EffectGroup, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Say whether something worked: the effect with its interval, how far it may be read as cause, and a verdict.

    \b
    Examples:
      klantreis effect my-workspace mailing
      klantreis effect my-workspace mailing --write --evidence-for opportunity:coupons
      klantreis effect plan my-workspace mailing
      klantreis effect plan --smallest 0.05 --baseline 0.31
      klantreis effect table visits.csv --outcome spent --exposed mailed --covariates spent_before,visits_before
    """

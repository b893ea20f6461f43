"""``klantreis effect``: did it work? A measurement of a workspace, a table from elsewhere, or a plan to be made."""

from __future__ import annotations

import click

from klantreis.cli.lazy_group import SETTINGS, LazyGroup

#: Subcommand to (module, one line of help); the first is meant when none is named.
COMMANDS = {
    "measure": ("klantreis.cli.effect.measuring", "Measure an effect as planned (meant when nothing is named)."),
    "plan": ("klantreis.cli.effect.planning", "Say how many customers a plan needs."),
    "table": ("klantreis.cli.effect.tables", "Measure an effect in a table from elsewhere."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS, meant="measure", context_settings=SETTINGS)
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

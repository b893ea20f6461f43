"""``klantreis copy``: a workspace from a folder into a database, or the other way round."""

from __future__ import annotations

import click


@click.command("copy")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--slug", help="Which workspace of the database, or its name there. Default: the only one, or its own.")
def command(source: str, target: str, slug: str | None) -> None:
    """Copy a workspace with its history.

    FROM and TO are folders, SQLite files or postgresql:// addresses. TO must not hold this workspace yet. Event logs
    are copied into a folder; a database keeps on reading them where they are.

    \b
    Examples:
      klantreis copy my-workspace team.sqlite3
      klantreis copy team.sqlite3 back-again --slug my-workspace
    """
    from klantreis.use_cases.copy_workspace import copy_workspace

    copied = copy_workspace(source, target, workspace=slug)
    entries = f"{copied.entries} change{'' if copied.entries == 1 else 's'} of history"
    click.echo(f"Copied {copied.documents} documents and {entries} to {copied.location}.")

"""``klantreis fit``: how well customers follow a journey's map, as sentences and tables, JSON or CSV."""

from __future__ import annotations

import json
from datetime import datetime

import click


@click.command("fit")
@click.argument("workspace")
@click.argument("journey")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.option("--lang", type=click.Choice(["nl", "en"]), help="Default: the workspace's own language.")
@click.option(
    "--before",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Compare the runs that began before this day with the others.  [default: the journey's last review]",
)
@click.option(
    "--top", type=click.IntRange(min=0), default=10, show_default=True, help="How many ways of leaving the map to name."
)
@click.option(
    "--hide-below",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="K",
    help="Leave out the numbers of groups smaller than K customers; 1: show all.",
)
@click.option("--slug", help="Which workspace, when a database holds several.")
def command(
    workspace: str,
    journey: str,
    form: str,
    lang: str | None,
    before: datetime | None,
    top: int,
    hide_below: int,
    slug: str | None,
) -> None:
    """Say how well customers follow a journey's map, and how they leave it.

    WORKSPACE is a folder or a database; JOURNEY is the id or the slug of a journey that has a rule for its runs.
    Every closed run is laid beside the path on the map that differs least from it. What differs is an unplanned
    contact, a missing step, another order or a failed step: per step, and as the ways in which customers most often
    leave the map. It describes what happened and says nothing about causes.

    \b
    Examples:
      klantreis fit my-workspace loyalty-card
      klantreis fit my-workspace loyalty-card --before 2026-07-01 --format csv
    """
    from typing import cast

    from klantreis.cli.fit_text import fit_csv, fit_text
    from klantreis.journeys.journey import Journey
    from klantreis.use_cases.lay_fit import lay_fit
    from klantreis.use_cases.open_workspace import open_store
    from klantreis.values import Lang

    store = open_store(workspace, workspace=slug)
    found = lay_fit(store, journey, before=None if before is None else before.date(), top=top)
    if hide_below > 1:
        found = found.suppressed(hide_below)
    if form == "json":
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    held = store.load()
    language = cast(Lang, lang or held.settings.lang)
    if form == "csv":
        click.echo(fit_csv(found, lang=language))
        return
    click.echo(fit_text(found, title=held.get(found.journey, Journey).title, lang=language))

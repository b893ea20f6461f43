"""``klantreis check``: the weak spots of a workspace, one line each, and a summary."""

from __future__ import annotations

import json
from datetime import datetime

import click


@click.command("check")
@click.argument("workspace")
@click.option("--lang", type=click.Choice(["nl", "en"]), help="Default: the workspace's own language.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Day on which reviews, waivers and the age of evidence are counted. Default: today.",
)
@click.option("--explain", is_flag=True, help="Also say what each rule asks and how to mend what it found.")
@click.option("--slug", help="Which workspace, when a database holds several.")
@click.pass_context
def command(
    ctx: click.Context,
    workspace: str,
    *,
    lang: str | None,
    form: str,
    on: datetime | None,
    explain: bool,
    slug: str | None,
) -> None:
    """List the weak spots of a workspace.

    WORKSPACE is a folder or a database. Each line says where, by which rule, how much it matters, and what to do.
    The exit code is 1 when an error is open, 0 when none is, and 2 when the workspace cannot be read.

    \b
    Examples:
      klantreis check my-workspace
      klantreis check my-workspace --explain
      klantreis check my-workspace --lang en --format json
    """
    from typing import cast

    from klantreis.cli.check_text import check_text, explanations
    from klantreis.use_cases.check_workspace import check_workspace
    from klantreis.use_cases.measure_drift import drifts_of
    from klantreis.use_cases.open_workspace import open_store
    from klantreis.values import Lang

    store = open_store(workspace, workspace=slug)
    held = store.load()
    day = (on or datetime.now().astimezone()).date()
    found = check_workspace(held, on=day, drifts=drifts_of(store, on=day))
    shown = cast(Lang, lang or held.settings.lang)
    if form == "json":
        damaged = [{"document": one.document, "place": one.place, "message": one.message} for one in store.warnings()]
        plain = {
            **found.to_dict(lang=shown),
            "rules": explanations(found, lang=shown),
            "workspace": held.settings.id,
            "damaged_text": damaged,
        }
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        title, damaged_texts = held.settings.title, store.warnings()
        click.echo(check_text(found, title=title, lang=shown, damaged=damaged_texts, explain=explain))
    ctx.exit(1 if found.has_error else 0)

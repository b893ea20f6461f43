"""``klantreis render``: a map as a file to show, print or send."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from threading import Timer

import click


@click.command("render")
@click.argument("workspace")
@click.argument("journey")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="The file to write; its ending says how: .html, .pdf, .svg or .png.",
)
@click.option("--lang", type=click.Choice(["nl", "en"]), help="Default: the workspace's own language.")
@click.option("--no-reality", is_flag=True, help="Leave out what customers did.")
@click.option(
    "--hide-below",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="K",
    help="Leave out the numbers of groups smaller than K customers; 1: show all.",
)
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Day on which the age of evidence is counted. Default: today.",
)
@click.option("--slug", help="Which workspace, when a database holds several.")
def command(
    *,
    workspace: str,
    journey: str,
    output: Path,
    lang: str | None,
    no_reality: bool,
    hide_below: int,
    on: datetime | None,
    slug: str | None,
) -> None:
    """Draw a map: html, pdf, svg or png.

    WORKSPACE is a folder or a database; JOURNEY is a journey's id or slug. HTML is one file that calls on nothing
    outside it; PDF is on A3 landscape and tagged for screen readers; SVG and PNG hold the whole map in one picture.

    \b
    Examples:
      klantreis render my-workspace loyalty-card -o map.pdf
      klantreis render my-workspace journey:loyalty-card -o map.html --lang en --no-reality
    """
    from typing import cast

    from klantreis.use_cases.open_workspace import open_store
    from klantreis.use_cases.render_map import form_of, render_map
    from klantreis.values import Lang

    form_of(output)
    # Most maps are there at once; only who waits is told why.
    waiting = Timer(1.0, click.echo, args=[f"Drawing {output} …"], kwargs={"err": True})
    waiting.daemon = True
    waiting.start()
    try:
        written = render_map(
            open_store(workspace, workspace=slug),
            journey,
            output,
            lang=cast("Lang | None", lang),
            on=(on or datetime.now().astimezone()).date(),
            with_reality=not no_reality,
            hide_below=hide_below if hide_below > 1 else None,
        )
    finally:
        waiting.cancel()
    click.echo(str(written))

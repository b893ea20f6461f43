"""``klantreis serve``: show a workspace in the browser, and edit it."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("serve")
@click.argument("workspace", required=False, type=click.Path(path_type=Path))
@click.option("--database", metavar="FILE", help="A database with one workspace or more, instead of a folder.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Or the next free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="An address that only this machine can reach.")
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
def command(workspace: Path | None, database: str | None, port: int, host: str, *, no_browser: bool) -> None:
    """Show a workspace in the browser, and edit it.

    WORKSPACE is a folder of YAML files; what you change in the browser is written there. A database holds
    several workspaces and is made ready for this version first. Ctrl-C ends it.

    \b
    Examples:
      klantreis serve my-workspace
      klantreis serve work.sqlite3
      klantreis serve --database work.sqlite3 --port 9000 --no-browser
    """
    try:
        from klantreis.use_cases.open_workspace import is_database
        from klantreis.web.options import ServeOptions

        if workspace is not None and database is None and is_database(workspace):
            workspace, database = None, str(workspace)
        options = ServeOptions(folder=workspace, database=database, host=host, port=port)
        from klantreis.web.running import run  # loads the web framework

        run(options, open_browser=not no_browser, say=click.echo)
    except KeyboardInterrupt:
        # Asked to end, so ending is a success.
        click.echo()

"""``klantreis events trim|export|erase``: what a log holds of people, and for how long."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from klantreis.cli.events.tables import whole
from klantreis.errors import InvalidInputError
from klantreis.texts import text
from klantreis.values import Lang

_LOG = click.argument("log", type=click.Path(path_type=Path))
_PLACE = click.argument("place", metavar="LOG|WORKSPACE")
_SLUG = click.option("--slug", help="Which workspace, when a database holds several.")
_LANG = click.option("--lang", type=click.Choice(["en", "nl"]), default="en", show_default=True, help="Language.")
_CUSTOMER = click.option(
    "--customer", required=True, metavar="ID", help="The customer's id; - reads it from standard input."
)
_KEY = click.option(
    "--key-file",
    metavar="PATH",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Key of a log with pseudonyms.  [default: the one in your configuration folder]",
)
_FORM = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.command("trim")
@_LOG
@click.option("--keep-for", metavar="PERIOD", help="Keep events this long, from now on too: 90d, 26w, 24m, 7y.")
@click.option("--before", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Take out what is before this day.")
@_FORM
@_LANG
def trim_command(*, log: Path, keep_for: str | None, before: datetime | None, form: str, lang: Lang) -> None:
    """Rewrite LOG without its older events, in one step.

    Without an option, the period that the log has is applied. Refused rows of that time go too; those whose time cannot
    be read stay.

    \b
    Examples:
      klantreis events trim log --keep-for 24m
      klantreis events trim log
      klantreis events trim log --before 2024-01-01
    """
    from klantreis.use_cases.trim_log import trim_log

    done = trim_log(log, keep_for=keep_for, before=None if before is None else before.date())
    if form == "json":
        click.echo(json.dumps(done.to_dict(), ensure_ascii=False, indent=2))
        return
    counts = {name: whole(getattr(done, name), lang) for name in ("events", "refused", "left")}
    click.echo(text("privacy.trim.done", lang, day=done.first_day.isoformat(), **counts))
    if done.keep_for is not None:
        click.echo(text("privacy.trim.keep_for", lang, period=done.keep_for))


@click.command("export")
@_PLACE
@_CUSTOMER
@_KEY
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@_SLUG
def export_command(*, place: str, customer: str, key_file: Path | None, form: str, slug: str | None) -> None:
    """All that LOG holds of one customer, under all ids that it takes for the same, as JSON or CSV.

    Of a WORKSPACE: all that its logs and the answers of its surveys hold.

    \b
    Examples:
      klantreis events export my-workspace --customer k-1042 > k-1042.json
      klantreis events export log --customer k-1042 > k-1042.json
      echo k-1042 | klantreis events export log --customer - --format csv
    """
    from klantreis.cli.events.workspace_privacy import export_workspace, is_workspace
    from klantreis.use_cases.export_customer import export_customer

    if is_workspace(place):
        export_workspace(place, _id(customer), slug=slug, key_file=key_file, form=form)
        return
    found = export_customer(Path(place), _id(customer), key_file=key_file)
    if form == "json":
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        click.echo(found.to_csv(), nl=False)


@click.command("erase")
@_PLACE
@_CUSTOMER
@_KEY
@_FORM
@_LANG
@_SLUG
def erase_command(*, place: str, customer: str, key_file: Path | None, form: str, lang: Lang, slug: str | None) -> None:
    """Rewrite LOG without one customer, in one step: events, refused rows, and the rows kept to add to it.

    Of a WORKSPACE: every log of its datasets, and the answers of its surveys with ids or pseudonyms. Interrupted, it is
    completed by the same command.

    The log notes that something was erased and when, not whom. Where nothing is held, nothing changes.

    \b
    Examples:
      klantreis events erase my-workspace --customer k-1042
      klantreis events erase log --customer k-1042
      klantreis events erase log --customer k-1042 --key-file ~/keys/shop.key
    """
    from klantreis.cli.events.workspace_privacy import erase_workspace, is_workspace, workspace_above
    from klantreis.use_cases.erase_customer import erase_customer

    if is_workspace(place):
        erase_workspace(place, _id(customer), slug=slug, key_file=key_file, form=form, lang=lang)
        return
    done = erase_customer(Path(place), _id(customer), key_file=key_file)
    if form == "json":
        click.echo(json.dumps(done.to_dict(), ensure_ascii=False, indent=2))
        return
    around = workspace_above(Path(place))
    if around is not None:
        click.echo(text("privacy.erase.workspace", lang, workspace=around), err=True)
    if not done.total:
        click.echo(text("privacy.erase.nothing", lang))
        return
    counts: dict[str, Any] = {name: whole(getattr(done, name), lang) for name in ("events", "refused", "links", "left")}
    click.echo(text("privacy.erase.done", lang, **counts))
    click.echo(text("privacy.erase.beyond", lang))


def _id(customer: str) -> str:
    """The id that was given, or that stands on standard input: there it stays out of the list of processes."""
    given = sys.stdin.readline() if customer == "-" else customer
    if not given.strip():
        raise InvalidInputError("The customer's id is empty.", hint="Give it with --customer.")
    return given.strip()

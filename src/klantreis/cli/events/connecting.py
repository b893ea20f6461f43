"""``klantreis events connect``: register a log that stays on its own engine."""

from __future__ import annotations

import time as clock
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from klantreis.cli.events.tables import whole
from klantreis.texts import text
from klantreis.use_cases.connect_log import ConnectedLog, connect_log
from klantreis.values import Lang

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@click.command("connect")
@click.argument("address", metavar="ADDRESS")
@click.option("--table", required=True, help="Table or view of events there; its schema before it where needed.")
@click.option("--into", required=True, metavar="LOG", type=click.Path(path_type=Path), help="Folder of the log.")
@click.option("--customer", required=True, metavar="COLUMN", help="Column that tells whose event it is.")
@click.option("--time", required=True, metavar="COLUMN", help="Column with the date and time.")
@click.option("--touchpoint", required=True, metavar="COLUMN|=TEXT", help="Column, or =text for all rows.")
@click.option("--channel", metavar="COLUMN|=TEXT", help="Column, or =text for all rows.")
@click.option("--attribute", "attributes", multiple=True, metavar="COLUMN", help="Column to keep; may be repeated.")
@click.option("--order", metavar="COLUMN", help="Column that orders events at the same time.")
@click.option("--timezone", default="UTC", show_default=True, help="Zone of times that have none of their own.")
@click.option("--schema", help="Where the log's tables are made; the connection's own when not given.")
@click.option("--lang", type=click.Choice(["en", "nl"]), default="en", show_default=True, help="Language.")
def connect_command(
    address: str,
    table: str,
    into: Path,
    customer: str,
    time: str,
    touchpoint: str,
    channel: str | None,
    attributes: tuple[str, ...],
    order: str | None,
    timezone: str,
    schema: str | None,
    lang: Lang,
) -> None:
    """Ask questions of events that stay where they are: at ADDRESS, an engine.

    Makes four tables there, once; the questions are then asked of these, and only counts come back. LOG is a small
    folder without events and without a password: that comes from KLANTREIS_ENGINE_PASSWORD, or from ~/.pgpass. Connect
    again to take in newer events.

    \b
    Addresses:
      duckdb:///folder/file.duckdb             postgresql://user@host/database
      clickhouse://user@host:8123/database     clickhouses:// over HTTPS
      sc://host:15002 (Spark Connect)          spark://host:7077, spark://local
      trino://user@host:8080/catalog/schema    trinos:// over HTTPS

    \b
    Examples:
      klantreis events connect postgresql://an@db.example/shop --table web.clicks --into log \\
          --customer visitor --time at --touchpoint page --attribute device
      klantreis events transitions log
    """
    began = clock.monotonic()

    def told(name: str) -> None:
        seconds = f"{clock.monotonic() - began:.0f}"
        click.echo(text("events.connect.making", lang, table=name, seconds=seconds), err=True)

    done = connect_log(
        address,
        into,
        table=table,
        customer=customer,
        time=time,
        touchpoint=touchpoint,
        channel=channel,
        attributes=attributes,
        order=order,
        timezone=timezone,
        schema=schema,
        told=told,
    )
    lines = [
        text(
            "events.connect.done",
            lang,
            events=whole(done.events, lang),
            customers=whole(done.customers, lang),
            log=done.log,
            engine=done.engine,
        ),
        *_counted(done, lang),
        text("events.connect.tables", lang, tables=", ".join(done.tables)),
    ]
    if order is None:
        lines.append(text("events.connect.order", lang))
    click.echo("\n".join(lines))


def _counted(done: ConnectedLog, lang: Lang) -> list[str]:
    """The period, the rows, and what was left out."""
    lines = []
    if done.period is not None:
        first, last = ((_EPOCH + timedelta(microseconds=time)).date().isoformat() for time in done.period)
        lines.append(text("events.import.period", lang, first=first, last=last, timezone="UTC"))
    refused = whole(sum(done.refused.values()), lang)
    lines.append(text("events.import.rows", lang, rows=whole(done.rows, lang), refused=refused))
    return lines + [
        f"  {whole(count, lang):>9}  {text(f'events.reason.{reason}', lang)}" for reason, count in done.refused.items()
    ]

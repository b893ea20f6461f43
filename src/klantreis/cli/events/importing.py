"""``klantreis events import``: files into a log, with a bar while it runs and a summary at the end."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from klantreis.cli.events.confirming import confirmed
from klantreis.cli.events.tables import whole
from klantreis.sources.privacy_rules import Privacy, rules_of
from klantreis.sources.registry import NAMES, source_named
from klantreis.texts import text
from klantreis.use_cases.import_events import EventImport, Stage, import_events
from klantreis.values import Lang

_STAGES: dict[Stage, str] = {"read": "reading", "sort": "sorting", "write": "writing"}
_WIDTH = 24


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--into", required=True, metavar="LOG", type=click.Path(path_type=Path), help="Folder of the log.")
@click.option("--customer", metavar="COLUMN", help="Column that tells whose event it is.")
@click.option("--time", metavar="COLUMN", help="Column with the date and time.")
@click.option("--touchpoint", metavar="COLUMN|=TEXT", help="Column, or =text for all rows.")
@click.option("--channel", metavar="COLUMN|=TEXT", help="Column, or =text for all rows.")
@click.option("--attribute", "attributes", multiple=True, metavar="COLUMN", help="Column to keep; may be repeated.")
@click.option("--source", metavar="NAME", help=f"What the files are: {', '.join(NAMES)}. Recognised when left out.")
@click.option("--object-type", metavar="TYPE", help="OCEL: the type of object that is the customer.")
@click.option("--key", metavar="COLUMN", help="Column that tells events apart: one that comes twice counts once.")
@click.option("--add", is_flag=True, help="Add to the log, as if all had been imported at once.")
@click.option("--overlapping", is_flag=True, help="Files may share rows: one that another file has counts once.")
@click.option("--identity/--no-identity", default=True, help="Take ids together that are one customer, or not.")
@click.option("--timezone", help="Zone of times that have none of their own.  [default: UTC]")
@click.option("--time-format", metavar="FORMAT", help="Form of the times, as in '%d/%m/%Y %H:%M'.")
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of CSV files.")
@click.option("--limit", "limits", multiple=True, metavar="NAME=NUMBER", help="Raise a limit that a file goes beyond.")
@click.option("--pseudonymise", is_flag=True, help="Put pseudonyms in the place of customer ids, made with a key.")
@click.option(
    "--key-file",
    metavar="PATH",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Key for pseudonyms; made when it is not there.  [default: in your configuration folder]",
)
@click.option("--drop", multiple=True, metavar="COLUMN", help="Column to leave out, of refused rows too.")
@click.option(
    "--coarsen",
    multiple=True,
    metavar="COLUMN=RULE",
    help="Make values coarser: hour, day, week, month, first:4, band:10, top:20.",
)
@click.option("--keep-for", metavar="PERIOD", help="Keep events this long: 90d, 26w, 24m (months), 7y.")
@click.option("--yes", is_flag=True, help="Take the columns as they are guessed.")
@click.option("--lang", type=click.Choice(["en", "nl"]), default="en", show_default=True, help="Language.")
def import_command(
    *,
    files: tuple[Path, ...],
    into: Path,
    customer: str | None,
    time: str | None,
    touchpoint: str | None,
    channel: str | None,
    add: bool,
    pseudonymise: bool,
    key_file: Path | None,
    drop: tuple[str, ...],
    coarsen: tuple[str, ...],
    keep_for: str | None,
    yes: bool,
    lang: Lang,
    **how: Any,
) -> None:
    """Read FILEs into an event log: CSV, Parquet, JSON, XES, OCEL and what analytics systems export.

    What a file is shows from its content. Of CSV, Parquet and JSON of any make the columns must be named; those that
    are not are guessed from their names, shown, and asked.

    Rows without a customer, a readable time or a touchpoint are refused, counted by reason and kept in a file of the
    log. An existing log is replaced (or, with --add, added to) once all is read; a failed or interrupted import leaves
    it as it was.

    \b
    Times: ISO 8601 with or without a zone, 31-12-2026 14:05, seconds, ms, µs or ns since 1970, or --time-format.

    \b
    Examples:
      klantreis events import visits.csv --into log --customer klant --time tijd --touchpoint pagina
      klantreis events import jan.parquet feb.parquet --into log --customer id --time ts \\
          --touchpoint "=shopping trip" --attribute amount --timezone Europe/Amsterdam
      klantreis events import segment.jsonl --into log
      klantreis events import today.jsonl --into log --add
      klantreis events import orders.jsonocel --into log --object-type customer
      klantreis events import visits.csv --into log --pseudonymise --coarsen time=day --drop email --keep-for 24m
    """
    parts: dict[str, str | None] = {"customer": customer, "time": time, "touchpoint": touchpoint, "channel": channel}
    if not (add and (into / "manifest.json").is_file()):
        chosen = {name: how[name] for name in ("source", "encoding", "limits")}
        parts = confirmed(files, parts, yes=yes, lang=lang, **chosen)
    privacy = Privacy(pseudonymise, key_file, drop, coarsen, keep_for)
    bar = _Bar(lang)
    try:
        done = import_events(files, into, **(how | parts), add=add, privacy=privacy, progress=bar.show)
    finally:
        bar.clear()
    click.echo(summary(done, lang))


def summary(done: EventImport, lang: Lang) -> str:
    """What an import did, in a few sentences."""
    lines = [
        text("sources.read.known", lang, file=each.path)
        if each.known
        else text("sources.read.as", lang, file=each.path, title=source_named(each.source).title)
        for each in done.files
    ]
    lines += [
        text(
            "events.import.done",
            lang,
            imported=whole(done.imported, lang),
            customers=whole(done.customers, lang),
            log=done.log,
        )
    ]
    if done.period is not None:
        first, last = (_day(time) for time in done.period)
        lines.append(text("events.import.period", lang, first=first, last=last, timezone="UTC"))
    refused = sum(done.refused.values())
    lines.append(text("events.import.rows", lang, rows=whole(done.rows, lang), refused=whole(refused, lang)))
    lines += [
        f"  {whole(count, lang):>9}  {text(f'events.reason.{reason}', lang)}" for reason, count in done.refused.items()
    ]
    told = {"no_events": done.no_events, "doubled": done.doubled, "merged": done.merged, **done.links_refused}
    lines += [text(f"sources.read.{what}", lang, count=whole(count, lang)) for what, count in told.items() if count]
    if done.rejects is not None:
        lines.append(text("events.import.rejects", lang, rejects=done.rejects))
    lines.append(text("events.import.timezone", lang, timezone=done.timezone))
    lines += _privacy(done, lang)
    return "\n".join(lines)


def _privacy(done: EventImport, lang: Lang) -> list[str]:
    """The rules of privacy that the log is under."""
    rules = rules_of({"privacy": done.privacy})
    lines = []
    if rules.key is not None:
        lines.append(text("privacy.import.pseudonyms", lang, key=rules.key))
    if done.key_made is not None:
        lines.append(text("privacy.import.key_made", lang, file=done.key_made))
    if rules.drop:
        lines.append(text("privacy.import.drop", lang, columns=", ".join(rules.drop)))
    if rules.coarsen:
        told = ", ".join(f"{name} ({rule})" for name, rule in rules.coarsen.items())
        lines.append(text("privacy.import.coarsen", lang, columns=told))
    if done.time_unit is not None:
        unit = text(f"privacy.import.{done.time_unit}", lang)
        lines.append(text("privacy.import.order", lang, unit=unit))
    if rules.keep_for is not None:
        lines.append(text("privacy.import.keep_for", lang, period=rules.keep_for, count=whole(done.trimmed, lang)))
    return lines


def _day(time: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time)).date().isoformat()


class _Bar:
    """A bar on stderr that redraws its own line; a plain line per stage where stderr is no terminal."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self.live = sys.stderr.isatty()
        self.stage: Stage | None = None
        self.drawn = False

    def show(self, stage: Stage, part: float) -> None:
        """Draw how far the import is."""
        name = text(f"events.import.{_STAGES[stage]}", self.lang)
        if self.live:
            full = round(part * _WIDTH)
            click.echo(f"\r\x1b[K{name:<13}[{'#' * full}{'.' * (_WIDTH - full)}] {part:4.0%}", err=True, nl=False)
            self.drawn = True
        elif stage != self.stage:
            click.echo(f"{name}…", err=True)
        self.stage = stage

    def clear(self) -> None:
        """Take the bar away."""
        if self.drawn:
            click.echo("\r\x1b[K", err=True, nl=False)

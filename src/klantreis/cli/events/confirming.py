"""Which columns to take when the user did not say: guessed, shown with the first rows, and asked."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from klantreis.cli.events.tables import aligned
from klantreis.errors import EventImportError
from klantreis.texts import text
from klantreis.use_cases.guess_columns import Guessed, guess_columns
from klantreis.values import Lang

PARTS = ("customer", "time", "touchpoint", "channel")
_NEEDED = PARTS[:3]


def confirmed(
    files: Sequence[Path],
    given: dict[str, str | None],
    *,
    source: str | None,
    encoding: str,
    limits: Sequence[str],
    yes: bool,
    lang: Lang,
) -> dict[str, str | None]:
    """The column of each part: as given, or as guessed and confirmed.

    Raises
    ------
    EventImportError
        When a column cannot be guessed, or nobody is there to confirm: with the whole command to run.
    """
    if all(given[part] for part in _NEEDED):
        return given
    taken = list(given.values())
    guessed = [guess_columns(file, taken=taken, source=source, encoding=encoding, limits=limits) for file in files]
    plain = [each for each in guessed if not each.worked_out]
    if not plain:
        return given
    first = plain[0]
    found = {part: given[part] or getattr(first.guess, part) for part in PARTS}
    click.echo(_shown(first, found, lang), err=True)
    missing = [part for part in _NEEDED if not found[part]]
    if missing:
        raise EventImportError(
            f"Which columns of {first.path} hold the {' and the '.join(missing)}?",
            hint=f"It has: {', '.join(first.names[:30])}.",
        )
    if yes:
        return found
    if not sys.stdin.isatty():
        raise EventImportError(
            f"Nobody is there to confirm the columns of {first.path}.",
            hint=f"{text('sources.guess.command', lang)} {_command(found)}",
        )
    if not click.confirm(text("sources.guess.ask", lang), default=True, err=True):
        raise click.Abort
    return found


def _shown(guessed: Guessed, found: dict[str, str | None], lang: Lang) -> str:
    rows = [[text(f"sources.guess.{part}", lang), found[part] or text("sources.guess.nothing", lang)] for part in PARTS]
    lines = [text("sources.guess.title", lang, file=guessed.path)]
    width = max(len(row[0]) for row in rows)
    lines += [f"  {part:<{width}}  {name}" for part, name in rows]
    named = [name for name in found.values() if name in guessed.names]
    if guessed.sample and named:
        cells = [[row.get(str(name), "")[:40] for name in named] for row in guessed.sample]
        lines += [
            "",
            text("sources.guess.sample", lang),
            aligned([str(name) for name in named], cells, texts=len(named)),
        ]
    return "\n".join(lines)


def _command(found: dict[str, str | None]) -> str:
    """The command as it was called, with the columns."""
    called = [*sys.argv[1:]]
    named = [
        word for part in PARTS if found[part] and f"--{part}" not in called for word in (f"--{part}", str(found[part]))
    ]
    return shlex.join(["klantreis", *called, *named])

"""How far a search for segments is: a bar on stderr that redraws itself, and nothing where stderr is no terminal."""

from __future__ import annotations

import sys

import click

from klantreis.texts import text
from klantreis.values import Lang

_WIDTH = 24


class Bar:
    """A bar that is drawn while something takes long."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self.live = sys.stderr.isatty()
        self.drawn = False

    def show(self, stage: str, part: float) -> None:
        """Draw how far it is."""
        if self.live:
            full = round(part * _WIDTH)
            name = text(f"segments.text.{stage}", self.lang)
            click.echo(f"\r\x1b[K{name:<18}[{'#' * full}{'.' * (_WIDTH - full)}] {part:4.0%}", err=True, nl=False)
            self.drawn = True

    def clear(self) -> None:
        """Take the bar away."""
        if self.drawn:
            click.echo("\r\x1b[K", err=True, nl=False)

"""A group of commands that are imported when they are called, so that ``--help`` answers at once."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

#: The settings of every group: ``-h`` is as good as ``--help``.
SETTINGS = {"help_option_names": ["-h", "--help"]}


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads one when it is called.

    Parameters
    ----------
    commands_at
        Name to (module, one line of help), in the order of the help page. The module defines ``<name>_command``
        when it holds several commands, ``command`` when it holds one.
    meant
        The command that is meant when the first word names none.
    """

    def __init__(
        self, *args: Any, commands_at: Mapping[str, tuple[str, str]], meant: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._at = commands_at
        self._meant = meant

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._at:
            return None
        module = importlib.import_module(self._at[cmd_name][0])
        own_name = f"{cmd_name.replace('-', '_')}_command"
        command = getattr(module, own_name if hasattr(module, own_name) else "command")
        assert isinstance(command, click.Command)  # noqa: S101 - a broken registration is our own fault
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if self._meant and args and args[0] not in self._at and args[0] not in ctx.help_option_names:
            args = [self._meant, *args]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._at.items()])

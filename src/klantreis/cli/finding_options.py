"""What every command asks that finds something and can keep it: how it is drawn, in which form it is told, who writes.

Also in which language it speaks, and whether there is a workspace to write into.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import click

if TYPE_CHECKING:
    from klantreis.store.protocol import Store
    from klantreis.values import Lang

F = TypeVar("F", bound=Callable[..., Any])


def finding_options(
    author: str,
    *,
    writes: str,
    draws: int = 1000,
    fewest_draws: int = 100,
    drawn: str = "Of the bootstrap.",
    hides: str | None = None,
) -> Callable[[F], F]:
    """The options that come last: draws, seed, what to hide, writing, form, language and workspace.

    Parameters
    ----------
    author
        Who writes when nobody says so: the command.
    writes
        What ``--write`` does.
    draws, fewest_draws, drawn
        How many draws by default, how many at least, and what they are for.
    hides
        What ``--hide-below`` leaves out; None when the command has no small groups.
    """
    seed = click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of what is drawn.")
    options = [
        click.option("--draws", type=click.IntRange(min=fewest_draws), default=draws, show_default=True, help=drawn),
        seed,
        click.option("--write", is_flag=True, help=writes),
        click.option("--as", "author", default=author, show_default=True, help="Who writes, for the history."),
        click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True),
        click.option("--lang", type=click.Choice(["nl", "en"]), help="Default: the workspace's own language."),
        click.option("--slug", help="Which workspace, when a database holds several."),
    ]
    if hides is not None:
        fewest = click.option(
            "--hide-below",
            type=click.IntRange(min=1),
            default=5,
            show_default=True,
            metavar="K",
            help=f"{hides}; 1: show all.",
        )
        options.insert(2, fewest)

    def with_options(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return with_options


def language_of(asked: str | None, store: Store | None) -> Lang:
    """The language asked for, else the workspace's own, else English."""
    return cast("Lang", asked or (store.load().settings.lang if store is not None else "en"))


def store_to_write(store: Store | None, place: str, what: Literal["table", "log", "answers"], lang: Lang) -> Store:
    """The workspace to write into.

    Parameters
    ----------
    place, what
        What was named instead of a workspace.

    Raises
    ------
    InvalidInputError
        When there is none; nothing was computed yet.
    """
    from klantreis.errors import InvalidInputError
    from klantreis.texts import text

    if store is None:
        raise InvalidInputError(
            text(f"finding.nowhere.{what}", lang, place=place),
            hint=text(f"finding.nowhere.{what}_hint", lang),
        )
    return store

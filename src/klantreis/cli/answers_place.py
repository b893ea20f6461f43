"""Which answers a command is about: those of a survey of a workspace, or of a file by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from klantreis.cli.finding_options import language_of

if TYPE_CHECKING:
    from klantreis.research.answers import Answers
    from klantreis.store.protocol import Store
    from klantreis.values import Lang

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class AskedAnswers:
    """The answers, the workspace that they are in (None: a file by itself), and the language to speak."""

    answers: Answers
    store: Store | None
    lang: Lang


def answers_place(function: F) -> F:
    """The arguments and options that say which answers."""
    for option in (
        click.option("--scale", "scales", multiple=True, metavar="COLUMN=LOW..HIGH", help="FILE: ends of a scale."),
        click.option("--role", "roles", multiple=True, metavar="COLUMN=ROLE[:ABOUT]", help="FILE: what a column asks."),
        click.argument("survey", metavar="[SURVEY]", required=False),
        click.argument("location", metavar="WORKSPACE|FILE"),
    ):
        function = option(function)
    return function


def asked_answers(
    asked: Mapping[str, Any], *, having: Sequence[str], roles: Sequence[str] = (), **how: Any
) -> AskedAnswers:
    """Open the answers that were asked for.

    Parameters
    ----------
    having
        Roles by which the survey is found when none is named.
    roles, how
        More roles, and how else to read it, for a file by itself.

    Raises
    ------
    NotFoundError, DocumentError, SurveyImportError
        When there is no such survey, or its answers cannot be read.
    """
    from klantreis.use_cases.open_answers import file_answers, is_file_of_answers, survey_answers
    from klantreis.use_cases.open_workspace import open_store

    if is_file_of_answers(asked["location"]):
        answers = file_answers(Path(asked["location"]), roles=[*asked["roles"], *roles], scales=asked["scales"], **how)
        return AskedAnswers(answers, None, language_of(asked["lang"], None))
    store = open_store(asked["location"], workspace=asked["slug"])
    return AskedAnswers(survey_answers(store, asked["survey"], roles=having), store, language_of(asked["lang"], store))

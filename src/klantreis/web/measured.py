"""A measurement as its page shows it: the last result with its interval drawn, and the results before it."""

from __future__ import annotations

from dataclasses import dataclass

from klantreis.measurement.measurement import EffectResult, Measurement
from klantreis.render.effect_words import EffectWords, effect_words, interval_name, smallest_words
from klantreis.render.numbers import day
from klantreis.render.words import Words
from klantreis.web.drawn_effect import Drawing, drawn_effect
from klantreis.web.workspaces import WorkspaceContext


@dataclass(frozen=True)
class Earlier:
    """A result that a later one replaced."""

    day: str
    value: str
    interval: str
    judgement: str


@dataclass(frozen=True)
class Measured:
    """What a measurement's page shows beside its plan; ``words`` is None when nothing was measured yet."""

    words: EffectWords | None
    smallest: str
    interval_name: str
    drawing: Drawing | None
    earlier: tuple[Earlier, ...]


def measured(here: WorkspaceContext, held: Measurement) -> Measured:
    """A measurement for its page."""
    last, said = held.latest, words_of(here)
    return Measured(
        words=effect_words(held, last, said) if last else None,
        smallest=smallest_words(held.plan, said),
        interval_name=interval_name(held.plan, said),
        drawing=drawn_effect(held.plan, last, said) if last else None,
        earlier=tuple(_earlier(here, held, one) for one in reversed(held.results[:-1])),
    )


def words_of(here: WorkspaceContext) -> Words:
    """The words of the reader's language and the workspace's market."""
    return Words(here.lang, here.workspace.settings)


def verdict_words(here: WorkspaceContext, held: Measurement) -> str:
    """A measurement's title with the verdict so far."""
    said = f"web.measured.{'none' if held.latest is None else 'so_far'}"
    judgement = effect_words(held, held.latest, words_of(here)).judgement_word if held.latest else ""
    return here.t(said, title=held.title, judgement=judgement)


def measurements_of(here: WorkspaceContext, document_id: str) -> tuple[Measurement, ...]:
    """The measurements of an opportunity, an action or content."""
    return tuple(one for one in here.workspace.of(Measurement) if one.of == document_id)


def _earlier(here: WorkspaceContext, held: Measurement, result: EffectResult) -> Earlier:
    words = effect_words(held, result, words_of(here))
    return Earlier(
        day(result.computed_on, here.lang), words.lines[0].value, words.lines[0].interval, words.judgement_word
    )

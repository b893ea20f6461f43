"""An effect in the terminal: a table with the plain difference beside it, the verdict, and what to know; or data."""

from __future__ import annotations

from typing import Any

from klantreis.analysis.result import Caution
from klantreis.cli.events.tables import aligned, as_csv
from klantreis.measurement.measurement import EffectResult, Measurement
from klantreis.render.effect_words import EffectWords, interval_name
from klantreis.render.words import Words
from klantreis.texts import text
from klantreis.values import Lang
from klantreis.workspace import Workspace


def effect_text(workspace: Workspace, held: Measurement, words: EffectWords, lang: Lang) -> str:
    """All of it, lines joined."""
    plan = held.plan

    def say(name: str, **values: object) -> str:
        return text(f"measurement.show.{name}", lang, **values)

    def called(document_id: str) -> str:
        document = workspace.find(document_id)
        return f"{getattr(document, 'title', None) or document_id} ({document_id})"

    header = ["", say("effect"), interval_name(plan, Words(lang)), say("n")]
    rows = [[line.name, line.value, line.interval, line.n] for line in words.lines]
    methods = [f"  {line.name}: {line.method}" for line in words.lines if line.method]
    return "\n".join(
        [
            f"{held.title} ({held.id})",
            say("of", title=called(held.of)),
            say("metric", title=called(plan.metric)),
            say("compared", comparison=words.comparison),
            say("grade", grade=words.grade),
            "",
            *aligned(header, rows, texts=1).splitlines(),
            *([f"{say('method').capitalize()}:", *methods] if methods else []),
            words.groups,
            "",
            say("verdict", judgement=words.judgement_word),
            f"  {words.because}",
            *([f"  {words.confounding}"] if words.confounding else []),
            "",
            f"{say('to_know')}:",
            *(f"  - {one}" for one in words.to_know),
            "",
            words.smallest,
            words.fixed,
        ]
    )


def effect_json(held: Measurement, result: EffectResult, lang: Lang) -> dict[str, Any]:
    """The plan and the result as data, each caution with its sentence."""
    body = result.model_dump(mode="json")
    for one in body["cautions"]:
        one["sentence"] = Caution(one["code"], tuple(one["values"].items())).sentence(lang)
    return {
        "measurement": held.id,
        "title": held.title,
        "of": held.of,
        "smallest_relevant_effect": held.plan.smallest_relevant_effect,
        "direction": held.plan.direction,
        "comparison": held.plan.comparison,
        "confidence": held.plan.confidence,
        **body,
    }


def effect_csv(held: Measurement, result: EffectResult) -> str:
    """Two rows: the effect, and the difference as it stands."""
    titles = ("measurement", "what", "value", "low", "high", "n", "unit", "method", "grade", "judgement")
    rows = [
        (held.id, name, one.value, one.low, one.high, one.n, one.unit, one.method, grade, judgement)
        for name, one, grade, judgement in (
            ("effect", result.estimate, result.grade, result.judgement),
            ("as it stands", result.raw, "association", ""),
        )
        if one is not None
    ]
    return as_csv(titles, rows)

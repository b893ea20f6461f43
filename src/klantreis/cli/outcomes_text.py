"""What scored outcomes and kinds of features look like in the terminal."""

from __future__ import annotations

from klantreis.analysis.result import Result
from klantreis.analysis.voice.outcomes import Kano
from klantreis.cli.events.tables import aligned, as_csv
from klantreis.render.numbers import number, percent, signed
from klantreis.texts import text
from klantreis.use_cases.score_outcomes import OutcomeScores
from klantreis.values import Lang


def outcomes_text(found: OutcomeScores, lang: Lang) -> str:
    """The scores as a table, best first, with what to know before using them."""
    scores = found.scores
    low, high = found.scale
    facts = {"survey": found.survey, "n": number(scores.n, lang), "rows": number(found.rows, lang)}
    lines = [text("outcomes.text.title", lang, **facts, top=found.top, low=low, high=high), ""]
    titles = [
        text(f"outcomes.text.{name}", lang, k=scores.k)
        for name in ("outcome", "important", "satisfied", "score", "interval", "rank", "in_top", "gap", "grade")
    ]
    rows = [
        [
            one.subject,
            percent(one.importance.estimate or 0, lang),
            percent(one.satisfaction.estimate or 0, lang),
            number(score.estimate or 0, lang, decimals=1),
            f"{number(score.low or 0, lang, decimals=1)}–{number(score.high or 0, lang, decimals=1)}",
            str(score.rank)
            if score.rank_low == score.rank_high
            else f"{score.rank} ({score.rank_low}–{score.rank_high})",
            percent(score.in_top, lang),
            signed(score.mean_gap, lang),
            text(f"outcomes.text.{score.grade}", lang),
        ]
        for one, score in sorted(
            zip(found.outcomes, scores.outcomes, strict=True), key=lambda pair: (pair[1].rank, pair[0].subject)
        )
    ]
    lines.append(aligned(titles, rows))
    notes = [each.sentence(lang) for each in scores.warnings]
    if found.alone:
        notes.append(text("outcomes.text.alone", lang, names=", ".join(found.alone)))
    unbound = [one.subject for one in found.outcomes if one.outcome is None]
    if unbound and len(unbound) < len(found.outcomes):
        notes.append(text("outcomes.text.unbound", lang, names=", ".join(unbound)))
    return "\n".join([*lines, *([""] if notes else []), *notes])


def outcomes_csv(found: OutcomeScores) -> str:
    """A row for each outcome, in the order of the survey."""
    titles = [
        *("subject", "job", "outcome", "n", "importance", "importance_low", "importance_high", "satisfaction"),
        *("satisfaction_low", "satisfaction_high", "score", "score_low", "score_high", "rank", "rank_low", "rank_high"),
        *("in_top", "mean_gap", "grade"),
    ]
    rows = [
        [
            *(one.subject, one.job, one.outcome, score.n, *_three(one.importance), *_three(one.satisfaction)),
            *(*_three(score), score.rank, score.rank_low, score.rank_high, score.in_top, score.mean_gap, score.grade),
        ]
        for one, score in zip(found.outcomes, found.scores.outcomes, strict=True)
    ]
    return as_csv(titles, rows)


def kano_text(found: Kano, lang: Lang) -> str:
    """The kinds of features as a table."""
    titles = [text(f"outcomes.kano.{name}", lang) for name in ("feature", "kind", "second", "better", "worse")]
    rows = [
        [
            one.name,
            text(f"outcomes.kano.{one.kind}", lang)
            + ("" if one.decided else f" ({text('outcomes.kano.undecided', lang)})"),
            text(f"outcomes.kano.{one.second}", lang),
            _share(one.better, lang),
            _share(one.worse, lang),
        ]
        for one in found.features
    ]
    notes = [each.sentence(lang) for one in found.features for each in one.warnings]
    notes = list(dict.fromkeys([*(each.sentence(lang) for each in found.warnings), *notes]))
    return "\n".join(
        [f"n = {number(found.n, lang)}", "", aligned(titles, rows, texts=3), *([""] if notes else []), *notes]
    )


def kano_csv(found: Kano) -> str:
    """A row for each feature."""
    titles = [
        *("feature", "n", "kind", "second", "decided", "better", "better_low", "better_high"),
        *("worse", "worse_low", "worse_high", "A", "O", "M", "I", "R", "Q"),
    ]
    rows = [
        [
            *(one.name, one.n, one.kind, one.second, int(one.decided), *_three(one.better), *_three(one.worse)),
            *(one.counts.get(kind, 0) for kind in ("A", "O", "M", "I", "R", "Q")),
        ]
        for one in found.features
    ]
    return as_csv(titles, rows)


def _three(result: Result) -> tuple[float | None, float | None, float | None]:
    return result.estimate, result.low, result.high


def _share(result: Result, lang: Lang) -> str:
    if result.estimate is None or result.low is None or result.high is None:
        return "–"
    return f"{signed(result.estimate, lang)} ({signed(result.low, lang)}–{signed(result.high, lang)})"

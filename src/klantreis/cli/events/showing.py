"""What each answer of a log looks like in the terminal: as text for people, and as CSV for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from klantreis.cli.events.tables import Cell, aligned, as_csv, length, percent, spelled, whole
from klantreis.events.answers.answer import Quartiles, Reach, Scope, Transitions, Variants, Visits
from klantreis.events.share import Share
from klantreis.texts import text
from klantreis.values import Lang

ARROW = " → "


@dataclass(frozen=True)
class Shown:
    """An answer, ready to print."""

    text: str
    csv: str


def scope_line(scope: Scope, lang: Lang) -> str:
    """What was counted, in one line."""
    if scope.first is None or scope.last is None:
        return text("events.scope.empty", lang)
    return text(
        "events.scope.line",
        lang,
        customers=whole(scope.customers, lang),
        events=whole(scope.events, lang),
        first=scope.first[:10],
        last=scope.last[:10],
    )


def transitions(answer: Transitions, lang: Lang, *, top: int) -> Shown:
    """A row per pair, most frequent first."""
    shown = answer.transitions[: top or None]
    timed = any(t.seconds for t in shown)
    rows = [
        [t.source, t.target, whole(t.count, lang), whole(t.customers, lang), percent(t.share, lang)]
        + ([] if t.seconds is None else durations(t.seconds, lang))
        for t in shown
    ]
    heads = titles(lang, "source", "target", "count", "customers", "share", *(["q1", "median", "q3"] if timed else []))
    left = len(answer.transitions) - len(shown)
    more = f"\n{text('events.scope.more', lang, count=whole(left, lang))}" if left else ""
    return Shown(
        aligned(heads, rows, texts=2) + more,
        as_csv(
            ["source", "target", "count", "customers", "share"]
            + (["q1_seconds", "median_seconds", "q3_seconds"] if timed else []),
            [
                [t.source, t.target, t.count, t.customers, t.share, *([] if t.seconds is None else numbers(t.seconds))]
                for t in answer.transitions
            ],
        ),
    )


def variants(answer: Variants, lang: Lang) -> Shown:
    """A row per path, and one for all others."""
    rows = [[ARROW.join(v.path), whole(v.count, lang), percent(v.share, lang)] for v in answer.variants]
    if answer.rest_variants:
        rest = text("events.variants.rest", lang, count=whole(answer.rest_variants, lang))
        rows.append([rest, whole(answer.rest_count, lang), percent(answer.rest_share, lang)])
    table: list[list[Cell]] = [[ARROW.join(v.path), v.count, v.share] for v in answer.variants]
    table.append(["", answer.rest_count, answer.rest_share])
    return Shown(aligned(titles(lang, "path", "count", "share"), rows), as_csv(["path", "count", "share"], table))


def visits(answer: Visits, lang: Lang) -> Shown:
    """Quartiles of what visits are like, then what they begin and end with."""
    kinds = [
        ("per_customer", answer.per_customer, False),
        ("events", answer.events, False),
        ("seconds", answer.seconds, True),
        ("between", answer.between_seconds, True),
    ]
    rows = [
        [text(f"events.visits.{name}", lang), *(durations(found, lang) if lasts else _counts(found, lang))]
        for name, found, lasts in kinds
    ]
    ends = [
        [
            t.touchpoint,
            whole(t.first, lang),
            percent(t.first_share, lang),
            whole(t.last, lang),
            percent(t.last_share, lang),
        ]
        for t in answer.touchpoints
    ]
    share = text("events.column.share", lang)
    first, last = titles(lang, "first", "last")
    parts = [
        f"{whole(answer.n, lang)} {text('events.visits.n', lang)}; "
        + text("events.visits.single", lang, **share_words(answer.single, lang)),
        aligned(titles(lang, "what", "q1", "median", "q3"), rows),
        aligned([*titles(lang, "touchpoint"), first, share, last, share], ends),
    ]
    table: list[list[Cell]] = [["visits", answer.n, answer.n, answer.n]]
    table += [[name, *numbers(found)] for name, found, _ in kinds]
    return Shown("\n\n".join(parts), as_csv(["what", "q1", "median", "q3"], table))


def reach(answer: Reach, lang: Lang) -> Shown:
    """Three sentences."""
    found = answer.customers
    lines = [
        text(
            "events.reach.customers",
            lang,
            count=whole(found.count, lang),
            n=whole(found.n, lang),
            **share_words(found, lang),
        ),
        text("events.reach.events", lang, events=whole(answer.events, lang), repeats=whole(answer.repeat_events, lang)),
        text("events.reach.often", lang, once=whole(answer.once, lang), more=whole(answer.more_often, lang)),
    ]
    columns = ["customers", "n", "share", "low", "high", "events", "repeat_events", "once", "more_often"]
    row: list[Cell] = [found.count, found.n, found.value, found.low, found.high]
    row += [answer.events, answer.repeat_events, answer.once, answer.more_often]
    return Shown("\n".join(lines), as_csv(columns, [row]))


def titles(lang: Lang, *names: str) -> list[str]:
    return [text(f"events.column.{name}", lang) for name in names]


def share_words(share: Share | None, lang: Lang) -> dict[str, str]:
    if share is None:
        return dict.fromkeys(("share", "low", "high"), "…")
    return {"share": percent(share.value, lang), "low": percent(share.low, lang), "high": percent(share.high, lang)}


def durations(found: Quartiles, lang: Lang) -> list[str]:
    return [length(seconds, lang) for seconds in (found.q1, found.median, found.q3)]


def _counts(found: Quartiles, lang: Lang) -> list[str]:
    return ["–" if number is None else _plain(number, lang) for number in (found.q1, found.median, found.q3)]


def _plain(number: float, lang: Lang) -> str:
    """A number of customers or events; a quartile may lie halfway two of them."""
    return whole(int(number), lang) if number == int(number) else spelled(f"{number:g}", lang)


def numbers(found: Quartiles) -> Sequence[Cell]:
    return (found.q1, found.median, found.q3)

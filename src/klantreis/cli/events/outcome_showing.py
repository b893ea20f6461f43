"""What durations, loops, paths to an outcome and credit look like in the terminal, as text and as CSV."""

from __future__ import annotations

from klantreis.cli.events.showing import ARROW, Shown, durations, numbers, share_words, titles
from klantreis.cli.events.tables import Cell, aligned, as_csv, length, percent, whole
from klantreis.events.answers.between import TimeBetween
from klantreis.events.answers.outcomes import Credit, OutcomePaths
from klantreis.events.answers.rework import Rework
from klantreis.events.share import Share
from klantreis.texts import text
from klantreis.values import Lang


def between(answer: TimeBetween, lang: Lang) -> Shown:
    """Two sentences, then the quantiles."""
    lines = [
        text("events.between.starts", lang, n=whole(answer.n, lang), customers=whole(answer.customers, lang)),
        text("events.between.ended", lang, ended=whole(answer.ended.count, lang), **share_words(answer.ended, lang)),
        text("events.between.censored", lang, censored=whole(answer.censored, lang)),
    ]
    if answer.passed_over:
        lines.append(text("events.between.passed_over", lang, count=whole(answer.passed_over, lang)))
    all_starts = (answer.seconds.q1, answer.seconds.median, answer.seconds.q3)
    by_share = dict(zip((0.25, 0.5, 0.75), all_starts, strict=True))
    rows = [
        [
            percent(q.share, lang),
            length(q.seconds, lang),
            length(by_share[q.share], lang) if q.share in by_share else "",
        ]
        for q in answer.quantiles
    ]
    columns = ["starts", "customers", "ended", "censored", "passed_over"]
    columns += [f"p{q.share * 100:g}_seconds" for q in answer.quantiles]
    columns += ["q1_of_all_seconds", "median_of_all_seconds", "q3_of_all_seconds"]
    row: list[Cell] = [answer.n, answer.customers, answer.ended.count, answer.censored, answer.passed_over]
    row += [*(q.seconds for q in answer.quantiles), *all_starts]
    table = aligned(titles(lang, "within_share", "of_ended", "of_all_starts"), rows)
    return Shown("\n".join(lines) + (f"\n\n{table}" if rows else ""), as_csv(columns, [row]))


def rework(answer: Rework, lang: Lang) -> Shown:
    """Three sentences, then the touchpoints that were met again, then the cycles."""
    part = answer.loop_seconds / answer.seconds if answer.seconds else None
    lines = [
        text("events.rework.repeats", lang, count=whole(answer.repeats, lang), **share_words(answer.repeating, lang)),
        text("events.rework.returns", lang, count=whole(answer.returns, lang), **share_words(answer.returning, lang)),
        text("events.rework.time", lang, time=length(answer.loop_seconds, lang), share=percent(part, lang)),
    ]
    touchpoints = [
        [
            *(
                each.touchpoint,
                whole(each.customers, lang),
                whole(each.repeats, lang),
                percent(each.repeating.value, lang),
            ),
            *(whole(each.returns, lang), percent(each.returning.value, lang), *durations(each.away, lang)),
        ]
        for each in answer.touchpoints
        if each.repeats or each.returns
    ]
    cycles = [
        [
            *(each.touchpoint, each.via, whole(each.count, lang), whole(each.customers, lang)),
            *(percent(each.of_customers.value, lang), length(each.seconds, lang)),
        ]
        for each in answer.cycles
    ]
    parts = ["\n".join(lines)]
    if touchpoints:
        heads = ("touchpoint", "customers", "repeats", "repeating", "returns", "returning", "q1", "median", "q3")
        parts.append(aligned(titles(lang, *heads), touchpoints))
    if cycles:
        parts.append(
            aligned(titles(lang, "back_to", "by_way_of", "count", "customers", "share", "time"), cycles, texts=2)
        )
    if answer.rest_cycles:
        rest, times = whole(answer.rest_cycles, lang), whole(answer.rest_count, lang)
        parts.append(text("events.rework.rest", lang, count=rest, times=times))
    columns = ["touchpoint", "via", "events", "customers", "repeats", "repeating", "repeat_seconds", "count"]
    columns += ["customers_back", "share_back", "q1_seconds", "median_seconds", "q3_seconds", "seconds"]
    table: list[list[Cell]] = [
        [
            *(each.touchpoint, None, each.events, each.customers, each.repeats, each.repeating.value),
            *(each.repeat_seconds, each.returns, each.returning.count, each.returning.value),
            *(*numbers(each.away), each.away_seconds),
        ]
        for each in answer.touchpoints
    ]
    table += [
        [
            *(each.touchpoint, each.via, None, each.of_customers.n, None, None, None),
            *(each.count, each.customers, each.of_customers.value, None, None, None, each.seconds),
        ]
        for each in answer.cycles
    ]
    return Shown("\n\n".join(parts), as_csv(columns, table))


def paths_to(answer: OutcomePaths, lang: Lang) -> Shown:
    """Three sentences, then a row per path and one for all others."""
    found = answer.converted
    lines = [
        text(
            "events.paths.customers",
            lang,
            count=whole(answer.customers.count, lang),
            **share_words(answer.customers, lang),
        ),
        text(
            "events.paths.paths",
            lang,
            n=whole(answer.n, lang),
            count=whole(found.count, lang),
            direct=whole(answer.direct, lang),
        ),
    ]
    if answer.open is not None:
        lines.append(text("events.paths.open", lang, count=whole(answer.open, lang)))
    rows = [
        [
            *(ARROW.join(each.path) or text("events.paths.empty", lang), whole(each.outcomes, lang)),
            *(percent(each.share_of_outcomes, lang), whole(each.nothing, lang), percent(each.share_of_paths, lang)),
            *(percent(each.converted.value, lang), _interval(each.converted, lang)),
        ]
        for each in answer.paths
    ]
    if answer.rest_paths:
        both = answer.rest_outcomes + answer.rest_nothing
        outcomes = percent(answer.rest_outcomes / found.count if found.count else None, lang)
        rest = text("events.variants.rest", lang, count=whole(answer.rest_paths, lang))
        rows.append(
            [
                rest,
                whole(answer.rest_outcomes, lang),
                outcomes,
                whole(answer.rest_nothing, lang),
                percent(both / answer.n, lang),
            ]
        )
        rows[-1] += [percent(answer.rest_outcomes / both, lang), ""]
    heads = titles(lang, "path", "outcomes", "share", "nothing", "of_paths", "leads", "interval")
    columns = ["path", "outcomes", "nothing", "share_of_outcomes", "share_of_paths", "converted", "low", "high"]
    table: list[list[Cell]] = [
        [
            *(ARROW.join(each.path), each.outcomes, each.nothing, each.share_of_outcomes, each.share_of_paths),
            *(each.converted.value, each.converted.low, each.converted.high),
        ]
        for each in answer.paths
    ]
    if answer.rest_paths:
        named = [answer.rest_outcomes, answer.rest_nothing]
        shares = [1 - sum(each.share_of_outcomes for each in answer.paths) if found.count else 0.0]
        shares.append(1 - sum(each.share_of_paths for each in answer.paths))
        table.append([f"({answer.rest_paths})", *named, *shares, None, None, None])
    return Shown("\n".join(lines) + "\n\n" + aligned(heads, rows), as_csv(columns, table))


def credit(answer: Credit, lang: Lang) -> Shown:
    """One sentence, then a row per value."""
    line = text(
        "events.credit.outcomes",
        lang,
        outcomes=whole(answer.outcomes, lang),
        credited=whole(answer.credited, lang),
        direct=whole(answer.direct, lang),
    )
    rows = [
        [
            *(
                each.value,
                percent(each.first.value if each.first else None, lang),
                percent(each.last.value if each.last else None, lang),
                percent(each.linear_share, lang),
            ),
            *(percent(each.position_share, lang), whole(each.paths, lang), percent(each.converted.value, lang)),
            _interval(each.converted, lang),
        ]
        for each in answer.values
    ]
    heads = titles(lang, "value", "first_touch", "last_touch", "linear", "position", "on_paths", "leads", "interval")
    columns = ["value", "paths", "outcomes", "converted", "low", "high", "first", "last", "linear", "position"]
    columns += ["first_share", "last_share", "linear_share", "position_share"]
    table: list[list[Cell]] = [
        [
            *(each.value, each.paths, each.outcomes, each.converted.value, each.converted.low, each.converted.high),
            *(each.first.count if each.first else None, each.last.count if each.last else None),
            *(each.linear, each.position),
            *(each.first.value if each.first else None, each.last.value if each.last else None),
            *(each.linear_share, each.position_share),
        ]
        for each in answer.values
    ]
    return Shown(f"{line}\n\n{aligned(heads, rows)}", as_csv(columns, table))


def _interval(share: Share, lang: Lang) -> str:
    return f"{percent(share.low, lang)} – {percent(share.high, lang)}"

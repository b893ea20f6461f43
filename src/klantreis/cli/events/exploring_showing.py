"""What trees, step matrices, retention, activity and comparisons look like in the terminal, and as CSV."""

from __future__ import annotations

from collections.abc import Iterator

from klantreis.cli.events.comparing_words import what_words
from klantreis.cli.events.showing import ARROW, Shown, titles
from klantreis.cli.events.tables import Cell, aligned, as_csv, length, percent, spelled, whole
from klantreis.events.answers.calendar import Activity, Retention
from klantreis.events.answers.comparison import ComparedRow, Comparison, MedianTime
from klantreis.events.answers.steps import Branch, PathNode, PathTree, StepMatrix
from klantreis.events.share import Share
from klantreis.texts import text
from klantreis.values import Lang

HIDDEN = "…"


def tree(answer: PathTree, lang: Lang) -> Shown:
    """A line per node, with a dot for each step before it; ends and rests below the node that they follow."""
    lines: list[list[str]] = []
    for depth, name, count, customers, of_parent, of_all in _walk(answer, lang):
        people = HIDDEN if customers is None else whole(customers.count, lang)
        lines.append(["· " * depth + name, whole(count, lang), people, percent(of_parent, lang), percent(of_all, lang)])
    table: list[list[Cell]] = []
    for path, kind, branch in _flat(answer):
        people_or_none = None if branch.customers is None else branch.customers.count
        table.append([ARROW.join(path), kind, branch.count, people_or_none, branch.of_parent, branch.of_all])
    return Shown(
        aligned(titles(lang, "path", "count", "customers", "of_parent", "of_all"), lines),
        as_csv(["path", "kind", "count", "customers", "of_parent", "of_all"], table),
    )


_Line = tuple[int, str, int, Share | None, float, float]


def _walk(answer: PathTree, lang: Lang) -> Iterator[_Line]:
    for node in answer.roots:
        yield from _node(node, 0, lang)
    if answer.rest.count:
        yield _folded(answer.rest, 0, lang)


def _node(node: PathNode, depth: int, lang: Lang) -> Iterator[_Line]:
    yield depth, node.touchpoint, node.count, node.customers, node.of_parent, node.of_all
    for child in node.next:
        yield from _node(child, depth + 1, lang)
    if node.rest.count:
        yield _folded(node.rest, depth + 1, lang)
    if node.ended is not None and node.ended.count:
        ended = node.ended
        name = text("events.tree.ended", lang)
        yield depth + 1, name, ended.count, ended.customers, ended.of_parent, ended.of_all


def _folded(rest: Branch, depth: int, lang: Lang) -> _Line:
    one = "_one" if rest.touchpoints == 1 else ""
    name = text(f"events.tree.rest{one}", lang, count=whole(rest.touchpoints, lang))
    return depth, name, rest.count, rest.customers, rest.of_parent, rest.of_all


def _flat(answer: PathTree) -> Iterator[tuple[tuple[str, ...], str, Branch | PathNode]]:
    def below(node: PathNode, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, Branch | PathNode]]:
        yield path, "node", node
        for child in node.next:
            yield from below(child, (*path, child.touchpoint))
        if node.rest.count:
            yield path, "rest", node.rest
        if node.ended is not None and node.ended.count:
            yield path, "ended", node.ended

    for root in answer.roots:
        yield from below(root, (root.touchpoint,))
    yield (), "rest", answer.rest


def steps(answer: StepMatrix, lang: Lang, *, top: int) -> Shown:
    """A row per touchpoint, a column per position."""
    kept = answer.rows[: top or None]
    rows = [[row.touchpoint, *(_cell(cell, lang) for cell in row.cells)] for row in kept]
    if answer.align is not None:
        rows.append([text("events.steps.not_begun", lang), *(_cell(cell, lang) for cell in answer.not_begun)])
    rows.append([text("events.steps.ended", lang), *(_cell(cell, lang) for cell in answer.ended)])
    left = len(answer.rows) - len(kept)
    more = f"\n{text('events.scope.more', lang, count=whole(left, lang))}" if left else ""
    table: list[list[Cell]] = []
    named = [(row.touchpoint, "at", row.cells) for row in answer.rows]
    for name, kind, cells in (*named, ("", "not_begun", answer.not_begun), ("", "ended", answer.ended)):
        for position, cell in zip(answer.positions, cells, strict=True):
            table.append([position, kind, name, *_numbers(cell)])
    heads = [
        *titles(lang, "touchpoint"),
        *(f"{position:+d}" if answer.align else str(position) for position in answer.positions),
    ]
    counted = text("events.steps.n", lang, n=whole(answer.n, lang))
    return Shown(
        f"{counted}\n\n{aligned(heads, rows)}{more}",
        as_csv(["position", "kind", "touchpoint", "customers", "n", "share", "low", "high"], table),
    )


def retention(answer: Retention, lang: Lang) -> Shown:
    """A row per cohort, a column per period since."""
    rows = [
        [cohort.period, whole(cohort.customers, lang), *(_seen(cell, lang) for cell in cohort.cells)]
        for cohort in answer.cohorts
    ]
    rows.append(
        [
            text("events.retention.total", lang),
            whole(answer.customers, lang),
            *(_seen(cell, lang) for cell in answer.total),
        ]
    )
    table: list[list[Cell]] = [
        [cohort.period, later, *_numbers(cell)] for cohort in answer.cohorts for later, cell in enumerate(cohort.cells)
    ]
    table += [["", later, *_numbers(cell)] for later, cell in enumerate(answer.total)]
    heads = [
        text(f"events.retention.{answer.by}", lang),
        *titles(lang, "customers"),
        *(f"+{k}" for k in range(len(answer.total))),
    ]
    rule = text(f"events.retention.{'unbounded' if answer.unbounded else 'classic'}", lang)
    return Shown(
        f"{rule}\n\n{aligned(heads, rows)}",
        as_csv(["cohort", "later", "customers", "n", "share", "low", "high"], table),
    )


def activity(answer: Activity, lang: Lang) -> Shown:
    """Hours down, days of the week across, in events; then the channels."""
    counts = {(hour.weekday, hour.hour): hour.events for hour in answer.hours}
    days = [text(f"events.activity.day{day}", lang) for day in range(1, 8)]
    rows = [
        [f"{hour:02d}–{hour + 1:02d}", *(_count(counts[day, hour], lang) for day in range(1, 8))] for hour in range(24)
    ]
    parts = [
        text("events.activity.zone", lang, timezone=answer.timezone),
        aligned([text("events.activity.hour", lang), *days], rows),
    ]
    if answer.channels:
        channels = [
            [
                each.channel or text("events.activity.none", lang),
                whole(each.events, lang),
                percent(each.share, lang),
                whole(each.customers.count, lang),
                percent(each.customers.value, lang),
            ]
            for each in answer.channels
        ]
        parts.append(aligned(titles(lang, "channel", "events", "share", "customers", "share"), channels))
    table: list[list[Cell]] = [
        ["hour", "", each.weekday, each.hour, each.events, each.customers] for each in answer.hours
    ]
    for channel in answer.channels:
        table.append(["channel", channel.channel, None, None, channel.events, channel.customers.count])
        table += [
            ["channel-hour", channel.channel, None, hour, events, None] for hour, events in enumerate(channel.hours)
        ]
    return Shown("\n\n".join(parts), as_csv(["kind", "channel", "weekday", "hour", "events", "customers"], table))


def compare(answer: Comparison, lang: Lang, *, top: int) -> Shown:
    """A row per thing compared, what differs first."""
    kept = answer.rows[: top or None]

    def shown(row: ComparedRow, number: float | None) -> str:
        if number is None or isinstance(row.first, Share):
            return "–" if number is None else spelled(f"{number * 100:+.1f}", lang)
        return f"{'−' if number < 0 else '+'}{length(abs(number), lang)}"

    rows = []
    for row in kept:
        apart = row.difference
        interval = "–" if apart.low is None else f"{shown(row, apart.low)} – {shown(row, apart.high)}"
        mark = "*" if row.differs else ""
        rows.append(
            [
                what_words(answer.on, row.what, lang),
                _one(row.first, lang),
                _one(row.second, lang),
                shown(row, apart.value) + mark,
                interval,
                _chance(row.q, lang),
            ]
        )
    table: list[list[Cell]] = [
        [ARROW.join(row.what), *_both(row), row.difference.value, row.difference.low, row.difference.high, row.p, row.q]
        for row in answer.rows
    ]
    first, second = answer.groups
    parts = [
        text("events.compare.groups", lang, first=whole(first.customers, lang), second=whole(second.customers, lang))
    ]
    if answer.in_both:
        parts.append(text("events.compare.both", lang, count=whole(answer.in_both, lang)))
    heads = titles(lang, "what", "first_group", "second_group", "difference", "interval", "q_value")
    parts.append("\n" + aligned(heads, rows))
    if len(kept) < len(answer.rows):
        parts.append(text("events.scope.more", lang, count=whole(len(answer.rows) - len(kept), lang)))
    parts.append(text("events.compare.mark", lang, share=f"{answer.false_discovery:.0%}"))
    names = ["first", "first_n", "second", "second_n"]
    return Shown("\n".join(parts), as_csv(["what", *names, "difference", "low", "high", "p", "q"], table))


def _one(found: Share | MedianTime, lang: Lang) -> str:
    if isinstance(found, Share):
        return f"{percent(found.value, lang)} ({whole(found.n, lang)})"
    return f"{length(found.seconds, lang)} ({whole(found.n, lang)})"


def _both(row: ComparedRow) -> list[Cell]:
    cells: list[Cell] = []
    for found in (row.first, row.second):
        cells += [found.value if isinstance(found, Share) else found.seconds, found.n]
    return cells


def _chance(q: float | None, lang: Lang) -> str:
    return "–" if q is None else spelled(f"{q:.3f}" if q >= 0.001 else "<0.001", lang)


def _cell(cell: Share | None, lang: Lang) -> str:
    return HIDDEN if cell is None else percent(cell.value, lang) if cell.count or not cell.n else "0"


def _seen(cell: Share | None, lang: Lang) -> str:
    return "" if cell is None else percent(cell.value, lang)


def _count(number: int | None, lang: Lang) -> str:
    return HIDDEN if number is None else whole(number, lang) if number else ""


def _numbers(cell: Share | None) -> list[Cell]:
    return [None] * 5 if cell is None else [cell.count, cell.n, cell.value, cell.low, cell.high]

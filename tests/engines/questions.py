"""What the contract suite asks of every implementation: each question with its options, under each kind of filter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from klantreis.events.filter import Filter
from klantreis.events.local.columns import EPOCH
from klantreis.events.log import EventLog

SECOND = 1_000_000
MINUTE = 60 * SECOND
#: The first of January 2026, 00:00 UTC.
NEW_YEAR = 1_767_225_600 * SECOND

Question = Callable[[EventLog, Filter | None], Any]
QUESTIONS: dict[str, Question] = {
    "transitions": lambda log, asked: log.transitions(filter=asked),
    "transitions without times": lambda log, asked: log.transitions(times=False, filter=asked),
    "variants": lambda log, asked: log.variants(top=5, filter=asked),
    "variants of visits": lambda log, asked: log.variants(top=5, gap="5min", filter=asked),
    "variants without repeats": lambda log, asked: log.variants(top=5, gap="5min", fold_repeats=True, filter=asked),
    "visits": lambda log, asked: log.visits(filter=asked),
    "short visits": lambda log, asked: log.visits(gap="3min", filter=asked),
    "funnel": lambda log, asked: log.funnel(
        ["touchpoint = 'a'", "touchpoint in ('a', 'b')", "amount > 1 or touchpoint = 'c'"], within="20min", filter=asked
    ),
    "funnel of stages": lambda log, asked: log.funnel(
        [
            "touchpoint = 'a'",
            "optional touchpoint = 'b' within 9min",
            "optional `Cart kind` = 'x'",
            "touchpoint = 'c' without amount = 3",
            "channel != 'web' within 15min without touchpoint = 'b'",
        ],
        within="1h",
        filter=asked,
    ),
    "funnel without window": lambda log, asked: log.funnel(["touchpoint = 'a'"] * 3, filter=asked),
    "funnel without order": lambda log, asked: log.unordered_funnel(
        ["touchpoint = 'a'", "optional amount = 3", "touchpoint = 'b'", "`Cart kind` = 12"], within="6min", filter=asked
    ),
    "steps": lambda log, asked: log.steps(upto=3, filter=asked),
    "steps around": lambda log, asked: log.steps(upto=2, before=2, align="amount = 3", filter=asked),
    "activity": lambda log, asked: log.activity(filter=asked),
    "retention": lambda log, asked: log.retention(by="day", periods=3, filter=asked),
    "retention of months": lambda log, asked: log.retention(
        by="month", start="touchpoint = 'a'", back="channel = 'web'", periods=2, unbounded=True, filter=asked
    ),
    "reach": lambda log, asked: log.reach("channel = '' and not amount < 2", filter=asked),
    "reach of a sequence": lambda log, asked: log.reach(
        "last touchpoint = 'b' or (touchpoint = 'a' then amount >= 1 within 7min -> `Cart kind` = 'x')", filter=asked
    ),
    "reach around": lambda log, asked: log.reach(
        "(touchpoint = 'a' within 4min before touchpoint = 'b') or (nth(2) channel = 'web' after `Cart kind` != 12)",
        filter=asked,
    ),
    "between": lambda log, asked: log.time_between("touchpoint = 'a'", "touchpoint in ('a', 'b')", filter=asked),
    "between each": lambda log, asked: log.time_between(
        "touchpoint = 'a'", "amount >= 2.5", starts="each", within="9min", filter=asked
    ),
    "between nearest": lambda log, asked: log.time_between(
        "touchpoint != 'c'", "touchpoint != 'a' and channel = 'web'", starts="nearest", filter=asked
    ),
    "rework": lambda log, asked: log.rework(top=3, filter=asked),
    "paths": lambda log, asked: log.paths_to("touchpoint = 'c'", lookback="7min", top=4, filter=asked),
    "paths folded": lambda log, asked: log.paths_to(
        "amount = 3", by="channel", lookback="20min", fold_repeats=True, top=None, filter=asked
    ),
    "paths to the first": lambda log, asked: log.paths_to(
        "touchpoint = 'b'", by="amount", outcomes="first", touches="amount != 1", filter=asked
    ),
    "credit": lambda log, asked: log.credit("touchpoint = 'c'", lookback="10min", filter=asked),
    "credit of kinds": lambda log, asked: log.credit(
        "touchpoint = 'c' and amount = 3", by="Cart kind", fold_repeats=True, filter=asked
    ),
    "tree": lambda log, asked: log.tree(filter=asked),
    "tree of all": lambda log, asked: log.tree(depth=1, breadth=0, backward=True, fold_repeats=True, filter=asked),
    "tree to": lambda log, asked: log.tree(
        "amount = 3", backward=True, depth=3, breadth=2, gap="15min", fold_repeats=True, filter=asked
    ),
    "tree from": lambda log, asked: log.tree("touchpoint = 'a'", depth=2, breadth=1, gap="4min", filter=asked),
    "compare reach": lambda log, asked: log.compare("amount = 1", on="reach", filter=asked),
    "compare reach of patterns": lambda log, asked: log.compare(
        "amount = 1", on="reach", steps=["amount = 3", "channel = 'web'"], filter=asked
    ),
    "compare transitions": lambda log, asked: log.compare(
        Filter(where="channel = 'web'"), "touchpoint = 'c'", filter=asked
    ),
    "compare times": lambda log, asked: log.compare("touchpoint = 'c' and amount = 3", on="times", filter=asked),
    "compare funnel": lambda log, asked: log.compare(
        "amount = 1",
        "amount = 3",
        on="funnel",
        steps=["touchpoint = 'a'", "channel = 'web'"],
        within="9min",
        filter=asked,
    ),
    "compare variants": lambda log, asked: log.compare(
        Filter(where="touchpoint != 'c'"), "channel = 'app'", on="variants", top=5, filter=asked
    ),
    "compare steps": lambda log, asked: log.compare("channel = 'app'", on="steps", upto=4, filter=asked),
    "compare without order": lambda log, asked: log.compare(
        "amount = 1",
        Filter(where="channel != 'web'"),
        on="any-order",
        steps=["touchpoint = 'a'", "optional amount = 3", "touchpoint = 'b'"],
        within="6min",
        filter=asked,
    ),
    "compare visits": lambda log, asked: log.compare("amount = 1", on="visits", within="4min", upto=3, filter=asked),
    "compare visits of half an hour": lambda log, asked: log.compare(
        "amount = 1", Filter(where="touchpoint != 'a'"), on="visits", filter=asked
    ),
    "compare retention": lambda log, asked: log.compare(
        "touchpoint = 'c'", on="retention", by="day", upto=2, filter=asked
    ),
    "compare retention of patterns": lambda log, asked: log.compare(
        Filter(period=(None, date(2026, 1, 1))),
        Filter(where="channel = 'app'"),
        on="retention",
        steps=["touchpoint = 'a'", "amount = 3"],
        upto=1,
        filter=asked,
    ),
    "compare between": lambda log, asked: log.compare(
        "channel = 'app'", on="between", steps=["touchpoint = 'a'", "touchpoint != 'a'"], filter=asked
    ),
    "compare between within": lambda log, asked: log.compare(
        Filter(where="amount >= 1"),
        "touchpoint = 'c'",
        on="between",
        steps=["touchpoint = 'a'", "touchpoint in ('a', 'b')"],
        within="9min",
        filter=asked,
    ),
    "compare rework": lambda log, asked: log.compare(
        Filter(where="amount != 3"), "channel = 'app'", on="rework", filter=asked
    ),
    "compare paths": lambda log, asked: log.compare(
        "channel = 'app'", on="paths", steps=["touchpoint = 'c'"], within="20min", top=6, filter=asked
    ),
    "compare paths of channels": lambda log, asked: log.compare(
        "amount = 1", Filter(where="touchpoint != 'a'"), on="paths", steps=["amount = 3"], by="channel", filter=asked
    ),
    "compare credit": lambda log, asked: log.compare(
        "channel = 'app'", on="credit", steps=["touchpoint = 'c'"], filter=asked
    ),
    "compare credit of kinds": lambda log, asked: log.compare(
        Filter(where="amount >= 1"),
        "touchpoint = 'c'",
        on="credit",
        steps=["amount = 3"],
        by="Cart kind",
        within="15min",
        filter=asked,
    ),
    "compare credit of amounts": lambda log, asked: log.compare(
        "channel = 'app'", on="credit", steps=["touchpoint = 'b'"], by="amount", filter=asked
    ),
    "compare activity": lambda log, asked: log.compare("amount = 1", on="activity", filter=asked),
    "compare activity of some": lambda log, asked: log.compare(
        Filter(where="touchpoint != 'c'"), Filter(where="amount >= 1"), on="activity", filter=asked
    ),
    "compare tree": lambda log, asked: log.compare("channel = 'app'", on="tree", upto=3, top=8, filter=asked),
    "compare tree from": lambda log, asked: log.compare(
        Filter(where="amount != 1"),
        "touchpoint = 'c'",
        on="tree",
        steps=["touchpoint = 'a'"],
        within="4min",
        upto=2,
        filter=asked,
    ),
}
#: Each way of counting once.
FEW = (
    *("transitions", "variants without repeats", "short visits", "funnel of stages", "reach of a sequence"),
    *("between nearest", "rework", "paths folded", "tree to", "compare times"),
)
#: A statement takes Spark a second or two. When it is one of all, it is asked each question once, with most of its
#: options; ``KLANTREIS_ENGINES=spark-cluster`` asks it everything.
ON_SPARK = (
    *FEW,
    *("funnel without order", "steps around", "activity", "retention of months", "credit", "compare variants"),
    "compare credit of kinds",
)
FILTERS: tuple[Filter | None, ...] = (
    None,
    Filter(where="channel = 'web' or amount >= 2"),
    Filter(customers="touchpoint = 'c' and `Cart kind` in ('x', '')"),
    Filter(
        period=(
            EPOCH + timedelta(microseconds=NEW_YEAR + 5 * MINUTE),
            EPOCH + timedelta(microseconds=NEW_YEAR + 2400 * SECOND),
        ),
        customers="first touchpoint = 'a'",
    ),
    Filter(where="touchpoint = 'z'"),
)

"""The textbook log of forty cases, and what its author counts in it.

W. van der Aalst, Process Mining: Data Science in Action (2016), section 7.2: the directly-follows counts and the
dependency measures that follow from them.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from klantreis.events.event import Event
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.log import LocalLog, log_of

CASES = {"ae": 5, "abce": 10, "acbe": 10, "abe": 1, "ace": 1, "ade": 10, "adde": 2, "addde": 1}
#: (|a>b| - |b>a|) / (|a>b| + |b>a| + 1), and |a>a| / (|a>a| + 1), to two decimals.
DEPENDENCY = {"ab": 0.92, "ae": 0.83, "ad": 0.93, "dd": 0.80, "bc": 0.0}


@pytest.fixture
def log() -> LocalLog:
    paths = [path for path, times in CASES.items() for _ in range(times)]
    return log_of(
        Event(f"case {number}", EPOCH + timedelta(hours=place), letter)
        for number, path in enumerate(paths)
        for place, letter in enumerate(path)
    )


def test_directly_follows_counts(log: LocalLog) -> None:
    follows = {t.source + t.target: t.count for t in log.transitions().transitions}
    assert follows["ab"] == 11
    for pair, published in DEPENDENCY.items():
        there, back = follows.get(pair, 0), follows.get(pair[::-1], 0)
        measure = there / (there + 1) if pair[0] == pair[1] else (there - back) / (there + back + 1)
        assert round(measure, 2) == published


def test_variants(log: LocalLog) -> None:
    answer = log.variants()
    assert {"".join(variant.path): variant.count for variant in answer.variants} == CASES
    assert (answer.n, answer.distinct, answer.rest_variants) == (40, 8, 0)

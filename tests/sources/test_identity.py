"""Which ids are one customer: the same answer whatever the order, and none where nobody can know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.events.local.folder import open_log, read_manifest
from klantreis.sources.identity import identities
from klantreis.sources.records import LinkKind
from klantreis.use_cases.import_events import import_events

KINDS: tuple[LinkKind, ...] = ("same", "alias", "identify")
links = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.sampled_from(KINDS)), max_size=12)


@given(links, st.randoms())
def test_the_order_changes_nothing(said: list[tuple[str, str, LinkKind]], dice: Any) -> None:
    shuffled = said + said[: len(said) // 2]
    dice.shuffle(shuffled)
    assert identities(shuffled) == identities(said)


@given(links)
def test_an_owner_is_a_last_name(said: list[tuple[str, str, LinkKind]]) -> None:
    found = identities(said).owners
    assert all(one != owner and owner not in found for one, owner in found.items())
    together = {frozenset(pair[:2]) for pair in said}
    for one, owner in found.items():  # there is a chain of links from one to the other
        reached, grew = {one}, True
        while grew:
            more = set().union(*(pair for pair in together if pair & reached)) - reached
            reached, grew = reached | more, bool(more)
        assert owner in reached


@given(links)
def test_what_is_the_same_is_one(said: list[tuple[str, str, LinkKind]]) -> None:
    same = [link for link in said if link[2] == "same"]
    found = identities(said).owners
    assert all(found.get(one, one) == found.get(other, other) for one, other, _ in same)


def test_a_shared_device_belongs_to_nobody() -> None:
    found = identities([("tablet", "an", "identify"), ("tablet", "bo", "identify"), ("app", "an", "identify")])
    assert found.owners == {"app": "an"}
    assert found.refused == {"several-owners": 2}
    renamed = identities([("tablet", "an", "identify"), ("tablet", "bo", "identify"), ("bo", "an", "alias")])
    assert (renamed.owners, renamed.refused) == ({"bo": "an", "tablet": "an"}, {})


def test_a_circle_is_refused_but_what_leads_to_it_is_not_lost() -> None:
    found = identities([("a", "b", "alias"), ("b", "c", "alias"), ("c", "a", "alias"), ("x", "a", "alias")])
    assert found.owners == {"x": "a"}
    assert found.refused == {"circle": 3}


def test_a_name_that_a_person_gave_is_preferred() -> None:
    machine = "0189c2f4-7b1e-7e0c-b9a3-ffb1a2c3d4e5"
    assert identities([("an@example.org", machine, "same")]).owners == {machine: "an@example.org"}


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def track(n: int, event: str, **ids: str) -> dict[str, Any]:
    return {"type": "track", "messageId": str(n), "event": event, "timestamp": f"2026-01-01T00:00:{n:02}Z", **ids}


ROWS = [
    track(1, "visit", anonymousId="a9"),
    track(2, "visit", anonymousId="tablet"),
    {"type": "identify", "messageId": "3", "anonymousId": "a9", "userId": "an", "timestamp": "2026-01-01T00:00:03Z"},
    track(4, "order", userId="an"),
    track(5, "order", userId="bo", anonymousId="tablet"),
    track(6, "order", userId="ce", anonymousId="tablet"),
    {"type": "alias", "messageId": "7", "previousId": "an", "userId": "anna", "timestamp": "2026-01-01T00:00:07Z"},
]


def test_events_of_one_customer_come_together_before_they_are_sorted(tmp_path: Path) -> None:
    done = import_events([write(tmp_path / "a.jsonl", ROWS)], tmp_path / "log")
    log = open_log(tmp_path / "log")
    assert tuple(log.customers) == ("anna", "bo", "ce", "tablet")
    assert [event.touchpoint for event in log.trace("anna")] == ["visit", "order"]
    assert (done.merged, done.links_refused, done.no_events, done.rows) == (2, {"several-owners": 2}, 2, 7)
    assert read_manifest(tmp_path / "log")["identity"] == {"merged": 2, "refused": {"several-owners": 2}}


def test_ids_can_be_left_as_they_are(tmp_path: Path) -> None:
    done = import_events([write(tmp_path / "a.jsonl", ROWS)], tmp_path / "log", identity=False)
    assert tuple(open_log(tmp_path / "log").customers) == ("a9", "an", "bo", "ce", "tablet")
    assert done.merged == 0


@pytest.mark.parametrize("cut", range(1, len(ROWS)))
def test_what_is_learnt_later_holds_for_what_came_before(tmp_path: Path, cut: int) -> None:
    import_events([write(tmp_path / "all.jsonl", ROWS)], tmp_path / "whole")
    import_events([write(tmp_path / "a.jsonl", ROWS[:cut])], tmp_path / "log")
    import_events([write(tmp_path / "b.jsonl", ROWS[cut:])], tmp_path / "log", add=True)
    assert read_manifest(tmp_path / "log")["digest"] == read_manifest(tmp_path / "whole")["digest"]

"""Which ids are one customer, from what sources say of them; the same answer in whatever order they say it.

Ids that are said to be the **same** are one, under the name that looks least as if a machine made it. An **alias** says
that one id is now called by another. An id **identifies** itself by being used together with a known one. Of these two,
each id has one owner at most: when sources name several, nobody knows whose it was (a shared device), so it stays a
customer of its own and those links are refused. Links that run in a circle are refused as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from klantreis.sources.records import LinkKind

_MACHINE_MADE = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-|[0-9a-f]{16,}")

#: Why a link is refused.
LINK_REASONS = ("several-owners", "circle")


@dataclass(frozen=True)
class Identities:
    """The owner of every id that has another name, and how many links were refused for which reason."""

    owners: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)


def identities(links: Iterable[tuple[str, str, LinkKind]]) -> Identities:
    """Work out the owners.

    Those that are the same go first, then aliases: two owners that are aliases of each other are one.

    Examples
    --------
    >>> identities([("a9", "an", "identify"), ("an", "anna", "alias")]).owners
    {'a9': 'anna', 'an': 'anna'}
    >>> identities([("tablet", "an", "identify"), ("tablet", "bo", "identify")])
    Identities(owners={}, refused={'several-owners': 2})
    """
    by_kind: dict[LinkKind, set[tuple[str, str]]] = {"same": set(), "alias": set(), "identify": set()}
    for one, other, kind in links:
        if one != other:
            by_kind[kind].add((one, other))
    refused: Counter[str] = Counter()
    owners = _named(by_kind["same"])
    for kind in ("alias", "identify"):
        known = {(owners.get(one, one), owners.get(other, other)) for one, other in by_kind[kind]}
        owned = _owners({pair for pair in known if pair[0] != pair[1]}, refused)
        owners = {one: owned.get(other, other) for one, other in owners.items()} | owned
    return Identities(
        {one: owners[one] for one in sorted(owners)},
        {reason: refused[reason] for reason in LINK_REASONS if refused[reason]},
    )


def _named(links: set[tuple[str, str]]) -> dict[str, str]:
    """The name of each id that is the same as others and has not that name itself."""
    above: dict[str, str] = {}

    def top(one: str) -> str:
        while above.get(one, one) != one:
            above[one] = above.get(above[one], above[one])
            one = above[one]
        return one

    for one, other in links:
        first, second = sorted((top(one), top(other)), key=_machine_made)
        above[second] = first
    found = {one: top(one) for one in list(above)}
    return {one: name for one, name in found.items() if one != name}


def _machine_made(name: str) -> tuple[bool, int, str]:
    """Sorts names that a person may have given before those that a machine did."""
    return bool(_MACHINE_MADE.search(name)), len(name), name


def _owners(links: set[tuple[str, str]], refused: Counter[str]) -> dict[str, str]:
    """The last owner of each id."""
    targets: dict[str, set[str]] = {}
    for one, other in links:
        targets.setdefault(one, set()).add(other)
    refused["several-owners"] += sum(len(named) for named in targets.values() if len(named) > 1)
    next_of = {one: next(iter(named)) for one, named in targets.items() if len(named) == 1}
    last: dict[str, str] = {}
    for begin in next_of:
        path: list[str] = []
        on_path: set[str] = set()
        at = begin
        while at not in last and at in next_of and at not in on_path:
            path.append(at)
            on_path.add(at)
            at = next_of[at]
        if at in on_path:
            circle = path[path.index(at) :]
            refused["circle"] += len(circle)
            last.update((one, one) for one in circle)
            path = path[: path.index(at)]
        end = last.get(at, at)
        last.update((one, end) for one in path)
    return {one: owner for one, owner in last.items() if one != owner}

"""Which ids are one customer, from what sources say of them; the same answer in whatever order they say it.

An **alias** says outright that one id is now called by another. An id **identifies** itself by being used together with
a known one. Each id has one owner at most: when sources name several, nobody knows whose it was (a shared device), so
it stays a customer of its own and those links are refused. Links that run in a circle are refused as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from klantreis.sources.records import LinkKind

#: Why a link is refused.
LINK_REASONS = ("several-owners", "circle")


@dataclass(frozen=True)
class Identities:
    """The owner of every id that has another name, and how many links were refused for which reason."""

    owners: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)


def identities(links: Iterable[tuple[str, str, LinkKind]]) -> Identities:
    """Work out the owners.

    Aliases go first: two owners that are aliases of each other are one.

    Examples
    --------
    >>> identities([("a9", "an", "identify"), ("an", "anna", "alias")]).owners
    {'a9': 'anna', 'an': 'anna'}
    >>> identities([("tablet", "an", "identify"), ("tablet", "bo", "identify")])
    Identities(owners={}, refused={'several-owners': 2})
    """
    by_kind: dict[str, set[tuple[str, str]]] = {"alias": set(), "identify": set()}
    for one, other, kind in links:
        if one != other:
            by_kind[kind].add((one, other))
    refused: Counter[str] = Counter()
    renamed = _owners(by_kind["alias"], refused)
    known = {(renamed.get(one, one), renamed.get(other, other)) for one, other in by_kind["identify"]}
    owned = _owners({pair for pair in known if pair[0] != pair[1]}, refused)
    owners = {one: owned.get(other, other) for one, other in renamed.items()} | owned
    return Identities(
        {one: owners[one] for one in sorted(owners)},
        {reason: refused[reason] for reason in LINK_REASONS if refused[reason]},
    )


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

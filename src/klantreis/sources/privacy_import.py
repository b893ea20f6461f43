"""The rules of privacy of a log at work in an import: on new rows, on what the log has, and on the refused rows."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from klantreis.errors import EventImportError, did_you_mean
from klantreis.events.dataset import ColumnRoles
from klantreis.sources import privacy_rejects, staging
from klantreis.sources.kept import Kept
from klantreis.sources.privacy_keys import Key, find_key
from klantreis.sources.privacy_removal import Removed, trim_rows
from klantreis.sources.privacy_rows import ForRows, Rows, apply_rules, check_fits, most_frequent
from klantreis.sources.privacy_rules import (
    Coarse,
    Privacy,
    Rules,
    Target,
    combined,
    first_day_kept,
    rules_of,
    start_of,
    target_of,
)
from klantreis.sources.scratch import Scratch
from klantreis.sources.tables import Connection


@dataclass(frozen=True)
class Plan:
    """The rules that an import is under.

    Parameters
    ----------
    held
        What the log's own rows are already under.
    rules
        What all rows must be under.
    key
        For pseudonyms; None without them.
    now
        The moment from which a retention period is counted back.
    """

    held: Rules = field(default_factory=Rules)
    rules: Rules = field(default_factory=Rules)
    key: Key | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def drops(self, *names: str | None) -> bool:
        """Whether a column with one of these names is dropped."""
        return any(name in self.rules.drop for name in names if name is not None)


@dataclass(frozen=True)
class Brought:
    """What files brought, and where it goes: the staged rows as they came, and the roles of all files."""

    staged: Sequence[staging.Staged]
    kept: Sequence[Kept]
    old: Sequence[Kept]
    roles: Sequence[ColumnRoles]
    attributes: Sequence[str]
    zone: str
    overlapping: bool = False


def plan_for(asked: Privacy, manifest: Mapping[str, Any] | None, *, log: Path, now: datetime | None) -> Plan:
    """The rules of the log with those that are asked for; finds or makes the key.

    Raises
    ------
    InvalidInputError, NotFoundError
        When a rule or the key cannot be used.
    """
    held = rules_of(manifest)
    combined(held, asked, key=held.key)  # before a key is made for nothing
    key = find_key(asked.key_file, log=log, expect=held.key) if asked.pseudonymise or held.key else None
    rules = combined(held, asked, key=None if key is None else key.fingerprint)
    return Plan(held, rules, key, now or datetime.now(UTC))


def under_rules(connection: Connection, plan: Plan, brought: Brought) -> Rules:
    """Lay the new rows down by the rules, and bring those that the log has under the rules that are new.

    Returns
    -------
    Rules
        The rules as they then are: the values that a ``top`` rule keeps are settled.

    Raises
    ------
    EventImportError
        When a rule names a column that there is not, or that it does not fit.
    """
    rules = plan.rules
    _check_columns(plan, brought)
    coarsen: dict[Target, Coarse] = {}
    named: dict[Target, str] = {}
    for name, rule in rules.coarsen.items():
        target = target_of(name, brought.roles, brought.attributes)
        if target is not None:
            coarsen[target], named[target] = rule, name
    if "time" in coarsen and brought.overlapping:
        raise EventImportError(
            "With coarser times, rows that files share cannot be told from rows that only look the same.",
            hint="Leave out --overlapping, and name a column that tells events apart with --key.",
        )
    new = [Rows(each.file, kept.file, kept.kinds) for each, kept in zip(brought.staged, brought.kept, strict=True)]
    old = [Rows(each.file, each.file, each.kinds) for each in brought.old]
    for target, rule in coarsen.items():
        for each in (*new, *old):
            if target in each.kinds or target in ("time", "touchpoint", "channel"):
                check_fits(target, rule, each.kinds.get(target))
    top = dict(rules.top)
    for target, rule in coarsen.items():
        if rule.kind == "top" and named[target] not in top:
            top[named[target]] = most_frequent(connection, [*old, *new], target, int(rule.number or 0))
    tops = {target: top[name] for target, name in named.items() if name in top}
    dropped = _dropped(rules.drop, brought)
    for each in new:
        apply_rules(connection, each, ForRows(plan.key, dropped, coarsen, tops, brought.zone))
    added = {target: rule for target, rule in coarsen.items() if named[target] not in plan.held.coarsen}
    added_drop = _dropped([name for name in rules.drop if name not in plan.held.drop], brought)
    key = plan.key if plan.held.key is None else None
    if key is not None or added or added_drop:
        for each in old:
            apply_rules(connection, each, ForRows(key, added_drop, added, tops, brought.zone))
    return replace(rules, top=top, time_unit=coarsen["time"].kind if "time" in coarsen else None)


def refused_under_rules(
    connection: Connection, plan: Plan, brought: Brought, *, scratch: Scratch, earlier: Path | None, into: Path
) -> None:
    """The refused rows of this import and of earlier ones, by the rules."""
    new = scratch.file("rejects.csv")
    staging.write_rejects(connection, brought.staged, new, earlier=None)
    if plan.rules.change_values:
        privacy_rejects.clean_rejects(new, _shown(plan.rules, plan.key, brought))
    if earlier is None:
        shutil.copyfile(new, into)
        return
    old = scratch.file("earlier-rejects.csv")
    shutil.copyfile(earlier, old)
    fresh = replace(
        plan.rules,
        drop=tuple(name for name in plan.rules.drop if name not in plan.held.drop),
        coarsen={name: rule for name, rule in plan.rules.coarsen.items() if name not in plan.held.coarsen},
        key=plan.rules.key if plan.held.key is None else None,
    )
    if fresh.change_values:
        privacy_rejects.clean_rejects(old, _shown(fresh, plan.key, brought))
    privacy_rejects.joined(old, new, into)


def trimmed(
    connection: Connection,
    kept: Sequence[Kept],
    sources: Sequence[Mapping[str, Any]],
    rejects: Path | None,
    *,
    before: int,
) -> tuple[list[dict[str, Any]], list[Removed]]:
    """Rewrite staged and refused rows without those that are older than a moment.

    Returns
    -------
    tuple
        The sources as the manifest then tells of them, and what went from each.
    """
    if rejects is not None:
        names = [(str(each["file"]), one.file) for each, one in zip(sources, kept, strict=True)]
        privacy_rejects.without(connection, rejects, names, lambda row: row.time is not None and row.time < before)
    removed = trim_rows(connection, [each.file for each in kept], before=before)
    return [without_removed(source, gone) for source, gone in zip(sources, removed, strict=True)], removed


def oldest_kept(rules: Rules, *, now: datetime, zone: str) -> int | None:
    """The moment before which events are not kept; None when there is none."""
    if rules.keep_for is None:
        return None
    return start_of(first_day_kept(rules.keep_for, now=now, zone=zone), zone=zone)


def without_removed(source: Mapping[str, Any], gone: Removed) -> dict[str, Any]:
    """What the manifest says of a source file, when rows of it are gone."""
    refused = {reason: count - gone.refused.get(reason, 0) for reason, count in source["refused"].items()}
    return {
        **source,
        "rows": source["rows"] - gone.events - sum(gone.refused.values()),
        "refused": {reason: count for reason, count in refused.items() if count > 0},
    }


def _dropped(names: Sequence[str], brought: Brought) -> list[Target]:
    found = [target_of(name, brought.roles, _all_attributes(brought)) for name in names]
    return [target for target in found if target is not None]


def _all_attributes(brought: Brought) -> set[str]:
    """Also those that the log had and that are dropped now."""
    return {*brought.attributes, *(name for each in brought.old for name in each.kinds)}


def _check_columns(plan: Plan, brought: Brought) -> None:
    columns = {column.name for each in brought.staged for column in each.table.columns if column.name}
    known = {*columns, *_all_attributes(brought), "time", "touchpoint", "channel"}
    for name in plan.rules.drop:
        target = target_of(name, brought.roles, _all_attributes(brought))
        if target in ("time", "touchpoint"):
            raise EventImportError(
                f"The column {name!r} is the {target} of the events; without it there are none.",
                hint=f"Make it coarser instead, with --coarsen {name}=RULE.",
            )
        # Sources that work out their columns by themselves do not list all there are.
        listed = all(each.table.extras is None for each in brought.staged)
        if listed and name not in plan.held.drop and target is None and name not in known:
            raise EventImportError(f"There is no column {name!r} to drop.", hint=did_you_mean(name, known))
    for name in plan.rules.coarsen:
        if name not in plan.held.coarsen and target_of(name, brought.roles, brought.attributes) is None:
            raise EventImportError(
                f"There is no column {name!r} in the log to make coarser.",
                hint=f"Keep it with --attribute. {did_you_mean(name, [*brought.attributes, 'time'], what='columns')}",
            )


def _shown(rules: Rules, key: Key | None, brought: Brought) -> privacy_rejects.Shown:
    customers = {each.customer for each in brought.roles}
    columns = {
        name for each in brought.roles for name in (each.time, each.touchpoint, each.channel) if name is not None
    } | set(brought.attributes)
    said = {*rules.drop, *rules.coarsen}
    for part in ("time", "touchpoint", "channel"):
        if part in said and part not in brought.attributes:
            said |= {name for each in brought.roles if (name := getattr(each, part)) is not None}
    # With pseudonyms, any other column of a source may hold ids.
    return privacy_rejects.Shown(
        customers, columns if rules.key is not None else None, said, key if rules.key is not None else None
    )

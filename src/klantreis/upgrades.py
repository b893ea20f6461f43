"""Documents written by an older Klantreis: named upgrades that bring them up to date, one version at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from klantreis.errors import Said, SchemaVersionError
from klantreis.values import SCHEMA_VERSION

Body = dict[str, Any]


@dataclass(frozen=True)
class Upgrade:
    """One step up, for the kinds it touches (none named: every kind)."""

    name: str
    from_version: int
    apply: Callable[[Body], Body]
    kinds: frozenset[str] = frozenset()


#: All upgrades, oldest first. Version 1 is the first written form, so there is none yet.
UPGRADES: tuple[Upgrade, ...] = ()


def upgraded(
    body: Body,
    *,
    kind: str,
    place: str,
    upgrades: Sequence[Upgrade] = UPGRADES,
    current: int = SCHEMA_VERSION,
) -> tuple[Body, tuple[str, ...]]:
    """A body in the present written form, and the names of the upgrades it went through.

    Raises
    ------
    SchemaVersionError
        When the body is newer than this program, its version is no whole number, or a step up is missing.
    """
    version = body.get("schema_version", current)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise SchemaVersionError(
            f"schema_version must be a whole number from 1, not {version!r}.",
            place=place,
            message_id="store.no_version",
            values={"version": str(version)},
        )
    if version > current:
        raise SchemaVersionError(
            f"This document has schema version {version}; this Klantreis reads up to {current}.",
            place=place,
            message_id="store.newer",
            values={"version": version, "current": current},
            hint=Said(
                "Update Klantreis, or ask who wrote it to export it for the older version.",
                message_id="store.newer_hint",
            ),
        )
    applied: list[str] = []
    while version < current:
        step = [upgrade for upgrade in upgrades if upgrade.from_version == version]
        if not step:
            raise SchemaVersionError(
                f"No upgrade leads from schema version {version} to {current}.",
                place=place,
                message_id="store.no_upgrade",
                values={"version": version, "current": current},
            )
        for upgrade in step:
            if not upgrade.kinds or kind in upgrade.kinds:
                body = upgrade.apply(dict(body))
                applied.append(upgrade.name)
        version += 1
        body = {**body, "schema_version": version}
    return body, tuple(applied)

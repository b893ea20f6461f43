"""Erase one customer from a log: events, refused rows, and what was kept to add to it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from klantreis.sources.privacy_log import Held
    from klantreis.sources.privacy_rules import Rules


@dataclass(frozen=True)
class Erased:
    """What was erased: events, refused rows, and rows that only said which ids are the customer's.

    All zero: the log held nothing of this customer. ``ids`` is how many ids the customer had.
    """

    log: Path
    events: int
    refused: int
    links: int
    ids: int
    left: int

    @property
    def total(self) -> int:
        """Rows erased."""
        return self.events + self.refused + self.links

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "log": str(self.log),
            "events": self.events,
            "refused": self.refused,
            "links": self.links,
            "ids": self.ids,
            "left": self.left,
        }


def erase_customer(
    log: Path | str, customer: str, *, key_file: Path | None = None, now: datetime | None = None
) -> Erased:
    """Rewrite a log without one customer, in one step; a second time there is nothing to erase.

    Erased with it are the rows of all ids that the log takes for the same customer, refused rows with such an id in any
    column, and rows that are no whole row and mention one. The log notes that something was erased, and when, not whom.

    Parameters
    ----------
    customer
        Any id of the customer; of a log with pseudonyms the id itself (which needs the key), or the pseudonym.
    key_file
        Where the key is, if not in its usual place.
    now
        The moment to note; the present when not given.

    Raises
    ------
    NotFoundError, InvalidInputError, SchemaVersionError, EventImportError, UnsupportedQuestionError
        When there is no log, it cannot be read or written, or the key is not there; the log is then as it was.
    """
    from klantreis.events.local.folder import read_manifest
    from klantreis.sources import privacy_rejects
    from klantreis.sources.privacy_import import without_removed
    from klantreis.sources.privacy_log import id_in, written_anew
    from klantreis.sources.privacy_removal import Removed, erase_rows, ids_of
    from klantreis.sources.privacy_rules import rules_of

    log, now = Path(log), now or datetime.now(UTC)
    seen: dict[str, int] = {}

    def change(held: Held) -> tuple[Sequence[Mapping[str, Any]], Rules] | None:
        mine = id_in(held, customer, key_file=key_file)
        ids = ids_of(held.connection, held.kept, mine, merge=held.merge)
        gone: list[privacy_rejects.Refused] = []
        if held.rejects is not None:
            found = privacy_rejects.About(ids)
            gone = privacy_rejects.without(held.connection, held.rejects, held.named, found.is_about)
        # One name for what stays of links to this customer: whose device it was stays unknown, as it was.
        instead = f"erased-{secrets.token_hex(8)}"
        removed = [erase_rows(held.connection, each.file, ids, instead=instead) for each in held.kept]
        sources = [dict(each) for each in held.manifest["sources"]]
        for place, source in enumerate(sources):
            sources[place] = without_removed(source, Removed(removed[place].events, {}))
        _count_off(sources, gone)
        seen.update(
            events=sum(each.events for each in removed),
            refused=len(gone),
            links=sum(each.others for each in removed),
            ids=len(ids),
        )
        if not any(each.total for each in removed) and not gone:
            return None
        noted = {name: seen[name] for name in ("events", "refused")}
        return sources, rules_of(held.manifest).noted("erased", at=now, **noted)

    manifest = written_anew(log, change) or read_manifest(log)
    return Erased(log=log, left=manifest["events"], **seen)


def _count_off(sources: Sequence[dict[str, Any]], gone: Sequence[Any]) -> None:
    """Count refused rows that went off what the manifest says of their file."""
    for row in gone:
        for source in sources:
            if str(source["file"]) == row.file and source["refused"].get(row.reason):
                left = {**source["refused"], row.reason: source["refused"][row.reason] - 1}
                source["refused"] = {reason: count for reason, count in left.items() if count}
                source["rows"] -= 1
                break

"""All that a log holds of one customer, to hand over when the customer asks."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from klantreis.errors import NotFoundError


@dataclass(frozen=True)
class HeldRow:
    """One row of a customer: an event, or a row that is kept and no event (``what`` says why).

    ``time`` is None where a row has none that can be read.
    """

    what: str
    time: datetime | None
    touchpoint: str | None
    channel: str | None
    attributes: Mapping[str, str | float]
    id: str | None
    file: str

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "what": self.what,
            "time": None if self.time is None else self.time.isoformat(),
            "touchpoint": self.touchpoint,
            "channel": self.channel,
            "attributes": dict(self.attributes),
            "id": self.id,
            "file": self.file,
        }


@dataclass(frozen=True)
class CustomerExport:
    """All that a log holds of one customer.

    Parameters
    ----------
    ids
        The ids that the log takes for this customer, as it has them.
    rows
        In the order of time: events, and rows that are kept and are no event of the log.
    refused
        Refused rows that are about the customer, as they stand: file, line, reason and values.
    links
        What rows say of which ids are one customer: the one, the other, and how it is said.
    """

    customer: str
    ids: tuple[str, ...]
    log: Path
    timezone: str
    rows: tuple[HeldRow, ...]
    refused: tuple[Mapping[str, Any], ...]
    links: tuple[tuple[str, str, str], ...]
    privacy: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "customer": self.customer,
            "ids": list(self.ids),
            "log": str(self.log),
            "timezone": self.timezone,
            "rows": [row.to_dict() for row in self.rows],
            "refused": [dict(row) for row in self.refused],
            "links": [{"id": one, "of": other, "said": said} for one, other, said in self.links],
            "privacy": dict(self.privacy),
        }

    def to_csv(self) -> str:
        """As one table: rows, refused rows (their values as JSON) and links, each with what it is."""
        names = sorted({name for row in self.rows for name in row.attributes})
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["what", "time", "touchpoint", "channel", "id", "file", "line", "details", *names])
        for row in self.rows:
            time = "" if row.time is None else row.time.isoformat()
            told = [row.what, time, row.touchpoint, row.channel, row.id, row.file, "", ""]
            writer.writerow([*told, *(row.attributes.get(name, "") for name in names)])
        for one in self.refused:
            details = json.dumps(one["values"], ensure_ascii=False)
            writer.writerow([one["reason"], "", "", "", "", one["file"], one["line"], details, *("" for _ in names)])
        for link in self.links:
            details = json.dumps({"of": link[1], "said": link[2]}, ensure_ascii=False)
            writer.writerow(["link", "", "", "", link[0], "", "", details, *("" for _ in names)])
        return stream.getvalue()


def export_customer(log: Path | str, customer: str, *, key_file: Path | None = None) -> CustomerExport:
    """Gather all that a log holds of one customer, under all ids that it takes for the same.

    Parameters
    ----------
    customer
        Any id of the customer; of a log with pseudonyms the id itself (which needs the key), or the pseudonym.
    key_file
        Where the key is, if not in its usual place.

    Raises
    ------
    NotFoundError
        When the log holds nothing of this customer, or there is no log or no key.
    InvalidInputError, SchemaVersionError, EventImportError, UnsupportedQuestionError
        When the log or the key cannot be read.
    """
    from klantreis.sources import privacy_rejects
    from klantreis.sources.kept import links_of
    from klantreis.sources.privacy_log import id_in, looked_into
    from klantreis.sources.privacy_removal import Found, ids_of, rows_of

    with looked_into(Path(log)) as held:
        mine = id_in(held, customer, key_file=key_file)
        ids = ids_of(held.connection, held.kept, mine, merge=held.merge)
        found: list[tuple[str, Found]] = []
        names = [name for name, _ in held.named]
        for place, row in rows_of(held.connection, held.kept, ids):
            found.append((names[place], row))
        about = privacy_rejects.About(ids)
        refused = (
            ()
            if held.rejects is None
            else tuple(
                {"file": row.file, "line": row.line, "reason": row.reason, "values": _given(row.values)}
                for _, row in privacy_rejects.refused_rows(held.connection, held.rejects, held.named)
                if about.is_about(row)
            )
        )
        links = tuple(link for link in links_of(held.connection, held.kept) if set(link[:2]) & set(ids))
        if not found and not refused and not links:
            raise NotFoundError(f"The log {log} holds nothing of this customer.", hint="Ids are case-sensitive.")
        zone = str(held.manifest["timezone"])
        return CustomerExport(
            customer=customer,
            ids=ids,
            log=Path(log),
            timezone=zone,
            rows=_in_order(found, zone),
            refused=refused,
            links=tuple(sorted((str(one), str(other), str(said)) for one, other, said in links)),
            privacy={name: said for name, said in (held.manifest.get("privacy") or {}).items() if name != "audit"},
        )


def _in_order(found: Sequence[tuple[str, Any]], zone: str) -> tuple[HeldRow, ...]:
    rows = [
        HeldRow(row.what, _moment(row.time, zone), row.touchpoint, row.channel, row.attributes, row.id, file)
        for file, row in found
    ]
    last = datetime.max.replace(tzinfo=UTC)
    return tuple(sorted(rows, key=lambda row: row.time or last))


def _moment(time: int | None, zone: str) -> datetime | None:
    from klantreis.events.local_time import local_moment

    return None if time is None else local_moment(time, ZoneInfo(zone))


def _given(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}

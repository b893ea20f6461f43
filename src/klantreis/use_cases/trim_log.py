"""Take events out of a log that are older than it should keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from klantreis.errors import InvalidInputError

if TYPE_CHECKING:
    from klantreis.sources.privacy_log import Held
    from klantreis.sources.privacy_rules import Rules


@dataclass(frozen=True)
class Trimmed:
    """What a trimming did: from which day events are kept, how many events and refused rows went, what is left.

    ``keep_for`` is the period that the log has from now on; None when it has none.
    """

    log: Path
    first_day: date
    events: int
    refused: int
    left: int
    keep_for: str | None

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "log": str(self.log),
            "first_day": self.first_day.isoformat(),
            "events": self.events,
            "refused": self.refused,
            "left": self.left,
            "keep_for": self.keep_for,
        }


def trim_log(
    log: Path | str, *, keep_for: str | None = None, before: date | None = None, now: datetime | None = None
) -> Trimmed:
    """Rewrite a log without its older events, in one step; also without older refused rows.

    A refused row whose time cannot be read stays, as nobody can say how old it is.

    Parameters
    ----------
    keep_for
        For how long events are kept (``24m``; d, w, m, y), now and in later imports; that of the log when not given.
    before
        Take out what is before this day, once. Not together with ``keep_for``.
    now
        The moment from which ``keep_for`` is counted back; the present when not given.

    Raises
    ------
    InvalidInputError
        When nothing says how long events are kept, or it cannot be read.
    NotFoundError, SchemaVersionError, EventImportError, UnsupportedQuestionError
        When there is no log, or it cannot be read or written; it is then as it was.
    """
    from klantreis.events.local.folder import read_manifest
    from klantreis.sources.privacy_import import trimmed
    from klantreis.sources.privacy_log import written_anew
    from klantreis.sources.privacy_rules import first_day_kept, rules_of, start_of

    log, now = Path(log), now or datetime.now(UTC)
    if keep_for is not None and before is not None:
        raise InvalidInputError("Trim by a period or before a day, not by both.", hint="Give --keep-for or --before.")
    seen: dict[str, Any] = {}

    def change(held: Held) -> tuple[Sequence[Mapping[str, Any]], Rules] | None:
        rules, zone = rules_of(held.manifest), str(held.manifest["timezone"])
        period = None if before is not None else keep_for or rules.keep_for
        if before is None and period is None:
            raise InvalidInputError(
                f"Nothing says how long {log} keeps events.", hint="Give --keep-for 24m, or --before 2026-01-01."
            )
        day = before or first_day_kept(str(period), now=now, zone=zone)
        start = start_of(day, zone=zone)
        sources: Sequence[Mapping[str, Any]] = held.manifest["sources"]
        events = refused = rest = 0
        if start is not None:
            sources, gone = trimmed(held.connection, held.kept, sources, held.rejects, before=start)
            events = sum(each.events for each in gone)
            refused = sum(sum(each.refused.values()) for each in gone)
            rest = sum(each.others for each in gone)
        new = replace(rules, keep_for=keep_for or rules.keep_for)
        seen.update(first_day=day, events=events, refused=refused, keep_for=new.keep_for)
        if events or refused or rest:
            new = new.noted("trimmed", at=now, before=day.isoformat(), events=events, refused=refused)
        return None if new == rules else (sources, new)

    manifest = written_anew(log, change) or read_manifest(log)
    return Trimmed(log=log, left=manifest["events"], **seen)

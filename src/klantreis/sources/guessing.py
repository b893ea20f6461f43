"""Which column plays which part, guessed from its name; a guess is for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: Names that sources and people use, best first; compared without case and signs.
SYNONYMS = {
    "customer": [
        "case:concept:name",
        "customer_id",
        "customer",
        "klant_id",
        "klantnummer",
        "klantnr",
        "klant",
        "klantid",
        "user_id",
        "userid",
        "distinct_id",
        "user_pseudo_id",
        "domain_userid",
        "visitor_id",
        "visitorid",
        "household_id",
        "huishouden",
        "client_id",
        "clientid",
        "person_id",
        "persoon_id",
        "member_id",
        "lidnummer",
        "lidnr",
        "relatienummer",
        "relatienr",
        "account_id",
        "case_id",
        "caseid",
        "subject",
        "anonymous_id",
        "anonymousid",
        "session_id",
    ],
    "time": [
        "time:timestamp",
        "timestamp",
        "event_timestamp",
        "derived_tstamp",
        "occurred_at",
        "event_time",
        "datetime",
        "date_time",
        "datumtijd",
        "tijdstip",
        "tijdstempel",
        "created_at",
        "createdat",
        "transaction_timestamp",
        "time",
        "tijd",
        "moment",
        "wanneer",
        "ts",
        "date",
        "datum",
        "event_date",
    ],
    "touchpoint": [
        "concept:name",
        "touchpoint",
        "contactmoment",
        "event_name",
        "activity",
        "activiteit",
        "event",
        "gebeurtenis",
        "action",
        "actie",
        "stap",
        "step",
        "page",
        "pagina",
        "page_path",
        "url_path",
        "type",
        "event_type",
        "wat",
    ],
    "channel": [
        "channel",
        "kanaal",
        "medium",
        "marketing_channel",
        "acquisition_channel",
        "platform",
        "source",
        "bron",
        "device",
        "apparaat",
    ],
}
NEEDED = ("customer", "time", "touchpoint")


@dataclass(frozen=True)
class Guess:
    """A column for each part; None where no name is known."""

    customer: str | None
    time: str | None
    touchpoint: str | None
    channel: str | None

    @property
    def complete(self) -> bool:
        """Whether there is a column for all that is needed."""
        return None not in (self.customer, self.time, self.touchpoint)


def guess_roles(names: Sequence[str], *, taken: Sequence[str | None] = ()) -> Guess:
    """The columns that probably play the parts.

    Parameters
    ----------
    taken
        Columns that are given a part already.

    Examples
    --------
    >>> guess_roles(["ID", "Klantnummer", "Datum", "Kanaal", "Event_Name"])
    Guess(customer='Klantnummer', time='Datum', touchpoint='Event_Name', channel='Kanaal')
    """
    found: dict[str, str | None] = {}
    left = [name for name in names if name not in taken]
    for part, known in SYNONYMS.items():
        ranked = sorted((known_as.index(plain), place) for place, plain, known_as in _ranked(left, known))
        found[part] = left[ranked[0][1]] if ranked else None
        left = [name for name in left if name != found[part]]
    return Guess(found["customer"], found["time"], found["touchpoint"], found["channel"])


def _ranked(names: Sequence[str], known: Sequence[str]) -> list[tuple[int, str, list[str]]]:
    plain_known = [_plain(name) for name in known]
    return [(place, _plain(name), plain_known) for place, name in enumerate(names) if _plain(name) in plain_known]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())

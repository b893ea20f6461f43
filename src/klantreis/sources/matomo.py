"""Matomo's visit log: the answer of ``Live.getLastVisitsDetails`` as JSON, a visit with its actions.

Customer: ``userId``, or else ``visitorId``. Each action is an event at its own time. A page is called by its path;
events, goals, searches and orders by what they are.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from klantreis.sources.json_reading import objects_of
from klantreis.sources.records import Link, Malformed, Record, Rows, SourceFile, as_text, text_at

_UNKNOWN = ("0000000000000000",)
QUARTER = 15 * 60
#: No zone is further from UTC.
FURTHEST = 14 * 3600


def matomo_rows(file: SourceFile) -> Rows:
    """The actions of all visits."""
    for found in objects_of(file.path, file.limits):
        if isinstance(found, Malformed):
            yield found
            continue
        line, visit = found
        actions = visit.get("actionDetails")
        user, visitor = text_at(visit, "userId"), text_at(visit, "visitorId")
        visitor = None if visitor in _UNKNOWN else visitor
        shared = {f"visit.{name}": value for name, value in visit.items() if as_text(value) is not None}
        link = Link(visitor, user, "identify") if user and visitor and user != visitor else None
        channel = text_at(visit, "deviceType")
        number, ahead = text_at(visit, "idVisit"), seconds_ahead(visit)
        for place, action in enumerate(actions if isinstance(actions, list) else [], start=1):
            if not isinstance(action, dict):
                yield Malformed(line, str(action)[:2000])
                continue
            time = text_at(action, "timestamp", "serverTimestamp") or text_at(visit, "serverTimestamp")
            touchpoint = _touchpoint(action)
            yield Record(
                line,
                shared | action,
                customer=user or visitor,
                time=_earlier(time, ahead) if time and text_at(action, "timestamp") else time,
                touchpoint=touchpoint,
                channel=channel,
                key=f"{number}\x1f{place}\x1f{time}\x1f{touchpoint}" if number else None,
                link=link,
            )


def seconds_ahead(visit: dict[str, Any]) -> int:
    """How far the ``timestamp`` of a visit's actions lies ahead of UTC.

    Matomo writes an action's time of the site's own zone as if it were UTC, and the times of the visit itself in
    UTC. The first and the last action are held against those: what they differ by, when it is a difference that
    zones have, is the zone.

    Examples
    --------
    >>> seconds_ahead({"firstActionTimestamp": 1720111385, "actionDetails": [{"timestamp": 1720118585}]})
    7200
    >>> seconds_ahead({"firstActionTimestamp": 1720111385, "actionDetails": [{"timestamp": 1720111385}]})
    0
    """
    actions = visit.get("actionDetails")
    details = [action for action in actions if isinstance(action, dict)] if isinstance(actions, list) else []
    times = sorted(time for action in details if (time := _seconds(action, "timestamp")) is not None)
    if not times:
        return 0
    for told, name in ((times[0], "firstActionTimestamp"), (times[-1], "lastActionTimestamp")):
        true = _seconds(visit, name)
        if true is not None:
            ahead = round((told - true) / QUARTER) * QUARTER
            if abs(told - true - ahead) <= 2 and abs(ahead) <= FURTHEST:
                return ahead
    return 0


def _seconds(values: dict[str, Any], name: str) -> int | None:
    text = text_at(values, name)
    return int(text) if text is not None and text.isdecimal() and len(text) <= 12 else None


def _earlier(time: str, ahead: int) -> str:
    return str(int(time) - ahead) if ahead and time.isdecimal() and len(time) <= 12 else time


def _touchpoint(action: dict[str, Any]) -> str | None:
    kind = text_at(action, "type")
    if kind == "event":
        parts = (text_at(action, "eventCategory"), text_at(action, "eventAction"))
        return ": ".join(part for part in parts if part) or "event"
    if kind == "goal":
        return text_at(action, "goalName") or "goal"
    if kind == "action":
        return _path(text_at(action, "url")) or text_at(action, "pageTitle", "title")
    if kind in ("outlink", "download"):
        return kind
    return kind or text_at(action, "title")


def _path(url: str | None) -> str | None:
    try:
        return (urlsplit(url).path or "/") if url else None
    except ValueError:  # an address that is none, such as http://[
        return url

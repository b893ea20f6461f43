"""Segment and RudderStack: the messages of their spec, one a line, in a list, or in a webhook's batch.

Customer: ``userId``, or else ``anonymousId``. Touchpoint: the name of the event, the page or the screen. ``identify``
and ``group`` and ``alias`` are no events; what they say of ids is used. A message with both ids says that they are one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from klantreis.sources.json_reading import objects_of
from klantreis.sources.records import Link, Malformed, Record, Rows, SourceFile, text_at, utc

TYPES = ("identify", "track", "page", "screen", "group", "alias")


def segment_rows(file: SourceFile) -> Rows:
    """The messages of a file."""
    for found in objects_of(file.path, file.limits, inside=("batch",)):
        yield found if isinstance(found, Malformed) else _row(*found)


def _row(line: int, message: dict[str, Any]) -> Record:
    kind = text_at(message, "type") or ""
    user, anonymous = text_at(message, "userId"), text_at(message, "anonymousId")
    link = None
    previous = text_at(message, "previousId")
    if kind == "alias":
        if previous and (user or anonymous):
            link = Link(previous, user or anonymous or "", "alias")
    elif user and anonymous and user != anonymous:
        link = Link(anonymous, user, "identify")
    return Record(
        line,
        message,
        customer=user or anonymous,
        time=utc(sent_time(message)),
        touchpoint=_touchpoint(kind, message),
        channel=text_at(message, "channel", "context.channel", "context.device.type"),
        key=text_at(message, "messageId"),
        link=link,
        event=kind not in ("identify", "group", "alias"),
    )


def _touchpoint(kind: str, message: dict[str, Any]) -> str | None:
    if kind == "track":
        return text_at(message, "event")
    if kind in ("page", "screen"):
        named = text_at(message, "name", "properties.name", "properties.title", "properties.path", "context.page.path")
        return named or kind
    return text_at(message, "event")


def sent_time(message: dict[str, Any]) -> str | None:
    """When it happened by the server's clock: ``timestamp``, or what it is made of.

    A device's own clock may be wrong. How wrong shows when it sends: ``receivedAt − (sentAt − originalTimestamp)``.

    Examples
    --------
    >>> sent_time({"originalTimestamp": "2020-01-01T00:00:00Z", "sentAt": "2020-01-01T00:00:05Z",
    ...            "receivedAt": "2026-03-01T09:00:06Z"})
    '2026-03-01T09:00:01+00:00'
    """
    given = text_at(message, "timestamp")
    if given:
        return given
    moments = [_moment(text_at(message, name)) for name in ("receivedAt", "sentAt", "originalTimestamp")]
    received, sent, original = moments
    if received and sent and original:
        try:
            return (received - (sent - original)).isoformat()
        except OverflowError:
            return None
    return text_at(message, "originalTimestamp", "receivedAt", "sentAt")


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

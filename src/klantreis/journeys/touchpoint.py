"""Touchpoints and channels: a contact with the organisation, and its medium."""

from __future__ import annotations

from typing import ClassVar, Literal

from klantreis.events.pattern import EventPattern
from klantreis.ids import ChannelRef
from klantreis.values import Document, Label, Text


class Channel(Document):
    """The medium of a contact."""

    kind: ClassVar[str] = "channel"
    folder: ClassVar[str] = "channels"

    label: Label
    setting: Literal["online", "offline", "both"] = "both"
    device: Literal["any", "mobile", "desktop"] = "any"


class Touchpoint(Document):
    """A possible contact between the customer and somebody.

    ``owner`` is whose it is: ours, earned (press, friends), or another party's. ``pattern`` says which events
    count as this contact, where a system records it.
    """

    kind: ClassVar[str] = "touchpoint"
    folder: ClassVar[str] = "touchpoints"

    label: Text
    channel: ChannelRef | None = None
    owner: Literal["owned", "earned", "partner", "competitor"] = "owned"
    purpose: Text | None = None
    pattern: EventPattern | None = None
    illustrative: bool = False

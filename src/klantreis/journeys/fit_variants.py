"""Runs with the same trace, beside the path on the map that differs least from it."""

from __future__ import annotations

from typing import Literal

from klantreis.events.share import Share
from klantreis.values import Value


class FitMove(Value):
    """One move of an alignment: a step as it should be, one seen out of place (``log``), one not seen (``model``)."""

    move: Literal["match", "log", "model"]
    step: str


class FitVariant(Value):
    """Runs with the same trace, and their alignment; ``cost`` leaves out what is off the map."""

    moves: tuple[FitMove, ...]
    cost: int
    runs: Share
    customers: int

    @property
    def seen(self) -> tuple[str, ...]:
        """The steps that were seen, in order."""
        return tuple(move.step for move in self.moves if move.move != "model")

"""Where the rules draw their lines. Each is a convention of ours, open to change per workspace.

A workspace writes the ones it wants otherwise in its settings, by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from klantreis.errors import InvalidInputError, did_you_mean


@dataclass(frozen=True)
class Threshold:
    """A line with its usual value, the range it may be moved in, and what it is for."""

    value: float
    low: float
    high: float
    about: str


#: Every threshold by name; the name begins with the rule, or with what it belongs to.
THRESHOLDS: Mapping[str, Threshold] = MappingProxyType(
    {
        "J02.internal_share": Threshold(0.6, 0, 1, "share of evidence from inside above which a map is flagged"),
        "P03.error_share": Threshold(0.5, 0, 1, "share of assumptions above which a persona is an error"),
        "P03.info_share": Threshold(0.25, 0, 1, "share of assumptions above which a persona is pointed out"),
        "E01.warning_share": Threshold(0.7, 0, 1, "evidence coverage of a phase below which it is a warning"),
        "E01.error_share": Threshold(0.4, 0, 1, "evidence coverage of a phase below which it is an error"),
        "X03.fitness_drop": Threshold(0.1, 0, 1, "how far fitness may fall after a review before a map is flagged"),
        "X03.new_variant": Threshold(0.1, 0, 1, "share of runs in one new way above which a map is flagged"),
        "weight.error": Threshold(5, 0, 100, "weight of a place under an error rule in the score"),
        "weight.warning": Threshold(2, 0, 100, "weight of a place under a warning rule in the score"),
        "weight.info": Threshold(1, 0, 100, "weight of a place under an info rule in the score"),
        "grade.strong": Threshold(90, 0, 100, "score from which a workspace without errors is strong"),
        "grade.fair": Threshold(70, 0, 100, "score from which a workspace without errors is fair"),
    }
)


def thresholds_of(own: Mapping[str, float]) -> Mapping[str, float]:
    """Every threshold by name: the usual value, or a workspace's own.

    Raises
    ------
    InvalidInputError
        When a name does not exist or a value is out of range; the hint names what does exist.

    Examples
    --------
    >>> thresholds_of({"J02.internal_share": 0.8})["J02.internal_share"]
    0.8
    """
    for name, value in own.items():
        if name not in THRESHOLDS:
            raise InvalidInputError(
                f"There is no threshold {name!r}.", hint=did_you_mean(name, THRESHOLDS, what="threshold")
            )
        line = THRESHOLDS[name]
        if not line.low <= value <= line.high:
            raise InvalidInputError(
                f"Threshold {name} cannot be {value:g}.",
                hint=f"It lies between {line.low:g} and {line.high:g}; the usual value is {line.value:g}.",
            )
    return MappingProxyType({name: line.value for name, line in THRESHOLDS.items()} | dict(own))

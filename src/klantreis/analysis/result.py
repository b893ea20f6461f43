"""What every analysis hands back: an estimate with its uncertainty, and the cautions that belong to it.

Also what every analysis asks of its input. Bad input is named by its argument; nothing is guessed.
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from klantreis.errors import InvalidInputError
from klantreis.texts import text
from klantreis.values import Lang

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
#: The square of a larger number is none.
LARGEST = 1e150
#: A whole number of more bits has no floating-point number near it.
LARGEST_BITS = 1023


_DECIMAL = re.compile(r"[-+−]?\d+\.\d+( ?%)?")


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to know before the estimate is used.

    Parameters
    ----------
    code
        Stable; also the id of the sentence in the messages (``voice.few_answers`` in ``messages/voice.toml``).
    values
        What the sentence's placeholders stand for.
    """

    code: str
    values: tuple[tuple[str, str | int | float], ...] = ()

    def sentence(self, lang: Lang) -> str:
        """The caution in one language."""
        return text(self.code, lang, **{name: spelled(value, lang) for name, value in self.values})

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {"code": self.code, "sentence": self.sentence("en"), "values": plain(dict(self.values))}


def spelled(value: str | float, lang: Lang) -> str:
    """What fills a sentence, as the language writes it: Dutch has a comma where a number has its decimals.

    Examples
    --------
    >>> spelled(0.19, "nl"), spelled("klantenkaart 2.0", "nl")
    ('0,19', 'klantenkaart 2.0')
    """
    told = str(value)
    return told.replace(".", ",") if lang == "nl" and _DECIMAL.fullmatch(told) else told


def caution(code: str, **values: str | int | float) -> Caution:
    """A caution with the values of its sentence.

    Examples
    --------
    >>> caution("voice.few_answers", n=4).sentence("en")
    'Only 4 answers: read the interval, not the estimate.'
    """
    return Caution(code, tuple(values.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An estimate with its uncertainty; every answer of an analysis starts with these fields.

    Parameters
    ----------
    estimate
        None where the data do not determine it.
    low, high
        Ends of the interval; None where none can be given, infinite where the data leave it open.
    n
        How many cases the estimate rests on.
    method
        How estimate and interval were computed, in a few words.
    confidence
        Level of the interval.
    warnings
        What to know before using the estimate.
    """

    estimate: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    confidence: float = 0.95
    warnings: tuple[Caution, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON: not-a-number becomes None, infinity the string ``Infinity``."""
        return {item.name: plain(getattr(self, item.name)) for item in fields(self)}


def plain(value: object) -> Any:
    """Any result as plain data for JSON.

    Examples
    --------
    >>> plain((np.float64(0.5), float("nan"), float("inf"), frozenset({"b", "a"})))
    [0.5, None, 'Infinity', ['a', 'b']]
    """
    if value is None or isinstance(value, str | bool | int):
        return value.value if isinstance(value, enum.Enum) else value
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist())
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return [plain(item) for item in sorted(value, key=str)]
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if callable(getattr(value, "to_dict", None)):
        return value.to_dict()  # type: ignore[attr-defined]
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    return str(value)


def as_array(
    name: str,
    values: npt.ArrayLike,
    *,
    dims: int = 1,
    missing: bool = False,
    low: float | None = None,
    high: float | None = None,
    minimum: int = 1,
) -> Floats:
    """Numbers as an array of floats, or an error that names the argument.

    Parameters
    ----------
    name
        The argument, as the caller's caller knows it.
    dims
        How many dimensions it must have.
    missing
        Whether NaN (or None) may stand for "no answer"; infinity never may.
    low, high
        Smallest and largest value allowed.
    minimum
        Smallest length along the first dimension.

    Examples
    --------
    >>> as_array("scores", [9, 10, float("nan")])
    Traceback (most recent call last):
        ...
    klantreis.errors.InvalidInputError: scores holds 1 missing value (NaN), the first at position 2.
      Hint: Leave out who did not answer, and say how many that were.
    """
    try:
        given = np.asarray(values)
        # Text, dates and complex numbers would be taken for numbers silently: "7" as 7, a day as nanoseconds.
        if given.dtype.kind not in "biufO" or (given.dtype.kind == "O" and _holds_text(given)):
            raise InvalidInputError(f"{name} must hold numbers, not {_kind_of(given)}.")
        array = np.array(given, dtype=np.float64)
    except OverflowError as error:
        raise InvalidInputError(f"{name} holds a number that is too large to compute with.") from error
    except (TypeError, ValueError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError(f"{name} must hold numbers in rows of one length ({error}).") from error
    if array.ndim != dims:
        raise InvalidInputError(f"{name} must have {dims} dimension(s), not {array.ndim}.")
    if array.shape[0] < minimum or array.size == 0:
        raise InvalidInputError(f"{name} holds {array.shape[0]} value(s); at least {max(minimum, 1)} are needed.")
    nans = np.isnan(array)
    if not missing and nans.any():
        raise InvalidInputError(
            f"{name} holds {_count(int(nans.sum()), 'missing value')} (NaN), the first at position {_first(nans)}.",
            hint="Leave out who did not answer, and say how many that were.",
        )
    for wrong, what in (
        (np.isinf(array), "infinite"),
        (np.abs(array) > LARGEST, "too large to compute with"),
        (array < (-np.inf if low is None else low), f"below {low:g}" if low is not None else ""),
        (array > (np.inf if high is None else high), f"above {high:g}" if high is not None else ""),
    ):
        if wrong.any():
            raise InvalidInputError(f"{name} holds {array[wrong][0]:g} at position {_first(wrong)}, which is {what}.")
    return array


def dimensions(name: str, values: npt.ArrayLike) -> int:
    """How many dimensions it has, or an error for rows of different lengths."""
    try:
        return np.asarray(values).ndim
    except ValueError as error:
        raise InvalidInputError(f"{name} must hold numbers in rows of one length ({error}).") from error


def _holds_text(given: npt.NDArray[Any]) -> bool:
    return any(isinstance(value, str | bytes) for value in given.flat)


def _kind_of(given: npt.NDArray[Any]) -> str:
    return {"c": "complex numbers", "M": "dates", "m": "spans of time"}.get(given.dtype.kind, "text")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _first(where: npt.NDArray[np.bool_]) -> str:
    place = np.argwhere(where)[0].tolist()
    return str(place[0]) if len(place) == 1 else str(tuple(place))


def same_length(**arrays: Sequence[object] | npt.NDArray[Any]) -> int:
    """The length that all share, or an error that names who differs.

    Examples
    --------
    >>> same_length(price=[1, 2], bought=[0, 1])
    2
    """
    for name, array in arrays.items():
        if not hasattr(array, "__len__"):
            raise InvalidInputError(f"{name} must be a row of values, not {array!r}.")
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidInputError("Unequal lengths: " + ", ".join(f"{name} has {n}" for name, n in lengths.items()) + ".")
    return next(iter(lengths.values()))


def as_weights(weights: npt.ArrayLike | None, n: int, *, name: str = "weights") -> Floats:
    """Weights of n cases, non-negative and not all zero; ones when there are none given."""
    if weights is None:
        return np.ones(n)
    array = as_array(name, weights, low=0)
    if len(array) != n:
        raise InvalidInputError(f"{name} has {len(array)} values for {n} cases.")
    if array.sum() <= 0:
        raise InvalidInputError(f"{name} are all zero: nobody counts.")
    return array


def as_codes(name: str, values: Sequence[object] | npt.NDArray[Any]) -> tuple[Ints, tuple[Any, ...]]:
    """Categories as whole numbers from 0, and what each number stands for, in sorted order.

    Examples
    --------
    >>> codes, names = as_codes("customer", ["b", "a", "b"])
    >>> codes.tolist(), names
    ([1, 0, 1], ('a', 'b'))
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InvalidInputError(f"{name} must be a row of one value or more, not of rows.") from error
    if array.ndim != 1 or not len(array):
        raise InvalidInputError(f"{name} must be a row of one value or more.")
    if (missing := _missing(array, values)) is not None:
        raise InvalidInputError(f"{name} holds a missing value ({missing}).")
    if any(isinstance(value, float) and math.isinf(value) for value in (array if array.dtype.kind in "fO" else ())):
        raise InvalidInputError(f"{name} holds an infinite value.")
    try:
        names, codes = np.unique(array, return_inverse=True)
    except TypeError as error:
        raise InvalidInputError(f"{name} mixes values that cannot be put in order ({error}).") from error
    return codes.astype(np.int64), tuple(names.tolist())


def _missing(array: npt.NDArray[Any], values: Iterable[object]) -> str | None:
    """What stands for "none given" in it: None, NaN, NaT or NA; None when nothing does."""
    if array.dtype.kind == "f":
        return "NaN" if np.isnan(array).any() else None
    if array.dtype.kind in "mM":
        return "NaT" if np.isnat(array).any() else None
    # Beside texts NumPy writes NaN as the text "nan".
    for value in array if array.dtype.kind == "O" else values if array.dtype.kind == "U" else ():
        if is_missing(value):
            return "NaN" if isinstance(value, float) else str(value)
    return None


def is_missing(value: object) -> bool:
    """Whether this stands for "none given": None, NaN, NaT, or the NA of pandas, which has no truth to ask for.

    Examples
    --------
    >>> is_missing(None), is_missing(float("nan")), is_missing(np.datetime64("NaT")), is_missing(""), is_missing(0)
    (True, True, True, False, False)
    """
    kind = type(value)
    if kind is str or kind is int:
        return False
    if value is None or kind.__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating | np.datetime64 | np.timedelta64) and bool(value != value)


def as_labels(names: object, count: int, *, things: str, prefix: str = "x", of: object = None) -> tuple[str, ...]:
    """A name for each of so many things: those given, those that the columns of a table have, or x1, x2, …

    Examples
    --------
    >>> as_labels(None, 2, things="drivers"), as_labels(["price", "help"], 2, things="drivers")
    (('x1', 'x2'), ('price', 'help'))
    """
    names = headings(of) if names is None else names
    if names is None:
        return tuple(f"{prefix}{place + 1}" for place in range(count))
    if isinstance(names, str | bytes | type) or not isinstance(names, Iterable):
        raise InvalidInputError(f"names must be a list of {count} names of {things}, not {names!r}.")
    given = tuple(map(str, names))
    if len(given) != count:
        raise InvalidInputError(f"names has {len(given)} names for {count} {things}.")
    return given


def headings(table: object) -> list[str] | None:
    """What a table from pandas or Polars calls its columns; None for anything without names.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> headings(SimpleNamespace(columns=["price", "help"])), headings([[1, 2]])
    (['price', 'help'], None)
    """
    columns = getattr(table, "columns", None)
    named = list(columns) if isinstance(columns, Iterable) else []
    return named if named and all(isinstance(name, str) for name in named) else None


def check_level(confidence: float, *, name: str = "confidence") -> float:
    """The level, when it is a number strictly between 0 and 1.

    Examples
    --------
    >>> check_level(95)
    Traceback (most recent call last):
        ...
    klantreis.errors.InvalidInputError: confidence lies between 0 and 1, not at 95.
      Hint: Try 0.95.
    """
    if not is_number(confidence) or not 0 < confidence < 1:
        raise InvalidInputError(f"{name} lies between 0 and 1, not at {confidence!r}.", hint="Try 0.95.")
    return confidence


def is_number(value: object) -> TypeGuard[float]:
    """Whether this is one real number, NaN and infinity among them; a yes or no is none, nor is a boundless integer.

    Examples
    --------
    >>> is_number(3), is_number(np.float32(2.5)), is_number("3"), is_number([3]), is_number(True)
    (True, True, False, False, False)
    """
    if isinstance(value, bool) or (isinstance(value, int) and value.bit_length() > LARGEST_BITS):
        return False
    return isinstance(value, int | float | np.integer | np.floating)

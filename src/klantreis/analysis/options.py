"""Is what a method is given of the kind that its signature says: a whole number, a choice of words, a row, a mapping?

Numbers in arrays are checked where they are read (``as_array``). Whether a number lies where it must is for the method
itself to say.
"""

from __future__ import annotations

import functools
import inspect
import math
import numbers
import types
import typing
from collections import abc
from collections.abc import Callable
from typing import Any, Literal, ParamSpec, TypeVar

import numpy as np

from klantreis.analysis.result import check_level, headings, is_number
from klantreis.errors import InvalidInputError

P = ParamSpec("P")
R = TypeVar("R")
#: What some options are never below, whatever the method.
AT_LEAST = {"seed": 0, "draws": 0, "starts": 1, "order": 1}
#: Kinds of which a value can be told to be one or not; every other annotation is left to the method.
PLAIN = (int, float, bool, type(None))
ROWS = (abc.Sequence, abc.Collection, abc.Iterable, np.ndarray, list, tuple)


def checked_options(method: Callable[P, R]) -> Callable[P, R]:
    """The method, which first refuses an argument of another kind than its annotation, naming it.

    Examples
    --------
    >>> @checked_options
    ... def halves(values: list[float], *, parts: int = 2, seed: int = 0) -> int:
    ...     return parts
    >>> halves([1.0], parts=1.5)
    Traceback (most recent call last):
        ...
    klantreis.errors.InvalidInputError: parts must be a whole number, not 1.5.
    """
    signature = inspect.signature(method)

    @functools.cache
    def kinds() -> dict[str, tuple[Any, ...]]:
        hints = typing.get_type_hints(method)
        return {name: _members(hints[name]) for name in signature.parameters if name in hints}

    @functools.wraps(method)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            return method(*args, **kwargs)  # Python itself says best which argument is missing or unknown
        for name, value in given.items():
            if name in kinds():
                check_argument(name, value, kinds()[name])
        return method(*args, **kwargs)

    return checked


def check_argument(name: str, value: object, kinds: tuple[Any, ...]) -> None:
    """Refuse a value that is of none of the kinds.

    Examples
    --------
    >>> check_argument("band", "wide", (Literal["log", "plain"],))
    Traceback (most recent call last):
        ...
    klantreis.errors.InvalidInputError: band must be 'log' or 'plain', not 'wide'.
    >>> check_argument("texts", 3, (list[str],))
    Traceback (most recent call last):
        ...
    klantreis.errors.InvalidInputError: texts must be a row of values, not 3.
    """
    if value is None and not {None, type(None), Any} & set(kinds):
        raise InvalidInputError(f"{name} must be given; it is None.")
    if value is not None:
        _check_shape(name, value, {typing.get_origin(kind) or kind for kind in kinds} - {type(None)})
    if all(map(_plain, kinds)) and not any(_fits(value, kind) for kind in kinds):
        wanted = " or ".join(_said(kind) for kind in kinds)
        raise InvalidInputError(f"{name} must be {wanted}, not {value!r}.")
    if name in AT_LEAST and isinstance(value, numbers.Integral) and value < AT_LEAST[name]:
        raise InvalidInputError(f"{name} must be {AT_LEAST[name]} or more, not {value}.")
    # The level of an interval; where numbers may come in a row it is another confidence, such as that of RICE.
    if name == "confidence" and float in kinds and isinstance(value, numbers.Real):
        check_level(float(value))


def _check_shape(name: str, value: object, origins: set[Any]) -> None:
    """Refuse a number for a row, a row for a mapping, and what cannot be called for what must be."""
    one = not hasattr(value, "__len__") or (isinstance(value, np.ndarray) and not value.ndim)
    if origins and origins <= set(ROWS) and one and not isinstance(value, abc.Iterator):
        raise InvalidInputError(f"{name} must be a row of values, not {value!r}.")
    if origins and origins <= set(ROWS) - {abc.Collection, abc.Iterable} and isinstance(value, abc.Set | abc.Mapping):
        raise InvalidInputError(f"{name} must be a row of values in order, not {value!r}.")
    if origins and origins <= {abc.Mapping, dict} and not isinstance(value, abc.Mapping) and not headings(value):
        raise InvalidInputError(f"{name} must be a mapping, not {value!r}.")
    if origins == {abc.Callable} and not callable(value):
        raise InvalidInputError(f"{name} must be a function, not {value!r}.")


def _members(hint: Any) -> tuple[Any, ...]:
    """What a union is of; anything else by itself."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return tuple(member for part in typing.get_args(hint) for member in _members(part))
    return (hint,)


def _plain(kind: Any) -> bool:
    if typing.get_origin(kind) is tuple:
        return all(part in (int, float) for part in typing.get_args(kind))
    return kind in PLAIN or typing.get_origin(kind) is Literal


def _fits(value: Any, kind: Any) -> bool:
    if typing.get_origin(kind) is Literal:
        return isinstance(value, str | int) and value in typing.get_args(kind)
    if typing.get_origin(kind) is tuple:
        parts = typing.get_args(kind)
        paired = isinstance(value, tuple | list) and len(value) == len(parts)
        return paired and all(_fits(one, part) for one, part in zip(value, parts, strict=True))
    if kind is type(None):
        return value is None
    truth = isinstance(value, bool) or type(value).__name__ == "bool_"
    if kind is bool or truth:
        return bool(kind is bool and truth)
    if kind is int:
        return isinstance(value, numbers.Integral)
    return isinstance(value, numbers.Real) and (not isinstance(value, int) or is_number(value)) and math.isfinite(value)


def _said(kind: Any) -> str:
    if typing.get_origin(kind) is Literal:
        return " or ".join(repr(choice) for choice in typing.get_args(kind))
    if typing.get_origin(kind) is tuple:
        return f"{len(typing.get_args(kind))} numbers in a row"
    return {int: "a whole number", float: "a number", bool: "True or False"}.get(kind, "None")

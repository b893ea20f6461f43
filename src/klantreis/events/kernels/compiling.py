"""Plain loops as machine code: compiled when first called, kept on disk, and called without the compiler after that.

A kernel that takes arrays and numbers and returns nothing, a number or two is compiled by itself and kept by
``machine_code.py``; the next process then loads a few kilobytes and not Numba, whose import alone takes a second. Every
other kernel, and any of which anything is in doubt, goes the ordinary way: through Numba and its own cache.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from threading import RLock
from types import FunctionType
from typing import Any, TypeVar, cast

import numpy as np

F = TypeVar("F", bound=Callable[..., object])

#: What a kernel may return to be kept by itself, as its annotation says it.
_PLAIN_RESULTS = ("None", "int", "float", "tuple[int, int]")
#: Codes of the types of NumPy whose arrays are passed as they are.
_ELEMENTS = frozenset("?bBhHiIlLqQfd")
#: Flags of an array that is laid out row by row and aligned; and of one that may be written.
_PLAIN, _WRITEABLE = 0x101, 0x400
_LOCK = RLock()


def kernel(function: F) -> F:
    """Compile on first use; keep the machine code on disk where some place can be written, else in memory only."""
    return cast(F, Kernel(cast(FunctionType, function)))


class Kernel:
    """A loop, and its machine code for each form of its arguments. It releases the interpreter's lock."""

    def __init__(self, function: FunctionType) -> None:
        self.function = function
        self._ways: dict[str, Callable[..., Any]] = {}
        self._alone = function.__annotations__.get("return") in _PLAIN_RESULTS

    def __call__(self, *given: Any) -> Any:
        form = _form(given) if self._alone else None
        if form is None:
            return self.ordinary(*given)
        way = self._ways.get(form)
        if way is None:
            with _LOCK:
                way = self._ways[form] = self._ways.get(form) or self._way(form, given)
        return way(*given)

    @cached_property
    def ordinary(self) -> Callable[..., Any]:
        """The loop as Numba compiles, keeps and calls it."""
        from numba import njit

        _let_kernels_call_kernels()
        try:
            return cast(Callable[..., Any], njit(nogil=True, cache=True)(self.function))
        except RuntimeError:  # neither the package's folder nor the user's cache folder can be written
            return cast(Callable[..., Any], njit(nogil=True)(self.function))

    @property
    def sources(self) -> tuple[str, ...]:
        """What the machine code depends on: the files of this kernel and of those it calls, and constants by value."""
        found = {self.function.__code__.co_filename}
        for name in self.function.__code__.co_names:
            value = self.function.__globals__.get(name)
            if isinstance(value, Kernel) and value is not self:
                found |= set(value.sources)
            elif isinstance(value, int | float | str):
                found.add(f"{name} = {value!r}")
        return tuple(sorted(found))

    def _way(self, form: str, given: tuple[Any, ...]) -> Callable[..., Any]:
        """The fastest way to call for arguments of this form."""
        if any(name.startswith("NUMBA_") and name != "NUMBA_CACHE_DIR" for name in os.environ):
            return self.ordinary  # settings of the compiler: it knows what they mean
        from klantreis.events.kernels import machine_code

        return machine_code.kept(self, form, given) or self.ordinary


def _form(given: tuple[Any, ...]) -> str | None:
    """What machine code depends on in arguments: kinds of elements, dimensions, read-only or not; None if unusual."""
    parts = []
    for value in given:
        kind = type(value)
        if kind is np.ndarray:
            flags = value.flags.num
            if flags & _PLAIN != _PLAIN or value.dtype.char not in _ELEMENTS or not value.dtype.isnative:
                return None
            parts.append(f"{value.dtype.char}{value.ndim}{'w' if flags & _WRITEABLE else 'r'}")
        elif (kind is int and -(1 << 63) <= value < 1 << 63) or kind is np.int64:
            parts.append("n")
        elif kind is float:
            parts.append("x")
        else:
            return None
    return "-".join(parts)


def _let_kernels_call_kernels() -> None:
    """Tell Numba, once, that a kernel named in a loop is the one that it compiled."""
    from numba.extending import typeof_impl

    if Kernel not in typeof_impl.registry:
        typeof_impl.register(Kernel)(lambda value, context: typeof_impl(value.ordinary, context))

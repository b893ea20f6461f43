"""JSON in any of the ways files hold rows: a line each, one list, or a list inside an object; never all in memory."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any, NoReturn

from klantreis.errors import EventImportError
from klantreis.sources.limits import Limits, beyond
from klantreis.sources.opening import beginning, lines_of, opened
from klantreis.sources.records import Malformed

_BLOCK = 1 << 18
_SPACE = " \t\n\r"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def objects_of(
    path: Path, limits: Limits, *, inside: tuple[str, ...] = ()
) -> Iterator[tuple[int, dict[str, Any]] | Malformed]:
    """The objects of a file with their lines.

    Parameters
    ----------
    inside
        Names of lists that hold the rows when the file is one object; without such a list it is itself the row.

    Raises
    ------
    EventImportError
        When a file that is one list or object breaks off or is no JSON: where the next row begins is then unknown.
        In a file with a row on each line only that line is malformed.
    """
    if has_lines(path, limits):
        with opened(path, limits) as stream:
            for number, line in lines_of(stream, path, limits):
                if line.isspace():
                    continue
                value = decoded(line, path, limits, number)
                if not isinstance(value, dict):
                    yield Malformed(number, line[:2000].decode("utf-8", "replace").strip())
                    continue
                lists = [value[name] for name in inside if isinstance(value.get(name), list)]
                for item in lists[0] if lists else [value]:
                    yield (number, item) if isinstance(item, dict) else Malformed(number, str(item)[:2000])
        return
    whole: dict[str, Any] = {}
    first, rows = 1, False
    for number, name, value, listed in members_of(path, limits):
        if name is None or (name in inside and listed):
            rows = True
            yield (number, value) if isinstance(value, dict) else Malformed(number, str(value)[:2000])
        elif listed:
            kept = whole.setdefault(name, [])
            if not isinstance(kept, list) or len(kept) > limits.columns:
                raise beyond(limits, "columns", path, place=f"line {number}")
            kept.append(value)
        else:
            first = number if not whole else first
            whole[name] = value
    if whole and not rows:
        yield first, whole


def decoded(line: bytes, path: Path, limits: Limits, number: int) -> Any:
    """One line as JSON; None when it is none."""
    try:
        value = _DECODER.decode(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except ValueError:  # no JSON, no UTF-8, a number of thousands of digits
        return None
    except RecursionError:
        raise beyond(limits, "depth", path, place=f"line {number}") from None
    if line.count(b"{") + line.count(b"[") > limits.depth and too_deep(value, limits.depth):
        raise beyond(limits, "depth", path, place=f"line {number}")
    return value


def too_deep(value: object, depth: int) -> bool:
    """Whether values lie more than this deep in one another."""
    level: list[object] = [value]
    for _ in range(depth + 1):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


def has_lines(path: Path, limits: Limits) -> bool:
    """Whether the file has an object on each line, as far as its beginning tells."""
    lines = beginning(path, limits).removeprefix(codecs.BOM_UTF8).lstrip().split(b"\n")
    if not lines[0].lstrip().startswith(b"{"):
        return not lines[0].startswith(b"[")
    if len(lines) == 1:  # one long line, or a file of one line
        return b"\n" in beginning(path, limits, size=limits.line).strip() or _is_object(lines[0])
    return any(_is_object(line) for line in lines[:20])


def _is_object(line: bytes) -> bool:
    try:
        return line.lstrip().startswith(b"{") and isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def members_of(path: Path, limits: Limits) -> Iterator[tuple[int, str | None, Any, bool]]:
    """The items of one list, or the members of one object: line, name, value, and whether it is an item of a list.

    A member that is a list comes item by item.
    """
    with opened(path, limits) as stream:
        text = _Text(stream, path, limits)
        opening = text.peek()
        if opening == "[":
            for line, value in _items(text):
                yield line, None, value, True
        elif opening == "{":
            text.take("{")
            while text.peek() != "}":
                line, name = text.line, text.value()
                if not isinstance(name, str):
                    raise text.wrong("a name was expected")
                text.take(":")
                if text.peek() == "[":
                    for at, value in _items(text):
                        yield at, name, value, True
                else:
                    yield line, name, text.value(), False
                if text.peek() != "}":
                    text.take(",")
            text.take("}")
        else:
            raise text.wrong("a list or an object was expected")
        if text.peek():
            raise text.wrong("the file goes on after its end")


def _items(text: _Text) -> Iterator[tuple[int, Any]]:
    text.take("[")
    while text.peek() != "]":
        line = text.line
        yield line, text.value()
        if text.peek() != "]":
            text.take(",")
    text.take("]")


class _Text:
    """The text of a file as far as it is needed, and the place in it."""

    def __init__(self, stream: BufferedReader, path: Path, limits: Limits) -> None:
        self._stream, self._path, self._limits = stream, path, limits
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text, self._at, self._ended = "", 0, False
        self.line = 1

    def wrong(self, what: str) -> EventImportError:
        """That the file is no JSON here."""
        return EventImportError(f"{self._path}, line {self.line}: this is no JSON ({what}).")

    def peek(self) -> str:
        """The next sign that is no space; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self.line += self._text[self._at] == "\n"
                self._at += 1
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def take(self, sign: str) -> None:
        """Pass over this sign."""
        found = self.peek()
        if found != sign:
            raise self.wrong(f"{sign} was expected, not {found!r}" if found else "it breaks off")
        self._at += 1

    def value(self) -> Any:
        """The value that begins here."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                if end < len(self._text) or not self._more():
                    break
            except json.JSONDecodeError as error:
                unfinished = "Unterminated" in error.msg or error.pos >= len(self._text) - 64
                if not unfinished or not self._more():
                    raise self.wrong(error.msg) from None
            except ValueError as error:
                raise self.wrong(str(error)[:80]) from None
            except RecursionError:
                raise beyond(self._limits, "depth", self._path, place=f"line {self.line}") from None
            if len(self._text) - self._at > self._limits.line:
                raise beyond(self._limits, "line", self._path, place=f"line {self.line}")
        if too_deep(value, self._limits.depth):
            raise beyond(self._limits, "depth", self._path, place=f"line {self.line}")
        self.line += self._text.count("\n", self._at, end)
        self._at = end
        return value

    def _more(self) -> bool:
        if self._ended:
            return False
        block = self._stream.read(max(_BLOCK, len(self._text) - self._at))
        self._ended = not block
        try:
            self._text = self._text[self._at :] + self._decoder.decode(block, final=not block)
        except UnicodeDecodeError:
            raise self.wrong("the text is not UTF-8") from None
        self._at = 0
        return bool(block)

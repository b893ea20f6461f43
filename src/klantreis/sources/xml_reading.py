"""XML as a stream of tags, never all in memory; no document types and no entities, which is where XML attacks live."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn
from xml.parsers import expat

from klantreis.errors import EventImportError
from klantreis.sources.limits import Limits, beyond
from klantreis.sources.opening import opened

_BLOCK = 1 << 16


class Tag(NamedTuple):
    """A tag that opens (with its attributes) or closes (with the text before it); names lose their prefix."""

    opens: bool
    name: str
    attributes: dict[str, str]
    text: str
    line: int


class _Handlers:
    def __init__(self, path: Path, limits: Limits) -> None:
        self.path, self.limits = path, limits
        self.found: list[Tag] = []
        self.depth, self.length = 0, 0
        self.texts: list[str] = []
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = self.refuse
        parser.EntityDeclHandler = self.refuse
        parser.ExternalEntityRefHandler = self.refuse

    def refuse(self, *_: object) -> NoReturn:
        raise EventImportError(
            f"{self.path}, line {self.parser.CurrentLineNumber}: it declares a document type or entities, "
            "which are not read because they can be made to hang or to leak files.",
            hint="Take the <!DOCTYPE …> out of the file; event logs need none.",
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        self.depth += 1
        if self.depth > self.limits.depth:
            raise beyond(self.limits, "depth", self.path, place=f"line {line}")
        if len(attributes) > self.limits.columns:
            raise beyond(self.limits, "columns", self.path, place=f"line {line}")
        if any(len(value) > self.limits.text for value in attributes.values()):
            raise beyond(self.limits, "text", self.path, place=f"line {line}")
        self.texts.clear()
        self.length = 0
        self.found.append(Tag(opens=True, name=name.rpartition(":")[2], attributes=attributes, text="", line=line))

    def end(self, name: str) -> None:
        self.depth -= 1
        text = "".join(self.texts)
        self.texts.clear()
        self.found.append(
            Tag(opens=False, name=name.rpartition(":")[2], attributes={}, text=text, line=self.parser.CurrentLineNumber)
        )

    def text(self, data: str) -> None:
        self.length += len(data)
        if self.length > self.limits.text:
            raise beyond(self.limits, "text", self.path, place=f"line {self.parser.CurrentLineNumber}")
        self.texts.append(data)


def tags_of(path: Path, limits: Limits) -> Iterator[Tag]:
    """The tags of an XML file in order.

    Raises
    ------
    EventImportError
        When it is not well-formed, naming the line; when it declares a document type; when it goes beyond a limit.
    """
    handlers = _Handlers(path, limits)
    parser = handlers.parser
    fed, reached = 0, 0
    with opened(path, limits) as stream:
        while True:
            block = stream.read(_BLOCK)
            try:
                parser.Parse(block, not block)
            except expat.ExpatError as error:
                what = expat.ErrorString(error.code)
                raise EventImportError(f"{path}, line {error.lineno}: this is no XML ({what}).") from None
            except (ValueError, LookupError) as error:  # an encoding that Python does not know
                raise EventImportError(f"{path} cannot be read as XML: {error}.") from None
            fed += len(block)
            yield from handlers.found
            handlers.found.clear()
            reached = max(reached, parser.CurrentByteIndex)
            if not block:
                return
            if fed - reached > limits.line + _BLOCK:
                raise beyond(limits, "line", path, place=f"line {parser.CurrentLineNumber}")

"""Where text stands in a PDF, to the point: every run of glyphs with its box and its size."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any, cast

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True)
class Run:
    """One run of glyphs: its text, page (from 0), left and right edge, base line and type size, in points."""

    text: str
    page: int
    left: float
    right: float
    y: float
    size: float


@dataclass(frozen=True)
class _Font:
    widths: dict[int, float]
    letters: dict[int, str]


def runs_of(pdf: bytes) -> list[Run]:
    """All text of a PDF, in the order in which it is written."""
    reader = PdfReader(io.BytesIO(pdf))
    return [run for number, page in enumerate(reader.pages) for run in _page_runs(reader, page, number)]


def _page_runs(reader: PdfReader, page: PageObject, number: int) -> list[Run]:
    resources = cast(Any, page["/Resources"])
    fonts = {name: _font(font.get_object()) for name, font in resources.get("/Font", {}).items()}
    runs: list[Run] = []
    now, kept = _SAME, list[Matrix]()
    line, font, size = _SAME, _Font({}, {}), 0.0
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        match operator:
            case b"q":
                kept.append(now)
            case b"Q":
                now = kept.pop()
            case b"cm":
                now = _times(_matrix(operands), now)
            case b"BT":
                line = _SAME
            case b"Tf":
                font, size = fonts[operands[0]], float(operands[1])
            case b"Tm":
                line = _matrix(operands)
            case b"Td":
                line = _times((1, 0, 0, 1, float(operands[0]), float(operands[1])), line)
            case b"TJ" | b"Tj":
                shown = operands[0] if operator == b"TJ" else [operands[0]]
                text, width = _shown(shown, font, size)
                a, b, _, _, x, y = _times(line, now)
                scale = (a * a + b * b) ** 0.5
                runs.append(Run(text, number, x, x + width * scale, y, size * scale))
                line = _times((1, 0, 0, 1, width, 0), line)
    return runs


def _shown(parts: Any, font: _Font, size: float) -> tuple[str, float]:
    text, width = "", 0.0
    for part in parts:
        if isinstance(part, int | float):
            width -= float(part) / 1000 * size
            continue
        raw = part.original_bytes
        for place in range(0, len(raw), 2):
            code = int.from_bytes(raw[place : place + 2], "big")
            text += font.letters.get(code, "")
            width += font.widths.get(code, 0.0) / 1000 * size
    return text, width


def _font(font: Any) -> _Font:
    widths: dict[int, float] = {}
    listed = list(font["/DescendantFonts"][0].get_object()["/W"].get_object())
    while listed:
        first, then = int(listed.pop(0)), listed.pop(0)
        if isinstance(then, list):
            widths |= {first + place: float(width) for place, width in enumerate(then)}
        else:
            width = float(listed.pop(0))
            widths |= dict.fromkeys(range(first, int(then) + 1), width)
    table = font["/ToUnicode"].get_object().get_data().decode("latin-1")
    letters = {
        int(code, 16): bytes.fromhex(letter).decode("utf-16-be")
        for block in re.findall(r"beginbfchar(.*?)endbfchar", table, flags=re.DOTALL)
        for code, letter in re.findall(r"<([0-9A-F]+)> <([0-9A-F]+)>", block)
    }
    return _Font(widths, letters)


def _matrix(operands: Any) -> Matrix:
    a, b, c, d, e, f = (float(operand) for operand in operands)
    return (a, b, c, d, e, f)


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    u, v, w, x, y, z = other
    return (a * u + b * w, a * v + b * x, c * u + d * w, c * v + d * x, e * u + f * w + y, e * v + f * x + z)

"""The map as PDF, SVG and PNG, set by Typst with the fonts that come with the package.

The PDF is on A3 landscape, tagged for PDF/UA: a map of many steps goes over more sheets, each with its phases and
steps above it and its lanes named again, and the type never gets smaller than 7 points. SVG and PNG hold the whole
map in one picture. Texts travel as JSON data, so nothing that people wrote is ever read as Typst code.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from math import ceil
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from klantreis.errors import RenderError
from klantreis.render.curve import CurvePiece, emotion_rows
from klantreis.render.map_view import CardView, CurvePoint, MapTable, PhaseView
from klantreis.render.words import Words

if TYPE_CHECKING:
    import typst

_HERE = Path(__file__).parent
#: A3 on its side, in points.
A3 = (1190.55, 841.89)
_MARGIN = 34.0
#: Most steps beside each other on one sheet: at ten, a column still holds about 25 letters a line.
STEPS_PER_SHEET = 10
#: Type size by number of columns on a sheet: the first row that has room for them.
_SIZES = ((6, 9.5), (8, 9.0), (10, 8.5))
_PICTURE_COLUMN = 150.0
#: A PNG is drawn at twice the points, less when it would get wider than this many pixels.
_WIDEST = 16_000
_TINTS = 8
#: Widest a letter can be in any weight of our type, in ems; small ones are known better.
_EM = 1.1
_LETTERS = {
    **dict.fromkeys("abcdeghknopqsuvxyzäáàâçéèêëóòôöúùûü", 0.6),
    **dict.fromkeys("0123456789-_/?=", 0.6),
    **dict.fromkeys("fijlrt.,:;'!|()íìîï", 0.42),
    **dict.fromkeys("mw", 0.9),
}
#: One compiler is kept warm; it may be asked one thing at a time.
_ONE_AT_A_TIME = Lock()


def render_pdf(table: MapTable) -> bytes:
    """The map as a tagged PDF (PDF/UA-1) on A3 landscape.

    Raises
    ------
    RenderError
        When Typst refuses the map; the message says why.
    """
    (pdf,) = _compile(table, paper="sheets", form="pdf")
    return pdf


def render_svg(table: MapTable) -> bytes:
    """The map as one SVG picture, its letters drawn as shapes."""
    (svg,) = _compile(table, paper="one", form="svg")
    return svg


def render_png(table: MapTable) -> bytes:
    """The map as one PNG picture, at two pixels a point where that is not too wide."""
    (png,) = _compile(table, paper="one", form="png")
    return png


def _compile(
    table: MapTable, *, paper: Literal["sheets", "one"], form: Literal["pdf", "svg", "png"]
) -> tuple[bytes, ...]:
    import typst

    data = sheet_data(table, paper=paper)
    extra: dict[str, Any] = {"pdf_standards": ["ua-1"]} if form == "pdf" else {}
    if form == "png":
        extra["ppi"] = 72 * min(2.0, _WIDEST / data["width"])
    try:
        with _ONE_AT_A_TIME:
            made = _compiler().compile(format=form, sys_inputs={"map": json.dumps(data)}, **extra)
    except typst.TypstError as error:
        raise RenderError(f"{table.id} could not be drawn as {form}: {error}") from error
    pages = made if isinstance(made, list) else [made]
    return tuple(page for page in pages if page is not None)


@cache
def _compiler() -> typst.Compiler:
    """Typst with our template and our fonts; no font of the machine, no package from anywhere."""
    import typst

    return typst.Compiler(
        _HERE / "typst" / "map.typ", root=_HERE / "typst", font_paths=[_HERE / "fonts"], ignore_system_fonts=True
    )


def sheet_data(table: MapTable, *, paper: Literal["sheets", "one"]) -> dict[str, Any]:
    """What the template draws, as plain data: sizes in points, words, and one part a sheet."""
    words = Words(table.lang)
    n = len(table.columns)
    most = n if paper == "one" else STEPS_PER_SHEET
    sheets = max(1, ceil(n / max(1, most)))
    per_sheet = max(1, ceil(n / sheets))
    if paper == "one":
        column, size = _PICTURE_COLUMN, 9.0
        width = max(n * column, 4 * column) + 2 * _MARGIN
        column = (width - 2 * _MARGIN) / max(1, n)
    else:
        width = A3[0]
        column = (width - 2 * _MARGIN) / per_sheet
        size = next(points for columns, points in _SIZES if per_sheet <= columns)
    data = {
        "paper": paper,
        "width": width,
        "height": A3[1],
        "margin": _MARGIN,
        "column": column,
        "size": size,
        "lang": table.lang,
        "written_in": table.written_in,
        "title": table.title,
        "state": table.state,
        "illustrative": table.illustrative,
        "strip": _strip(table, words),
        "parts": _parts(table, per_sheet, words),
        "reality": None
        if table.reality is None
        else {
            "title": table.reality.title,
            "summary": table.reality.summary,
            "notes": table.reality.notes,
            "source": table.reality.source,
        },
        "legend": [{"status": item.status, "word": item.word, "meaning": item.meaning} for item in table.legend],
        "curve": any(piece for pieces in emotion_rows(table).values() for piece in pieces),
        "coverage": table.coverage_words,
        "footer": [table.state, table.coverage_words, *table.footer],
        "words": {
            "in_focus": words.say("map.in_focus"),
            "continued": words.say("map.continued"),
            "legend": words.say("map.legend.title"),
            "reported": words.say("map.legend.reported"),
            "estimate": words.say("map.legend.estimate"),
        },
    }
    # The narrowest place for text is a card's: the column without the edges of cell and card.
    return {**data, "wide_words": wide_words(data, (column - 19) / size)}


def wide_words(data: object, room: float) -> dict[str, bool]:
    """Words in some data that may be wider than a room, in ems; an upper bound, as Typst measures those itself.

    Examples
    --------
    >>> wide_words(["een boodschappenlijst", {"kop": "WWWW"}], 3)
    {'boodschappenlijst': True, 'WWWW': True}
    """
    if isinstance(data, str):
        return {word: True for word in data.split(" ") if len(word) > room / _EM and _widest(word) > room}
    inside = data.values() if isinstance(data, dict) else data if isinstance(data, list | tuple) else ()
    return {word: True for part in inside for word in wide_words(part, room)}


def _widest(word: str) -> float:
    return sum(_LETTERS.get(letter, _EM) for letter in word)


def _strip(table: MapTable, words: Words) -> list[dict[str, Any]]:
    plain = {"status": None, "status_word": "", "evidence_words": ""}
    items: list[dict[str, Any]] = [
        {"label": words.say("map.strip.persona"), "text": table.persona, "strong": True, "own": True, **plain},
        {
            "label": words.say("map.strip.job"),
            "text": table.job,
            "strong": True,
            "own": table.job_id is not None,
            **plain,
        },
    ]
    for label, claim in (("trigger", table.trigger), ("end_goal", table.end_goal)):
        if claim is not None:
            items.append(
                {"label": words.say(f"map.strip.{label}"), "strong": False, "own": True, **_card(claim, words)}
            )
    items.append({"label": words.say("map.strip.state"), "text": table.state, "strong": False, "own": False, **plain})
    return items


def _card(card: CardView, words: Words) -> dict[str, Any]:
    invented = words.say("map.illustrative_mark") if card.illustrative else ""
    return {
        "text": card.text.strip(),
        "status": card.status,
        "status_word": card.status_word,
        "evidence_words": " · ".join(part for part in (card.evidence_words, invented) if part),
        "note": card.note or ("" if card.status else invented),
    }


def _parts(table: MapTable, per_sheet: int, words: Words) -> list[dict[str, Any]]:
    """The map cut into sheets of ``per_sheet`` columns."""
    curves = emotion_rows(table)
    tints = {phase.id: index % _TINTS for index, phase in enumerate(table.phases)}
    all_steps = sum(1 for column in table.columns if column.step)
    starts = range(0, max(1, len(table.columns)), per_sheet)
    parts = []
    for start in starts:
        here = slice(start, start + per_sheet)
        columns = table.columns[here]
        numbers = [column.number for column in columns if column.step]
        heading = (
            words.say("map.sheet", first=numbers[0], last=numbers[-1], all=all_steps)
            if len(starts) > 1 and numbers
            else ""
        )
        parts.append(
            {
                "first": start == 0,
                "heading": heading,
                "phases": _phases_over(table.phases, here, tints),
                "columns": [
                    {
                        "step": column.step,
                        "title": column.title,
                        "number": column.number,
                        "tint": tints[column.phase],
                        "tags": [{"kind": kind, "word": word} for kind, word in column.tags],
                    }
                    for column in columns
                ],
                "rows": [
                    {
                        "title": row.title,
                        "kind": row.kind,
                        "cells": [
                            {"cards": [_card(card, words) for card in cell.cards], "point": point}
                            for cell, point in zip(
                                row.cells[here],
                                _points([cell.point for cell in row.cells], curves[row.lane], words)[here]
                                if row.kind == "emotion"
                                else [None] * len(columns),
                                strict=True,
                            )
                        ],
                    }
                    for row in table.rows
                ],
                "figures": [
                    {
                        "title": row.title,
                        "help": row.help,
                        "cells": [
                            {"main": cell.main, "detail": cell.detail, "part": cell.part, "muted": cell.muted}
                            for cell in row.cells[here]
                        ],
                    }
                    for row in (table.reality.rows if table.reality else ())
                ],
            }
        )
    return parts


def _phases_over(phases: tuple[PhaseView, ...], here: slice, tints: dict[str, int]) -> list[dict[str, Any]]:
    """The phases that stand over these columns, each as wide as what of it is here."""
    over, end = [], 0
    for phase in phases:
        start, end = end, end + phase.span
        span = min(end, here.stop) - max(start, here.start)
        if span > 0:
            over.append(
                {
                    "label": phase.label,
                    "parent": phase.parent,
                    "span": span,
                    "in_focus": phase.in_focus,
                    "continued": start < here.start,
                    "tint": tints[phase.id],
                }
            )
    return over


def _points(
    points: list[CurvePoint | None], pieces: tuple[CurvePiece | None, ...], words: Words
) -> list[dict[str, Any]]:
    """What each cell of an emotion row draws and says; a gap says that there are no data."""
    drawn: list[dict[str, Any]] = []
    some = any(pieces)
    for (before, point), piece in zip(pairwise([None, *points]), pieces, strict=True):
        if point is None or piece is None:
            drawn.append({"words": words.say("map.emotion.gap"), "alt": None, "y": None, "drawn": some})
            continue
        drawn.append(
            {
                "words": point.words,
                "alt": words.say(f"map.curve.{_turn(before, point)}"),
                "y": piece.y,
                "drawn": True,
                "left": piece.left,
                "right": piece.right,
                "spread": piece.spread,
                "side": piece.side,
                "reported": piece.reported,
            }
        )
    return drawn


def _turn(before: CurvePoint | None, point: CurvePoint) -> Literal["begins", "rises", "falls", "level"]:
    if before is None:
        return "begins"
    if point.value == before.value:
        return "level"
    return "rises" if point.value > before.value else "falls"

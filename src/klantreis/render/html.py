"""The map as HTML: a fragment for a page of the application, and a whole page in one file.

The fragment is a real table. It holds no script and no inline style, so it works under a strict content
security policy; its classes all begin with ``kr-`` and are dressed by ``static/tokens.css`` and
``static/map.css``.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from importlib.resources.abc import Traversable

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from klantreis.render.curve import emotion_rows
from klantreis.render.map_view import MapTable
from klantreis.texts import text

#: Phases are tinted in turn; the style sheet has as many tints.
TINTS = 8


def _no_link(*_: str) -> None:
    """The part leads nowhere."""


@dataclass(frozen=True)
class MapLinks:
    """Where the parts of a map lead. Each gives a URL, or None for no link.

    Parameters
    ----------
    card
        From a card's id: the trigger and the end goal, which are claims as well, included.
    add_card
        From a lane's and a step's id: the form that adds a card there.
    step
        From a step's id, at its title.
    emotion
        From a step's id, in the emotion row.
    evidence
        From a card's id, at the number of sources.
    document
        From the id of the persona or the job, above the table.
    """

    card: Callable[[str], str | None] = _no_link
    add_card: Callable[[str, str], str | None] = _no_link
    step: Callable[[str], str | None] = _no_link
    emotion: Callable[[str], str | None] = _no_link
    evidence: Callable[[str], str | None] = _no_link
    document: Callable[[str], str | None] = _no_link


def map_fragment(table: MapTable, *, links: MapLinks | None = None, selected: str | None = None) -> Markup:
    """The map as one ``<section>``, to stand below a page's own heading.

    Parameters
    ----------
    table
        From :func:`klantreis.render.map_table.map_table`.
    links
        Makes cards, cells and steps clickable; without it the map is only read.
    selected
        Id of the card that is looked at now.
    """
    template = _environment().get_template("map_table.html.j2")
    tints = {phase.id: index % TINTS + 1 for index, phase in enumerate(table.phases)}
    curves = emotion_rows(table)
    written = template.render(
        table=table,
        tints=tints,
        curves=curves,
        has_curve=any(piece for pieces in curves.values() for piece in pieces),
        links=links or MapLinks(),
        selected=selected,
        t=partial(_text, table=table),
    )
    return Markup(written)  # noqa: S704 - written by an autoescaping template


def render_html(table: MapTable) -> str:
    """The map as one HTML file: style and type within it, no script, no call to anywhere."""
    page = _environment().get_template("page.html.j2")
    return page.render(table=table, fragment=map_fragment(table), style=Markup(_style()))  # noqa: S704 - our own files


def _text(message: str, *, table: MapTable, **values: object) -> str:
    return text(message, table.lang, **values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("klantreis.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # An interval stays on one line: a word joiner after its dash.
    made.filters["unbroken"] = lambda words: str(words).replace("–", "–\u2060")
    return made


@cache
def _style() -> str:
    """All style sheets in one, with the fonts inside."""
    static = resources.files("klantreis.render").joinpath("static")
    sheets = [static.joinpath(name).read_text(encoding="utf-8") for name in ("fonts.css", "tokens.css", "map.css")]
    fonts = resources.files("klantreis.render").joinpath("fonts")
    return re.sub(r"url\(\"fonts/([^\"]+)\"\)", lambda found: _inline(fonts.joinpath(found[1])), "\n".join(sheets))


def _inline(font: Traversable) -> str:
    return f'url("data:font/woff2;base64,{base64.b64encode(font.read_bytes()).decode("ascii")}")'

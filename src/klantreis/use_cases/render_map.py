"""Draw a map outside the application: as HTML, PDF, SVG or PNG."""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from klantreis.errors import InvalidInputError, KlantreisError, RenderError
from klantreis.events.dataset import Dataset
from klantreis.journeys.journey import Journey
from klantreis.render.map_table import map_table
from klantreis.render.map_view import MapTable, RealityView
from klantreis.values import Lang

if TYPE_CHECKING:
    from klantreis.store.protocol import Store
    from klantreis.workspace import Workspace

Form = Literal["html", "pdf", "svg", "png"]
FORMS: tuple[Form, ...] = get_args(Form)
#: What a browser is told that each form is.
MEDIA_TYPES: dict[Form, str] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
    "png": "image/png",
}


def render_map(
    store: Store,
    journey_id: str,
    target: Path | str,
    *,
    lang: Lang | None = None,
    on: date,
    with_reality: bool = True,
    hide_below: int | None = None,
) -> Path:
    """Draw a map into a file, whole or not at all.

    Parameters
    ----------
    journey_id
        The journey's id or its slug.
    target
        The file; its ending says which form: html, pdf, svg or png.
    lang
        Language of labels; the workspace's own when not given.
    on
        The day for which the status of claims is worked out.
    with_reality
        Whether what customers did is drawn beneath, where the journey has a rule for its runs.
    hide_below
        Leave out the numbers of groups smaller than this many customers.

    Raises
    ------
    InvalidInputError
        When the ending names no form, or the reality cannot be laid on the map.
    NotFoundError
        When there is no such journey, or its event log is not there.
    RenderError
        When the file cannot be written.
    """
    path = Path(target)
    form = form_of(path)
    drawn = draw_map(store, journey_id, form, lang=lang, on=on, with_reality=with_reality, hide_below=hide_below)
    try:
        _write(path, drawn)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RenderError(f"{path} cannot be written: {reason}.", hint="Choose a folder that exists.") from error
    return path


def draw_map(
    store: Store,
    journey_id: str,
    form: Form,
    *,
    lang: Lang | None = None,
    on: date,
    with_reality: bool = True,
    hide_below: int | None = None,
) -> bytes:
    """Draw a map; takes the same and raises the same as :func:`render_map`, and gives the bytes."""
    table = table_of(store, journey_id, lang=lang, on=on, with_reality=with_reality, hide_below=hide_below)
    match form:
        case "html":
            from klantreis.render.html import render_html

            return render_html(table).encode("utf-8")
        case "pdf":
            from klantreis.render.typst_map import render_pdf

            return render_pdf(table)
        case "svg":
            from klantreis.render.typst_map import render_svg

            return render_svg(table)
        case "png":
            from klantreis.render.typst_map import render_png

            return render_png(table)


def table_of(
    store: Store,
    journey_id: str,
    *,
    lang: Lang | None = None,
    on: date,
    with_reality: bool = True,
    hide_below: int | None = None,
) -> MapTable:
    """The table that every form draws; takes the same and raises the same as :func:`render_map`."""
    from klantreis.use_cases.lay_reality import has_reality

    workspace = store.load()
    full_id = journey_id if ":" in journey_id else f"journey:{journey_id}"
    journey = workspace.get(full_id, Journey)
    shown = lang or workspace.settings.lang
    beneath = (
        _beneath(store, workspace, journey, lang=shown, hide_below=hide_below)
        if with_reality and has_reality(journey)
        else None
    )
    return map_table(workspace, journey, lang=shown, on=on, reality=beneath, version=store.version(full_id))


def form_of(path: Path) -> Form:
    """The form that a file's ending asks for.

    Examples
    --------
    >>> form_of(Path("map.PDF"))
    'pdf'
    """
    ending = path.suffix.removeprefix(".").lower()
    if ending in FORMS:
        return ending
    said = f"The ending .{ending}" if ending else "A file name without an ending"
    raise InvalidInputError(f"{said} does not say how to draw the map: {path}", hint=f"Known: .{', .'.join(FORMS)}.")


def _beneath(
    store: Store, workspace: Workspace, journey: Journey, *, lang: Lang, hide_below: int | None
) -> RealityView:
    from klantreis.render.reality_rows import reality_view
    from klantreis.use_cases.lay_reality import lay_reality

    try:
        found = lay_reality(store, journey.id)
    except KlantreisError as error:
        error.hint = " ".join(filter(None, [error.hint, "Or draw the map without what customers did (--no-reality)."]))
        raise
    if hide_below is not None:
        found = found.suppressed(hide_below)
    title = workspace.get(found.rule.dataset, Dataset).title
    return reality_view(found, journey, lang=lang, settings=workspace.settings, dataset=title)


def _write(path: Path, drawn: bytes) -> None:
    """Write beside the file first, so that a drawing that fails leaves the old one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(drawn)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

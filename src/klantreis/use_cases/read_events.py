"""Read events to question them from Python: a log, or files that are read into one for the time being."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from klantreis.errors import NotFoundError

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog


def read_events(
    path: Path | str,
    *,
    customer: str | None = None,
    time: str | None = None,
    touchpoint: str | None = None,
    channel: str | None = None,
    attributes: Sequence[str] = (),
    source: str | None = None,
    object_type: str | None = None,
    timezone: str | None = None,
    time_format: str | None = None,
    encoding: str = "utf-8",
) -> LocalLog:
    """An event log from a log's folder, or from a file of any kind that can be imported.

    A file is read into a temporary folder that is removed when Python ends; ``import_events`` keeps the log. Rows that
    cannot be read are left out, as ``import_events`` does; look there for how many and why.

    Parameters
    ----------
    path
        A log's folder: the other arguments are then not needed. Or a file.
    customer, time, touchpoint, channel, attributes, source, object_type, timezone, time_format, encoding
        As for ``import_events``; the first three are needed for CSV, Parquet and JSON of any make.

    Raises
    ------
    NotFoundError
        When there is nothing at ``path``.
    EventImportError
        When the file cannot be read, or nothing says which columns hold the customer, the time and the touchpoint.
    """
    from klantreis.events.local.folder import open_log
    from klantreis.use_cases.import_events import import_events

    path = Path(path)
    if path.is_dir():
        return open_log(path)
    if not path.exists():
        raise NotFoundError(f"There is no event log and no file at {path}.")
    folder = tempfile.mkdtemp(prefix="klantreis-log-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    import_events(
        [path],
        folder,
        customer=customer,
        time=time,
        touchpoint=touchpoint,
        channel=channel,
        attributes=attributes,
        source=source,
        object_type=object_type,
        timezone=timezone,
        time_format=time_format,
        encoding=encoding,
    )
    return open_log(folder)

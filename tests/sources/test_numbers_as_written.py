"""Texts that are numbers become numbers, a decimal comma included, and texts that may be something else stay texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from klantreis.events.local.folder import open_log
from klantreis.use_cases.import_events import import_events


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["12,50", "3", "-0,5", "1.234", "1.234.567,8"], [12.5, 3, -0.5, 1234, 1234567.8]),
        (["0,125", "2"], [0.125, 2]),
        (["12.50", "1.234"], [12.5, 1.234]),
        (["1,234", "12"], None),  # a thousand or a bit more than one: nobody knows
        (["1,234,567", "1,5"], None),
        (["12,50", "1.5"], None),
        (["12,50", "03"], None),
        (["12,50", "veel"], None),
    ],
)
def test_a_decimal_comma_is_read_where_it_cannot_be_anything_else(
    tmp_path: Path, written: list[str], read: list[float] | None
) -> None:
    rows = "".join(f"an;2026-01-0{day};koop;{text}\n" for day, text in enumerate(written, 1))
    source = tmp_path / "bron.csv"
    source.write_text(f"wie;wanneer;wat;bedrag\n{rows}", encoding="utf-8")
    import_events([source], tmp_path / "log", customer="wie", time="wanneer", touchpoint="wat", attributes=["bedrag"])
    told = [event.attributes["bedrag"] for event in open_log(tmp_path / "log").trace("an")]
    assert told == (written if read is None else read)

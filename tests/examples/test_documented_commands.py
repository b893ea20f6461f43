"""What docs/example.md shows of a command is what the command prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from klantreis.cli.main import cli
from tests.examples.building import EXAMPLES

PAGE = EXAMPLES.parent / "docs" / "example.md"
#: A command after a dollar sign, continued after a backslash, and what it prints; … stands for what is left out.
SHOWN = re.compile(r"^    \$ klantreis (.+(?:(?<=\\)\n.+)*)\n((?:    .*\n)+)", re.MULTILINE)
BLOCKS = {
    found[1].split()[0]: (found[1].replace("\\\n", " "), [line[4:] for line in found[2].splitlines()])
    for found in SHOWN.finditer(PAGE.read_text(encoding="utf-8"))
}


def test_the_page_shows_segments_and_attribution() -> None:
    assert {"segments", "attribution"} <= set(BLOCKS)


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_every_shown_line_is_printed_in_that_order(built: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command, shown = BLOCKS[name]
    monkeypatch.chdir(built)
    result = CliRunner().invoke(cli, shlex.split(command))
    assert result.exit_code == 0
    printed = result.stdout.splitlines()
    place = 0
    for line in shown:
        if line == "…":
            continue
        assert line in printed[place:], line
        place = printed.index(line, place) + 1

"""The README tells the truth: its commands exist, its links lead somewhere, its Python runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from klantreis.cli.main import COMMANDS
from klantreis.use_cases.new_workspace import new_workspace

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
VISITS = """who,when,what
a,2026-01-01,mailing
a,2026-01-03,shop
b,2026-01-01,mailing
b,2026-02-01,shop
c,2026-01-02,shop
"""


def test_the_table_lists_every_command() -> None:
    assert re.findall(r"^\| `klantreis ([a-z]+)` \|", README, re.MULTILINE) == sorted(
        COMMANDS, key=lambda name: README.index(f"`klantreis {name}` |")
    )


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"(?:`|^ {4})klantreis ([a-z]+)", README, re.MULTILINE))
    assert named - set(COMMANDS) == set()


def test_every_link_leads_to_a_file() -> None:
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in target]
    assert [target for target in targets if not (ROOT / target).exists()] == []
    assert "docs/images/map.png" in targets


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    new_workspace(tmp_path / "mijn-klantreis", lang="nl", market="public", model=None)
    (tmp_path / "visits.csv").write_text(VISITS, encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own page
    printed = capsys.readouterr().out
    assert "steps" in printed
    assert "'count': 1, 'n': 2" in printed  # of two who had a mailing, one came within 14 days

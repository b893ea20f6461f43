"""The check on a terminal: one line a finding, a summary, and an exit code that a script can use."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from klantreis.cli.check import command
from klantreis.cli.main import main
from klantreis.use_cases.open_workspace import open_store
from klantreis.values import to_body
from klantreis.workspace import Workspace
from tests.checks.fixture_files import fixture


def written(folder: Path, workspace: Workspace) -> Path:
    """The workspace as a folder of YAML."""
    for document in workspace.documents.values():
        kind, slug = document.id.split(":")
        place = folder / ("workspace.yaml" if kind == "workspace" else f"{type(document).folder}/{slug}.yaml")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(yaml.safe_dump(to_body(document), allow_unicode=True), encoding="utf-8")
    return folder


def check(*arguments: object) -> Result:
    return CliRunner().invoke(command, ["--on", "2026-06-01", *map(str, arguments)])


@pytest.fixture
def overdue(tmp_path: Path) -> Path:
    """A workspace with a warning and no error: its map is complete, and its review is late."""
    folder = written(tmp_path / "quiet", fixture("W01", "silent").workspace)
    (folder / "waivers" / "half.yaml").unlink()
    (folder / "personas" / "an.yaml").unlink()
    (folder / "opportunities").mkdir()
    body = {
        "id": "opportunity:guide",
        "schema_version": 1,
        "title": "Keuzehulp",
        "claim": {"id": "c", "text": "Kiezen is\nmoeilijk"},
    }
    (folder / "opportunities" / "guide.yaml").write_text(yaml.safe_dump(body), encoding="utf-8")
    return folder


def test_a_line_says_where_which_rule_how_bad_and_what(tmp_path: Path) -> None:
    folder = written(tmp_path / "map", fixture("X05", "fires").workspace)
    lines = check(folder, "--lang", "nl").output.splitlines()
    assert [line.split("  ")[0].strip() for line in lines if "  X05  " in line] == ["journey:map#owner"]
    assert any(line.endswith("X05  waarschuwing  Wie onderhoudt deze reis?") for line in lines)
    english = check(folder, "--lang", "en").output
    assert "X05  warning  Who keeps this map up to date?" in english
    assert check(folder).output == check(folder, "--lang", "nl").output  # the workspace's own language


def test_an_open_error_is_exit_code_1(tmp_path: Path) -> None:
    result = check(written(tmp_path / "map", fixture("J06", "fires").workspace))
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert "nog niet klaar" in result.output


def test_warnings_alone_are_exit_code_0(overdue: Path) -> None:
    result = check(overdue)
    assert result.exit_code == 0
    assert result.output.splitlines()[0].startswith("opportunity:guide#actions  M03  ")
    assert "Score 0 van 100 – zwak" in result.output


def test_a_workspace_that_cannot_be_read_is_exit_code_2(
    overdue: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (overdue / "opportunities" / "guide.yaml").write_text("title: [", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["klantreis", "check", str(overdue)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert "opportunities/guide.yaml:" in printed.err
    assert printed.out == ""


def test_a_folder_that_is_not_there_is_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["klantreis", "check", str(tmp_path / "nowhere")])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_json_holds_the_whole_report(tmp_path: Path) -> None:
    folder = written(tmp_path / "map", fixture("J06", "fires").workspace)
    result = check(folder, "--format", "json", "--lang", "en")
    plain = json.loads(result.output)
    assert result.exit_code == 1
    assert plain["workspace"] == "workspace:test"
    assert plain["grade"] == "not-ready"
    assert "Which job does An want done? Link an end goal." in [one["sentence"] for one in plain["findings"]]
    assert plain["damaged_text"] == []
    assert set(plain["rules"]) == {one["rule"] for one in plain["findings"]}
    assert plain["rules"]["J06"] == {
        "title": "No end goal",
        "asks": "Does the journey name the job that the persona wants done?",
        "mend": "Ask “what for?” until the answer is something the persona would want without any product of yours. "
        "Write that down as a job and link it to the journey.",
    }


def test_the_rules_explain_themselves_when_asked(tmp_path: Path) -> None:
    folder = written(tmp_path / "map", fixture("X05", "fires").workspace)
    lines = check(folder, "--lang", "nl", "--explain").output.splitlines()
    assert "  X05  Geen eigenaar – Heeft de reis een eigenaar?" in lines
    assert "       Noem één persoon of rol die de reis herziet en er vragen over beantwoordt." in lines
    english = check(folder, "--lang", "en", "--explain").output
    assert "       Name one person or role who reviews it and answers questions on it." in english.splitlines()
    assert "Heeft de reis een eigenaar?" not in check(folder, "--lang", "nl").output


def test_a_waiver_is_shown_with_its_reason(tmp_path: Path) -> None:
    output = check(written(tmp_path / "map", fixture("W01", "silent").workspace), "--lang", "nl").output
    assert "  persona:an#problem  P02  tot en met 2026-12-31, door CX: Research runs" in output.splitlines()


def test_damaged_letters_are_shown_with_file_and_line(overdue: Path) -> None:
    file = overdue / "opportunities" / "guide.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("Keuzehulp", "geĂŻnteresseerd"), encoding="utf-8")
    assert open_store(overdue).warnings() != ()
    output = check(overdue, "--lang", "nl").output
    assert "er stond waarschijnlijk ‘ï’" in output
    assert "opportunities/guide.yaml:" in output.splitlines()[0]
    assert len(json.loads(check(overdue, "--format", "json").output)["damaged_text"]) == 1


def test_a_clean_workspace_says_so(overdue: Path) -> None:
    (overdue / "opportunities" / "guide.yaml").unlink()
    result = check(overdue)
    assert result.exit_code == 0
    assert result.output.splitlines()[0] == "Geen zwakke plekken gevonden."
    assert "Geen score – niets te controleren" in result.output


def test_a_day_that_is_none_is_refused() -> None:
    result = CliRunner().invoke(command, ["--on", "1 June", "somewhere"])
    assert result.exit_code == 2

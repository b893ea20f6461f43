"""The commands about privacy, and that every command that shows numbers leaves out small groups by itself."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from klantreis.cli.events import command as events
from klantreis.cli.fit import command as fit_command
from klantreis.cli.main import cli
from klantreis.cli.reality import command as reality_command
from klantreis.cli.render import command as render_command

#: Commands that show no numbers of customers' groups: they bring data in, or are about one customer or the whole log.
NO_ANSWERS = {"import", "connect", "trim", "export", "erase"}


def run(*asked: object, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["events", *map(str, asked)], input=given)


def bring(tmp_path: Path, *more: object) -> Result:
    (tmp_path / "a.csv").write_text("wie,wanneer,wat\nan,2026-01-01,a\nbo,2026-01-02,a\nbo,2020-01-02,b\n")
    roles = ["--customer", "wie", "--time", "wanneer", "--touchpoint", "wat"]
    return run("import", tmp_path / "a.csv", "--into", tmp_path / "log", *roles, *more)


def test_every_command_that_shows_numbers_hides_small_groups_by_itself() -> None:
    group = events
    assert isinstance(group, click.Group)
    context = click.Context(group)
    asked = {name: group.get_command(context, name) for name in group.list_commands(context)}
    questions = {name: found for name, found in asked.items() if name not in NO_ANSWERS}
    assert len(questions) >= 14
    all_of_them = {**questions, "reality": reality_command, "fit": fit_command, "render": render_command}
    told = {
        name: [option.default for option in found.params if option.name == "hide_below"]
        for name, found in all_of_them.items()
        if found is not None
    }
    assert told == {name: [5] for name in all_of_them}


def test_the_import_says_which_rules_hold(tmp_path: Path) -> None:
    key = tmp_path / "sleutel"
    done = bring(
        tmp_path, "--pseudonymise", "--key-file", key, "--coarsen", "wanneer=week", "--keep-for", "90y", "--lang", "nl"
    )
    assert done.exit_code == 0, done.output
    assert f"Er is een nieuwe sleutel gemaakt: {key}." in done.stdout
    assert "Grover gemaakt: wanneer (week)." in done.stdout
    assert "Tijden zijn per week: daarbinnen staan gebeurtenissen in de volgorde van het bestand" in done.stdout
    assert "Gebeurtenissen blijven 90y bewaard; oudere weggelaten: 0." in done.stdout
    assert "nieuwe sleutel" not in bring(tmp_path, "--key-file", key, "--lang", "nl").stdout


def test_the_key_is_by_default_in_the_users_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("sys.platform", "linux")
    assert bring(tmp_path, "--pseudonymise").exit_code == 0
    assert (tmp_path / "config" / "klantreis" / "pseudonyms.key").is_file()
    assert json.loads(run("export", tmp_path / "log", "--customer", "bo").stdout)["rows"][1]["touchpoint"] == "a"


def test_export_erase_and_trim(tmp_path: Path) -> None:
    bring(tmp_path)
    log = tmp_path / "log"
    exported = run("export", log, "--customer", "-", "--format", "csv", given="an\n")
    assert [line.split(",")[0] for line in exported.stdout.splitlines()] == ["what", "event"]
    assert "taken out: 1;" in run("trim", log, "--before", "2021-01-01").stdout
    assert run("erase", log, "--customer", "an").stdout.startswith("Erased: 1 events, 0 refused rows")
    assert "niets van deze klant" in run("erase", log, "--customer", "an", "--lang", "nl").stdout
    missing = run("export", log, "--customer", "an")
    assert missing.exit_code != 0
    assert json.loads(run("trim", log, "--keep-for", "90y", "--format", "json").stdout)["left"] == 1

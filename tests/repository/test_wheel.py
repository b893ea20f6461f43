"""Holds the promise of ``pip install``: the wheel carries everything, and works in an empty environment.

The wheel is built from this tree and installed with the dependencies that it names itself, at the locked
versions, into a new environment outside the repository; the command is then run from there.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from klantreis.cli.main import COMMANDS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    into = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(into), str(root)]
    subprocess.run(command, capture_output=True, check=True, timeout=300)
    (built,) = into.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def contents(wheel: Path) -> set[str]:
    """The names of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def venv(root: Path, wheel: Path, runner: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and what it asks for, and nothing else."""
    venv = tmp_path_factory.mktemp("empty") / "venv"
    runner.uv("venv", "--no-python-downloads", "--python", sys.executable, str(venv))
    pinned = ["--python", runner.tool("python", venv), "--constraints", str(root / "requirements/demo.txt")]
    try:
        runner.uv("pip", "install", "--offline", *pinned, str(wheel))
    except runner.StopError:  # uv's cache does not have it all
        runner.uv("pip", "install", *pinned, str(wheel))
    return venv


class Installed:
    """The ``klantreis`` command of that environment, run from a folder of its own."""

    def __init__(self, command: str, folder: Path, contents: set[str]) -> None:
        self.command, self.folder, self.contents = command, folder, contents

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        if (
            arguments[0] in COMMANDS
            and not {f"klantreis/cli/{arguments[0]}.py", f"klantreis/cli/{arguments[0]}/__init__.py"} & self.contents
        ):
            pytest.skip(f"klantreis {arguments[0]} is not written yet")
        return subprocess.run(
            [self.command, *arguments], cwd=self.folder, capture_output=True, text=True, check=False, timeout=120
        )


@pytest.fixture
def klantreis(venv: Path, runner: ModuleType, tmp_path: Path, contents: set[str]) -> Installed:
    """The installed command."""
    return Installed(runner.tool("klantreis", venv), tmp_path, contents)


def test_the_wheel_carries_every_file_of_the_package(tracked: list[Path], contents: set[str]) -> None:
    ours = {path.relative_to("src").as_posix() for path in tracked if path.is_relative_to("src")}
    assert ours - contents == set()
    assert {"klantreis/texts.py", "klantreis/messages/claims.toml"} <= contents


def test_the_wheel_carries_the_licence(contents: set[str]) -> None:
    assert {Path(name).name for name in contents if ".dist-info/licenses/" in name} == {"LICENSE", "NOTICE"}


def test_the_wheel_carries_nothing_of_the_tests_or_the_machine(contents: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in contents} == {"klantreis"}
    assert not [name for name in contents if "__pycache__" in name]


def test_the_package_is_read_from_the_new_environment(venv: Path, runner: ModuleType, tmp_path: Path) -> None:
    ask = [runner.tool("python", venv), "-c", "import klantreis; print(klantreis.__file__)"]
    told = subprocess.run(ask, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert Path(told.strip()).is_relative_to(venv)


def test_it_tells_its_version(klantreis: Installed) -> None:
    assert klantreis("--version").stdout == f"klantreis, version {metadata.version('klantreis')}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(klantreis: Installed, name: str) -> None:
    done = klantreis(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: klantreis {name} ")


def test_it_prints_the_schemas(klantreis: Installed) -> None:
    done = klantreis("schema")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)


@pytest.mark.alone
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_new_workspace_can_be_checked_and_drawn(klantreis: Installed, lang: str) -> None:
    made = klantreis("new", "workspace", "--lang", lang)
    assert (made.returncode, made.stderr) == (0, "")
    checked = klantreis("check", "workspace", "--lang", lang)
    # Everything in it is an assumption still, which the check tells as an error.
    assert (checked.returncode, checked.stderr) == (1, "")
    assert "E01" in checked.stdout
    documents = [yaml.safe_load(file.read_text("utf-8")) for file in klantreis.folder.rglob("*.yaml")]
    (journey,) = [body["id"] for body in documents if str(body.get("id", "")).startswith("journey:")]
    drawn = klantreis("render", "workspace", journey, "-o", "map.html")
    assert (drawn.returncode, drawn.stderr) == (0, "")
    assert "<table" in (klantreis.folder / "map.html").read_text("utf-8")

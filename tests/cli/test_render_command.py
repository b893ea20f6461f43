"""``klantreis render`` as people type it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from klantreis.store.folder import FolderStore
from tests.render.sample_map import small_workspace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small workspace in a folder."""
    FolderStore(tmp_path / "winkel").fill(small_workspace().documents.values())
    return tmp_path / "winkel"


def render(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    program = Path(sys.executable).with_name("klantreis")
    return subprocess.run([program, "render", *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_a_map_is_drawn_and_its_file_named(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "kaart.html"
    done = render(folder, "kaart", "-o", target, "--lang", "en", "--on", "2026-11-21", "--no-reality")
    assert (done.returncode, done.stdout) == (0, f"{target}\n")
    page = target.read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert "drawn 21 November 2026" in page


@pytest.mark.parametrize(
    ("arguments", "sentence", "hint"),
    [
        (("kaart", "-o", "kaart.docx"), "The ending .docx does not say how to draw the map", ".html, .pdf, .svg, .png"),
        (("kaart", "-o", "kaart"), "A file name without an ending", ".html, .pdf, .svg, .png"),
        (("kart", "-o", "kaart.pdf"), "There is no journey 'journey:kart'", "Did you mean journey:kaart?"),
    ],
)
def test_what_cannot_be_drawn_is_a_sentence_and_a_way_on(
    folder: Path, arguments: tuple[str, ...], sentence: str, hint: str
) -> None:
    done = render(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"klantreis: {sentence}")
    assert hint in done.stderr
    assert "Traceback" not in done.stderr

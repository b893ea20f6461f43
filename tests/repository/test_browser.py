"""Holds the browser fixtures: a page opens, a missing browser is told by name and reason, or fails when required."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

THIS = "tests/repository/test_browser.py::test_a_page_opens_and_runs_its_script"


def test_a_page_opens_and_runs_its_script(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<title>0</title><script>document.title = 6 * 7</script>")
    assert page.title() == "42"
    page.close()


@pytest.mark.parametrize(
    ("required", "code", "line"),
    [
        ("0", 0, f"SKIPPED {THIS} - Skipped: no Chromium or Chrome: looked for /no/such/browser"),
        ("1", 1, f"ERROR {THIS} - Failed: A browser is required, but there is no Chromium or Chrome"),
    ],
    ids=["skipped", "required"],
)
def test_a_missing_browser_is_told_at_the_end(root: Path, required: str, code: int, line: str) -> None:
    without = {"CHROMIUM": "/no/such/browser", "KLANTREIS_REQUIRE_BROWSER": required, "COLUMNS": "300"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", THIS],
        cwd=root,
        env={**os.environ, **without},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    summary = done.stdout.partition("short test summary info")[2]
    assert (done.returncode, line in summary) == (code, True), done.stdout


def test_browser_tests_run_last(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--collect-only", "-q", "tests/repository"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    collected = [line for line in done.stdout.splitlines() if "::" in line]
    assert len(collected) > 50
    assert collected[-1] == THIS

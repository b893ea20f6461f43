"""What many tests need: the browser, found once, the order in which the tests run, and hypothesis without a clock.

Browser tests go last: while Playwright's loop is alive in this thread, Django and ``asyncio.run`` refuse
to work in it, so a test that uses either in the same process must come before.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
)

# A kernel compiles on its first call and a machine may be busy: time is no property of an example.
# In CI the same code gets the same cases, so that a verdict stands; at a desk every run looks further.
settings.register_profile(
    "klantreis",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("klantreis")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and put it last, with the machine to itself; the rest keeps its order."""
    for item in items:
        if {"browser", "chromium_path"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
            item.add_marker("alone")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session", autouse=True)
def printed_as_into_a_file() -> Iterator[None]:
    """No width of a terminal: one of several test processes is told that it has 80 columns, and would fold tables."""
    width = os.environ.pop("COLUMNS", None)
    yield
    if width is not None:
        os.environ["COLUMNS"] = width


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium or Chrome of this machine; without one the test is skipped, or fails when required."""
    wanted = os.environ.get("CHROMIUM")
    for name in (wanted,) if wanted else BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    reason = f"no Chromium or Chrome: looked for {wanted or ', '.join(BROWSERS)} (CHROMIUM names another)"
    if os.environ.get("KLANTREIS_REQUIRE_BROWSER") == "1":
        pytest.fail(f"A browser is required, but there is {reason}.", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One browser for the whole run; a test opens its own context and page in it."""
    from playwright.sync_api import sync_playwright  # heavy, and only these tests need it

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path, args=list(BROWSER_ARGUMENTS))
        yield running
        running.close()

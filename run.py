#!/usr/bin/env python3
"""Start Klantreis, or test it, from a fresh clone: this file needs Python 3.11 or newer and nothing else.

    python3 run.py demo [--port N] [--no-browser]           build the worked example and serve it on 127.0.0.1
    python3 run.py test [--require-browser] [PYTEST ARGS]   format, lint, types, import contracts, then pytest
    python3 run.py test --engines [PYTEST ARGS]             also on ClickHouse and on Spark, local and a cluster
    python3 run.py lint                                     the same without pytest
    python3 run.py lock [--upgrade]                         write requirements/*.txt anew from pyproject.toml

The packages come from a hash-pinned lock and live in .venv; uv installs them, from .uv when the machine
has none. A stamp in .venv remembers what was installed: a later start installs nothing, needs no network.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCKS = ROOT / "requirements"
VENV = ROOT / ".venv"
UV_VENV = ROOT / ".uv"
DEMO = ROOT / ".demo"
STAMP = VENV / ".installed"
WINDOWS = os.name == "nt"
#: Seconds that a server gets to end by itself before it is killed.
PATIENCE = 5
#: The Java that Spark 4 needs.
JAVA = 17
#: Processes that tests are spread over; more would ask for more memory than a laptop has.
MOST_WORKERS = 4

#: What ``lint`` and ``test`` do before pytest: a name and the command, run from ``.venv``.
STAGES = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
    "imports": ("lint-imports", "--no-logo"),
}


class StopError(Exception):
    """The run cannot go on; the message is a sentence for the person at the keyboard."""


def main(argv: list[str] | None = None) -> int:
    """Carry out one command and return its exit code."""
    options, rest = parser().parse_known_args(argv)
    if rest and options.command != "test":
        parser().error(f"{options.command} does not know {' '.join(rest)}")
    try:
        check_python()
        if options.command == "demo":
            return demo(options.port, open_browser=not options.no_browser)
        if options.command == "lock":
            return lock(upgrade=options.upgrade)
        if options.command == "test" and options.engines:
            check_java()
        prepare("test")
        code = lint()
        if code or options.command == "lint":
            return code
        return tests(rest, require_browser=options.require_browser, engines=options.engines)
    except StopError as stop:
        print(f"run.py: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 0 if options.command == "demo" else 130


def parser() -> argparse.ArgumentParser:
    """The commands and their options; what ``test`` does not know goes to pytest."""
    top = argparse.ArgumentParser(prog="run.py", description="Start Klantreis, or test it.", allow_abbrev=False)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    show = commands.add_parser("demo", help="build the worked example and serve it", allow_abbrev=False)
    show.add_argument("--port", type=int, default=8000, help="first port to try (default: 8000)")
    show.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    test = commands.add_parser("test", help="run every check and every test", allow_abbrev=False)
    test.add_argument("--require-browser", action="store_true", help="fail when there is no Chromium or Chrome")
    test.add_argument("--engines", action="store_true", help="ask ClickHouse and Spark too (1.5 GB, once)")
    commands.add_parser("lint", help="format, lint, types and import contracts", allow_abbrev=False)
    pins = commands.add_parser("lock", help="write the locks anew from pyproject.toml", allow_abbrev=False)
    pins.add_argument("--upgrade", action="store_true", help="take the newest versions, not the pinned ones")
    return top


# --- the commands ------------------------------------------------------------------------------------


def demo(port: int, *, open_browser: bool) -> int:
    """Build the worked example when it is not up to date, then serve it until Ctrl-C."""
    prepare("demo")
    build = [tool("python"), str(ROOT / "examples" / "build.py"), "--into", str(DEMO)]
    serve = [tool("klantreis"), "serve", "--database", str(DEMO / "klantreis.sqlite3"), "--port", str(port)]
    return run_until_interrupted(build) or run_until_interrupted(serve if open_browser else [*serve, "--no-browser"])


def lint() -> int:
    """Run the stages one by one; stop at the first that fails and show what it said."""
    for name, (program, *arguments) in STAGES.items():
        began = time.monotonic()
        command = [tool(program), *arguments]
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        took = f"{time.monotonic() - began:6.1f} s"
        if done.returncode:
            print(f"{done.stdout.rstrip()}\n\nfailed   {name:<8}{took}   {' '.join(STAGES[name])}")
            return done.returncode
        print(f"ok       {name:<8}{took}", flush=True)
    return 0


def tests(arguments: list[str], *, require_browser: bool, engines: bool) -> int:
    """Run pytest on what the arguments choose; without any on everything, first what can share the machine."""
    environment = dict(os.environ)
    if require_browser:
        environment["KLANTREIS_REQUIRE_BROWSER"] = "1"
    if engines:
        environment["KLANTREIS_ENGINES"] = "all"
    # What measures time, drives a browser or asks a large engine has the machine to itself, at the end.
    side_by_side = ["-n", str(min(os.cpu_count() or 1, MOST_WORKERS)), "--dist", "loadfile", "-m", "not alone"]
    dear = "--durations=10"  # says where the time went
    waves = [arguments] if arguments else [[*side_by_side, dear], ["-m", "alone", dear]]
    codes = [
        subprocess.run([tool("pytest"), *wave], cwd=ROOT, env=environment, check=False).returncode for wave in waves
    ]
    return next((code for code in codes if code), 0)


def lock(*, upgrade: bool) -> int:
    """Write the locks: for every platform and Python we support, with hashes, without an address.

    The lock of the tests comes first and the one of the demo takes its pins, so the first holds the second.
    """
    import tomllib  # not there before 3.11, and then check_python has a better sentence

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    builders = project["build-system"]["requires"]
    test, demo_lock = LOCKS / "test.txt", LOCKS / "demo.txt"
    compile_locks(["pyproject.toml", "-", "--extra", "demo", "--extra", "dev"], test, builders, upgrade=upgrade)
    pins = ["--constraints", str(test.relative_to(ROOT))]
    compile_locks(["pyproject.toml", "-", "--extra", "demo", *pins], demo_lock, builders, upgrade=upgrade)
    compile_locks(["-"], LOCKS / "uv.txt", ["uv"], upgrade=upgrade)
    # Spark and chDB are far larger than all else together: the tests of engines keep them apart.
    extras = project["project"]["optional-dependencies"]
    compile_locks(["-"], LOCKS / "engines.txt", [*extras["spark"], *extras["chdb"]], upgrade=upgrade)
    return 0


def compile_locks(sources: list[str], into: Path, requirements: list[str], *, upgrade: bool) -> None:
    """Resolve the sources and the extra requirements (read as ``-``) into one lock."""
    form = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"]
    plain = ["--no-emit-index-url", "--no-emit-find-links", "--output-file", str(into)]
    newest = ["--upgrade"] if upgrade else []
    uv("pip", "compile", *sources, *form, *plain, *newest, given="\n".join(requirements))
    count = sum("==" in line for line in into.read_text(encoding="utf-8").splitlines())
    print(f"{into.relative_to(ROOT)}: {count} packages")


# --- the environment ---------------------------------------------------------------------------------


def check_python() -> None:
    """Raise StopError when this Python is too old."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this very file may be started by an older one
        raise StopError(f"Klantreis needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).")


def check_java() -> None:
    """Raise StopError when there is no Java that Spark runs on; all else that the engines need is fetched."""
    found = shutil.which("java")
    told = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr if found else ""
    version = re.search(r'version "(?:1\.)?(\d+)', told)
    if version is None or int(version[1]) < JAVA:
        has = f"this machine has Java {version[1]}" if version else "this machine has none"
        raise StopError(
            f"Spark needs Java {JAVA} or newer, and {has}; on Debian and Ubuntu: "
            f"apt-get install openjdk-{JAVA}-jre-headless. Without --engines nothing needs Java."
        )


def prepare(profile: str) -> None:
    """Make ``.venv`` hold what ``requirements/<profile>.txt`` says, and this package, editable."""
    if is_prepared(profile):
        return
    print("Installing the locked packages into .venv; a later start skips this.", flush=True)
    STAMP.unlink(missing_ok=True)
    base = getattr(sys, "_base_executable", None) or sys.executable
    uv("venv", "--allow-existing", "--no-python-downloads", "--python", base, str(VENV))
    into = ["--python", tool("python")]
    uv("pip", "sync", *into, "--require-hashes", str(LOCKS / f"{profile}.txt"))
    uv("pip", "install", *into, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    STAMP.write_text(digest(profile), encoding="utf-8")


def is_prepared(profile: str) -> bool:
    """Whether ``.venv`` was made from this lock, in this folder, for this Python. The tests' serves both."""
    if not STAMP.exists() or not Path(tool("python")).exists():
        return False
    return STAMP.read_text(encoding="utf-8") in {digest(profile), digest("test")}


def digest(profile: str) -> str:
    """What an installation depends on, as one hash: the lock, pyproject.toml, the folder and the Python."""
    told = hashlib.sha256(f"{profile}\n{ROOT}\n{sys.version}\n".encode())
    for file in (LOCKS / f"{profile}.txt", ROOT / "pyproject.toml"):
        told.update(file.read_bytes())
    return told.hexdigest()


def tool(name: str, venv: Path = VENV) -> str:
    """The path of a program in a virtual environment."""
    return str(venv / "Scripts" / f"{name}.exe") if WINDOWS else str(venv / "bin" / name)


def uv_path() -> str:
    """The uv of ``.uv``, else of the machine, else a new one in ``.uv`` from its own hash-pinned lock."""
    own = tool("uv", UV_VENV)
    if Path(own).exists():
        return own
    found = shutil.which("uv")
    if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
        return found
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        raise StopError("this Python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv")
    print("Installing uv into .uv, once.", flush=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(UV_VENV)], check=True)
        pip = [tool("python", UV_VENV), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, "--require-hashes", "-r", str(LOCKS / "uv.txt")], check=True)
    except subprocess.CalledProcessError as failure:
        raise StopError(f"uv could not be installed. {NETWORK}") from failure
    return own


NETWORK = (
    "The lines above say why. A first start fetches packages: when the network is the cause, "
    "try again with one, and behind a proxy with HTTPS_PROXY and SSL_CERT_FILE set."
)


def uv(*arguments: str, given: str | None = None) -> None:
    """Run uv, and once more with the machine's own certificates when the registry's were not trusted."""
    command = [uv_path(), "--quiet", *arguments]
    environment = dict(os.environ)
    while True:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, input=given, text=True, stderr=subprocess.PIPE, check=False
        )
        if done.returncode == 0:
            return
        if "certificate" not in done.stderr.lower() or "UV_SYSTEM_CERTS" in environment:
            break
        # Behind a proxy that opens TLS, only the machine's store knows it. The second name is for older uv.
        environment.update(UV_SYSTEM_CERTS="1", UV_NATIVE_TLS="1")
    print(done.stderr.rstrip(), file=sys.stderr)
    raise StopError(f"uv {arguments[0]} failed. {NETWORK}")


# --- a program that runs until Ctrl-C ----------------------------------------------------------------


def run_until_interrupted(command: list[str]) -> int:
    """Run a program to its end; on Ctrl-C or a closed terminal end it first, then interrupt.

    The program gets a process group of its own: Ctrl-C reaches this file alone, which then ends the
    whole group in order, so nothing stays behind and no half-started program prints a traceback.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    group = None if WINDOWS else 0
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, process_group=group)
    try:
        return child.wait()
    except KeyboardInterrupt:
        end(child)
        raise


def end(child: subprocess.Popen[bytes]) -> None:
    """Ask a program's group to end; kill what is left after ``PATIENCE`` or a second Ctrl-C."""
    tell(child, "SIGTERM")
    with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
        child.wait(PATIENCE)
    tell(child, "SIGKILL")
    child.wait()


def tell(child: subprocess.Popen[bytes], name: str) -> None:
    """Send a signal to a program's whole group; Windows has no groups and ends the program itself."""
    if WINDOWS:
        child.terminate()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, getattr(signal, name))


if __name__ == "__main__":
    sys.exit(main())

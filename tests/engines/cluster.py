"""A real Spark cluster on loopback: one master, two workers and a Spark Connect server, all ended with the test."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.engines.lent import PATIENCE, end

WORKERS = 2
#: These machines run for minutes: the second compiler would take half of the time and never pay.
JAVA = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}


@contextmanager
def spark_cluster(home: Path, settings: Mapping[str, str], folder: Path) -> Iterator[str]:
    """Start the cluster and yield the address of its Spark Connect server.

    Parameters
    ----------
    home
        Spark's own folder.
    settings
        For the server's driver.
    folder
        For logs and for what the workers write.
    """
    port, pages, door = free_port(), free_port(), free_port()
    with ExitStack() as held:
        running: list[subprocess.Popen[bytes]] = []

        def start(name: str, *command: str) -> None:
            log = held.enter_context((folder / f"{name}.log").open("w"))
            environment = {
                **os.environ,
                **JAVA,
                "SPARK_HOME": str(home),
                "SPARK_LOCAL_IP": "127.0.0.1",
                # Spark Connect counts as a daemon too, but is the driver.
                "SPARK_DAEMON_MEMORY": "1g" if name == "connect" else "256m",
                "SPARK_WORKER_DIR": str(folder / "work"),
                "SPARK_NO_DAEMONIZE": "1",
            }
            process = subprocess.Popen(
                [str(home / "bin" / command[0]), *command[1:]],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
            held.callback(end, process)
            running.append(process)

        master = f"spark://127.0.0.1:{port}"
        deploy = "org.apache.spark.deploy"
        places = ("--host", "127.0.0.1", "--port", str(port), "--webui-port", str(pages))
        start("master", "spark-class", f"{deploy}.master.Master", *places)
        wait_for(port, "the master", running)
        for number in range(WORKERS):
            given = ("--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", str(free_port()))
            start(f"worker-{number}", "spark-class", f"{deploy}.worker.Worker", *given, master)
        wait_until(lambda: alive_workers(pages) == WORKERS, "the workers", running)
        chosen = {
            **settings,
            "spark.executor.memory": "512m",
            "spark.connect.grpc.binding.port": str(door),
            "spark.connect.grpc.binding.address": "127.0.0.1",
        }
        options = [part for key, value in chosen.items() for part in ("--conf", f"{key}={value}")]
        server = "org.apache.spark.sql.connect.service.SparkConnectServer"
        start("connect", "spark-submit", "--class", server, "--master", master, *options, "spark-internal")
        wait_for(door, "Spark Connect", running)
        yield f"sc://127.0.0.1:{door}"


def alive_workers(port: int) -> int:
    """How many workers the master knows of."""
    try:
        # No proxy: it is this very machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{port}/json/", timeout=5) as page:
            found = re.search(rb'"aliveworkers"\s*:\s*(\d+)', page.read())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def wait_for(port: int, what: str, running: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait until something listens."""

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(listens, what, running)


def wait_until(holds: Callable[[], bool], what: str, running: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait until it holds; fail when it takes too long, or when a process has ended."""
    until = time.monotonic() + PATIENCE
    while not holds():
        assert all(process.poll() is None for process in running), f"{what} did not start: see the logs"
        assert time.monotonic() < until, f"{what} did not start in {PATIENCE} s"
        time.sleep(0.3)


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

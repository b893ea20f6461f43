"""A program of its own that saves, for tests that kill it: one worker process for each line that it is given.

A line holds a number: how many edits the worker makes (0: without end). The worker tells its process id, then every
version that it was told is saved.
"""

from __future__ import annotations

import os
import sys

from klantreis.use_cases.edit import edit
from klantreis.use_cases.open_workspace import is_database, open_store


def work(location: str, *, count: int) -> None:
    """Edit one document again and again, its size changing, and tell each version."""
    store = open_store(location)
    done = 0
    while count == 0 or done < count:
        text = f"{os.getpid()} {done} " + "lange regel\n" * (done * 37 % 200)
        change = {"type": "set-field", "path": ["tagline"], "value": text}
        edited = edit(store, "persona:an", change, by=str(os.getpid()))
        os.write(1, f"{edited.version}\n".encode())
        done += 1


def main(location: str) -> None:
    """Start a worker for each line. What takes time is done before; no connection is shared."""
    open_store(location).load()
    if is_database(location):
        from django.db import connections

        connections.close_all()
    os.write(1, b"ready\n")
    for line in sys.stdin:
        worker = os.fork()
        if worker == 0:
            os.write(1, f"{os.getpid()}\n".encode())
            work(location, count=int(line))
            os._exit(0)
        os.waitpid(worker, 0)
        os.write(1, b"ended\n")


if __name__ == "__main__":
    main(sys.argv[1])

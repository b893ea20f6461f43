"""Runs the server on this machine until Ctrl-C."""

from __future__ import annotations

import errno
import logging
import socket
import threading
import webbrowser
from collections.abc import Callable

from klantreis.errors import StoreError
from klantreis.texts import text
from klantreis.web.asgi import application
from klantreis.web.options import ServeOptions

#: How many ports after the one that was asked for are tried.
PORTS_TRIED = 50
#: Seconds that open connections get to finish after Ctrl-C.
GRACE = 1


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on this port, or on the next free one.

    Raises
    ------
    StoreError
        When no port near the one asked for is free, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host.strip("[]"), candidate))
            listener.listen(128)
        except OSError as error:
            listener.close()
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise StoreError(f"Cannot listen on {host}:{candidate}: {error.strerror}.") from error
        else:
            return listener
    raise StoreError(f"No free port from {port} to {port + PORTS_TRIED - 1}.", hint="Name another with --port.")


def address_of(host: str, listener: socket.socket) -> str:
    """The address to type into a browser."""
    name = f"[{host.strip('[]')}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}"


def run(options: ServeOptions, *, open_browser: bool, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C.

    Parameters
    ----------
    open_browser
        Whether to open the address in the reader's browser once the server answers.
    say
        Takes the lines that a person should see.
    """
    import uvicorn  # only serving needs it

    app = application(options)
    from klantreis.web.workspaces import first_language  # wants Django's settings

    listener = listen(options.host, options.port)
    where = address_of(options.host, listener)
    logging.basicConfig(format="klantreis: %(message)s", level=logging.WARNING)
    # Django would write every refused request and whole tracebacks; our own pages and one line say enough.
    logging.getLogger("django").setLevel(logging.CRITICAL)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE,
        )
    )
    say(text("web.serve.running", first_language(), address=where))
    if open_browser:
        threading.Timer(0.3, webbrowser.open, args=[where]).start()
    server.run(sockets=[listener])

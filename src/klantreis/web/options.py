"""How the web application is started: what it shows and on which address it listens."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from klantreis.errors import InvalidInputError

#: Names under which a browser on this machine may ask for a page; any other name is refused.
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class ServeOptions:
    """What to serve and where.

    Parameters
    ----------
    folder
        A workspace kept as a folder of YAML files. Exactly one of ``folder`` and ``database`` is given.
    database
        A database file or address that holds one workspace or more.
    host, port
        Address to listen on; the host is this machine only.

    Raises
    ------
    InvalidInputError
        When none or both of folder and database are given, or the host is not a loopback address.
    """

    folder: Path | None = None
    database: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000

    def __post_init__(self) -> None:
        if (self.folder is None) == (self.database is None):
            raise InvalidInputError(
                "Name one thing to serve: a workspace folder or a database.",
                hint="klantreis serve FOLDER, or klantreis serve --database FILE.",
            )
        if not is_loopback(self.host):
            raise InvalidInputError(
                f"Klantreis has no accounts yet, so it does not listen on {self.host}: others could change your work.",
                hint="Use --host 127.0.0.1, which only this machine can reach.",
            )


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0"), is_loopback("example.org")
    (True, True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

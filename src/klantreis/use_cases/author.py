"""Who makes a change, where there are no accounts."""

from __future__ import annotations

import getpass


def author() -> str:
    """The person at this machine, as the system knows them; ``local`` when it knows nobody."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "local"

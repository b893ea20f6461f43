"""``python -m klantreis``: the command line."""

from __future__ import annotations

from klantreis.cli.main import main

if __name__ == "__main__":
    main()

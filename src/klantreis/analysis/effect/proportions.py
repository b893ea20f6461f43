"""How sure are we of a share: a proportion with the Wilson interval around it.

Does not answer whether two shares differ, nor what to do with answers that hang together (several of one customer):
the interval takes them as independent and is then too narrow.
"""

from __future__ import annotations

from klantreis.events.share import Share, wilson

__all__ = ["Share", "wilson"]

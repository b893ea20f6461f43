"""The words that people read, Dutch and English beside each other, by message id.

Each file in ``messages/`` is one area; an entry holds both languages, so a missing translation is a
failing test and not an English word on a Dutch page. Placeholders are the same in both.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import get_args

from klantreis.errors import NotFoundError, did_you_mean
from klantreis.values import Lang

LANGS: tuple[Lang, ...] = get_args(Lang)


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """All messages: id to ``{"nl": …, "en": …}``. An id is ``area.name`` or ``area.group.name``."""
    messages: dict[str, dict[str, str]] = {}
    for file in sorted(resources.files("klantreis").joinpath("messages").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            area = file.name.removesuffix(".toml")
            messages.update(_flatten(tomllib.loads(file.read_text(encoding="utf-8")), area))
    return messages


def _flatten(table: dict[str, object], prefix: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for key, entry in table.items():
        name = f"{prefix}.{key}"
        if isinstance(entry, dict) and all(isinstance(text, str) for text in entry.values()):
            found[name] = {lang: str(text) for lang, text in entry.items()}
        elif isinstance(entry, dict):
            found.update(_flatten(entry, name))
    return found


def text(message: str, lang: Lang, **values: object) -> str:
    """The message in one language, with its placeholders filled.

    Examples
    --------
    >>> text("claims.status.assumption", "nl")
    'aanname'
    """
    messages = catalogue()
    if message not in messages:
        raise NotFoundError(f"There is no message {message!r}.", hint=did_you_mean(message, messages, what="message"))
    return messages[message][lang].format(**values)

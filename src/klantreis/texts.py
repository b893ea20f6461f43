"""The words that people read, Dutch and English beside each other, by message id.

Each file in ``messages/`` is one area; an entry holds both languages, so a missing translation is a
failing test and not an English word on a Dutch page. Placeholders are the same in both.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from typing import get_args

from klantreis.errors import (
    DocumentError,
    KlantreisError,
    NotFoundError,
    PatternSyntaxError,
    Said,
    WorkspaceError,
    did_you_mean,
)
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


#: Says a message in one language, with its placeholders filled.
Say = Callable[..., str]


@dataclass(frozen=True)
class ErrorText:
    """An error as people read it.

    Parameters
    ----------
    message, hint
        The sentence, and the way on; the hint may be empty.
    message_lang, hint_lang
        The language that each is in: English where an error has no words of its own in the reader's language.
    """

    message: str
    hint: str
    message_lang: Lang
    hint_lang: Lang


def error_text(error: KlantreisError, lang: Lang, *, say: Say | None = None) -> ErrorText:
    """What an error says, in one language where it can be said in it.

    Parameters
    ----------
    say
        Says a message by its id; :func:`text` unless given, as for the words of a market.

    Examples
    --------
    >>> wrong = NotFoundError("No.", hint=did_you_mean("a", ["b"]), message_id="errors.no_page", values={"kind": "x"})
    >>> error_text(wrong, "nl").message, error_text(wrong, "nl").hint
    ('Er is geen pagina voor ‘x’.', 'Wel bekend: b.')
    """
    if lang == "en":
        return ErrorText(error.message, error.hint or "", "en", "en")
    speak: Say = say or partial(_text_in, lang)
    message = _message_of(error, speak)
    if message and isinstance(error, PatternSyntaxError):
        message = f"{message}\n{error.pointer}"
    hint = str(spoken(error.hint, speak)) if isinstance(error.hint, Said) else None
    return ErrorText(
        message or error.message,
        hint or error.hint or "",
        lang if message else "en",
        lang if hint or not error.hint else "en",
    )


def _text_in(lang: Lang, message: str, **values: object) -> str:
    return text(message, lang, **values)


def _message_of(error: KlantreisError, say: Say) -> str | None:
    """The sentence of an error that has words of its own; None when it has not."""
    if isinstance(error, WorkspaceError):
        told = [_message_of(one, say) for one in error.errors]
        return "\n".join(one for one in told if one) if all(told) else None
    if error.message_id is None:
        return None
    said = say(error.message_id, **{name: spoken(value, say) for name, value in error.values.items()})
    return f"{error.place}: {said}" if isinstance(error, DocumentError) and error.place else said


def spoken(value: object, say: Say) -> object:
    """What fills a placeholder, in the language of ``say``.

    A phrase or an error is said in that language, the errors of a tuple one after the other (an error without its
    full stop and its hint); anything else stays as it is.
    """
    match value:
        case Said():
            return say(value.message_id, **{name: spoken(one, say) for name, one in value.values.items()})
        case KlantreisError():
            return (_message_of(value, say) or value.message.partition("\n")[0]).rstrip(".")
        case tuple():
            return "; ".join(str(spoken(one, say)) for one in value)
    return value

"""What can go wrong: one tree of errors, each with a stable code, a sentence and a way on.

A face (web, terminal, library) translates an error once: to a form message, to stderr with an exit code,
to an exception. No error carries a traceback to a person. An error that people meet on a page names its message,
so that the page can say it in the reader's language (``klantreis.texts.error_text``).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import ClassVar

_NOTHING: Mapping[str, object] = MappingProxyType({})


class Said(str):
    """An English phrase that can be said in another language too: a hint, or a part of an error's sentence.

    Parameters
    ----------
    phrase
        The phrase in English; this is what it is as text.
    message_id
        The message that says the same in every language.
    values
        What fills its placeholders.
    """

    __slots__ = ("message_id", "values")
    message_id: str
    values: Mapping[str, object]

    def __new__(cls, phrase: str, *, message_id: str, values: Mapping[str, object] = _NOTHING) -> Said:
        """The phrase, with its message."""
        made = super().__new__(cls, phrase)
        made.message_id = message_id
        made.values = values
        return made


class KlantreisError(Exception):
    """Base of all errors that Klantreis raises on purpose.

    Parameters
    ----------
    message
        One sentence that says what is wrong with which value.
    hint
        What does exist, or what to do next; shown on a line of its own.
    message_id
        The message that says the sentence in every language; a ``message`` that is :class:`Said` brings its own.
    values
        What fills the placeholders of that message: text, numbers, phrases, and errors that are told within it.
    """

    code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        message_id: str | None = None,
        values: Mapping[str, object] = _NOTHING,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.message_id = message.message_id if isinstance(message, Said) else message_id
        self.values = message.values if isinstance(message, Said) else values

    def __str__(self) -> str:
        return f"{self.message}\n  Hint: {self.hint}" if self.hint else self.message


class InvalidInputError(KlantreisError, ValueError):
    """A value given to a function or command cannot be used; the message names the argument."""

    code = "invalid-input"


class NotFoundError(KlantreisError, LookupError):
    """Something was asked for by a name that does not exist."""

    code = "not-found"


class DocumentError(KlantreisError, ValueError):
    """A document cannot be read: unknown field, wrong type, dangling reference, duplicate id.

    Parameters
    ----------
    place
        Where: a file with a line (``personas/an.yaml:12``), or a document's id.
    """

    code = "invalid-document"

    def __init__(
        self,
        message: str,
        *,
        place: str | None = None,
        hint: str | None = None,
        message_id: str | None = None,
        values: Mapping[str, object] = _NOTHING,
    ) -> None:
        if isinstance(message, Said):
            message_id, values = message.message_id, message.values
        super().__init__(f"{place}: {message}" if place else message, hint=hint, message_id=message_id, values=values)
        self.place = place


class WorkspaceError(DocumentError):
    """Several documents cannot be read; every one is listed, none is dropped."""

    code = "invalid-workspace"

    def __init__(self, errors: Iterable[DocumentError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


class SchemaVersionError(DocumentError):
    """A document was written by a newer version of Klantreis than this one."""

    code = "schema-version"


class ChangeError(KlantreisError, ValueError):
    """A change does not fit the document it is applied to; nothing was changed."""

    code = "change-refused"


class ConflictError(KlantreisError):
    """The document was changed by someone else since it was read; nothing was saved."""

    code = "conflict"


class StoreError(KlantreisError):
    """A workspace cannot be read or written where it is kept."""

    code = "store"


class PatternSyntaxError(InvalidInputError):
    """An event pattern cannot be parsed; ``position`` is where (0-based, in characters)."""

    code = "pattern-syntax"

    def __init__(
        self,
        message: str,
        *,
        text: str,
        position: int,
        hint: str | None = None,
        message_id: str | None = None,
        values: Mapping[str, object] = _NOTHING,
    ) -> None:
        if isinstance(message, Said):
            message_id, values = message.message_id, message.values
        self.pointer = f"  {text}\n  {' ' * position}^"
        super().__init__(f"{message}\n{self.pointer}", hint=hint, message_id=message_id, values=values)
        self.text = text
        self.position = position


class EventImportError(KlantreisError):
    """A source of events cannot be read as asked; nothing was imported."""

    code = "event-import"


class SurveyImportError(KlantreisError):
    """A file of answers cannot be read as asked; nothing was imported."""

    code = "survey-import"


class EngineError(KlantreisError):
    """The engine that keeps a remote log refuses a statement, or cannot be reached."""

    code = "engine"


class UnsupportedQuestionError(KlantreisError):
    """A question that an engine, or this version on that engine, cannot answer; it names both."""

    code = "unsupported-question"

    def __init__(self, question: str, *, engine: str, why: str, hint: str | None = None) -> None:
        super().__init__(f"{engine} cannot answer {question}: {why}.", hint=hint)
        self.question = question
        self.engine = engine


class RenderError(KlantreisError):
    """A map cannot be drawn in the format that was asked for."""

    code = "render"


def did_you_mean(name: str, known: Iterable[str], *, what: str = "name") -> Said:
    """A hint that names what does exist, nearest first.

    Examples
    --------
    >>> did_you_mean("persona:stater", ["persona:starter", "persona:senior"], what="persona")
    'Did you mean persona:starter? Known persona: persona:senior, persona:starter.'
    """
    names = sorted(set(known))
    if not names:
        return Said(f"There is no {what} yet.", message_id="errors.hint.none")
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    listed = ", ".join(names[:12])
    rest = len(names) - 12
    shown = (
        listed
        if rest <= 0
        else Said(f"{listed} and {rest} more", message_id="errors.hint.more", values={"listed": listed, "rest": rest})
    )
    if not close:
        return Said(f"Known {what}: {shown}.", message_id="errors.hint.known", values={"shown": shown})
    return Said(
        f"Did you mean {close[0]}? Known {what}: {shown}.",
        message_id="errors.hint.near",
        values={"close": close[0], "shown": shown},
    )

"""What can go wrong: one tree of errors, each with a stable code, a sentence and a way on.

A face (web, terminal, library) translates an error once: to a form message, to stderr with an exit code,
to an exception. No error carries a traceback to a person.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar


class KlantreisError(Exception):
    """Base of all errors that Klantreis raises on purpose.

    Parameters
    ----------
    message
        One sentence that says what is wrong with which value.
    hint
        What does exist, or what to do next; shown on a line of its own.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

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

    def __init__(self, message: str, *, place: str | None = None, hint: str | None = None) -> None:
        super().__init__(f"{place}: {message}" if place else message, hint=hint)
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

    def __init__(self, message: str, *, text: str, position: int, hint: str | None = None) -> None:
        pointer = f"{message}\n  {text}\n  {' ' * position}^"
        super().__init__(pointer, hint=hint)
        self.text = text
        self.position = position


class EventImportError(KlantreisError):
    """A source of events cannot be read as asked; nothing was imported."""

    code = "event-import"


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


def did_you_mean(name: str, known: Iterable[str], *, what: str = "name") -> str:
    """A hint that names what does exist, nearest first.

    Examples
    --------
    >>> did_you_mean("persona:stater", ["persona:starter", "persona:senior"], what="persona")
    'Did you mean persona:starter? Known persona: persona:senior, persona:starter.'
    """
    names = sorted(set(known))
    if not names:
        return f"There is no {what} yet."
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    lead = f"Did you mean {close[0]}? " if close else ""
    return f"{lead}Known {what}: {shown}."

"""What every document is: a frozen value with an id, written to plain data and read back the same.

One definition serves the YAML file, the database row, the wire and the JSON Schema.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from klantreis.ids import AnyId, RefTo

#: Version of the written form of all documents. Raise it together with a named upgrade.
SCHEMA_VERSION = 1

Lang = Literal["nl", "en"]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
#: A path into a document's written form: field names and list positions.
Path = tuple[str | int, ...]


class Value(BaseModel):
    """A frozen value; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Label(Value):
    """A name in the two languages of the interface."""

    nl: Text
    en: Text

    def in_lang(self, lang: Lang) -> str:
        """The label in one language."""
        return self.nl if lang == "nl" else self.en


class Period(Value):
    """A stretch of days, both ends included."""

    start: date
    end: date


class Document(Value):
    """A value with an id of its own, kept as one file or one row."""

    kind: ClassVar[str] = "document"
    folder: ClassVar[str] = "documents"

    id: AnyId
    schema_version: int = Field(default=SCHEMA_VERSION, ge=1)


def to_body(document: Document) -> dict[str, Any]:
    """A document as plain data (str, int, float, bool, list, dict); fields at their default are left out.

    The id and the schema version are always written.
    """
    body = document.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    return {**body, "id": document.id, "schema_version": document.schema_version}


def refs_in(value: Value) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """Every reference a value holds: where it stands, the id, and the kinds it may point at (none: any)."""
    yield from _walk(value, (), None)


def _walk(value: object, path: Path, ref: RefTo | None) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    if isinstance(value, str):
        if ref is not None:
            yield path, value, ref.kinds
    elif isinstance(value, BaseModel):
        for name, marker in _fields(type(value)):
            yield from _walk(getattr(value, name), (*path, name), marker)
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, index), ref)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, (*path, key), ref)


_FIELDS: dict[type, tuple[tuple[str, RefTo | None], ...]] = {}


def _fields(model: type[BaseModel]) -> tuple[tuple[str, RefTo | None], ...]:
    """The fields of a model that are a reference or may hold one, with the mark of those that are."""
    if model not in _FIELDS:
        hints = typing.get_type_hints(model, include_extras=True)
        marked = [(name, hints[name], _marker(hints[name])) for name in model.model_fields]
        _FIELDS[model] = tuple((name, marker) for name, hint, marker in marked if marker or _holds_more(hint))
    return _FIELDS[model]


def _holds_more(annotation: object) -> bool:
    """Whether a value of this type may hold values with fields of their own."""
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return issubclass(annotation, BaseModel) or annotation is object
    return annotation is Any or any(map(_holds_more, typing.get_args(annotation)))


def _marker(annotation: object) -> RefTo | None:
    """The RefTo inside Annotated, tuple, dict values and optional types; the first found."""
    if typing.get_origin(annotation) is Annotated:
        for extra in typing.get_args(annotation)[1:]:
            if isinstance(extra, RefTo):
                return extra
    if typing.get_origin(annotation) in (tuple, list, dict, typing.Union, types.UnionType, Annotated):
        for argument in typing.get_args(annotation):
            found = _marker(argument)
            if found is not None:
                return found
    return None

"""From a written body to a document: every mistake in it as a plain sentence, with its path.

Says nothing about where a path stands; a file looks up the line, a database names the field.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ValidationError

from klantreis.errors import did_you_mean
from klantreis.research.encoding import Fault, encoding_faults
from klantreis.values import Document, Path

_NAMES = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a group of fields",
    type(None): "nothing",
}
_WANTED = {
    "string": "text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "date": "a date, written like 2026-03-31",
    "datetime": "a date and time",
    "tuple": "a list",
    "list": "a list",
    "dict": "a group of fields",
    "mapping": "a group of fields",
    "model": "a group of fields",
}


@dataclass(frozen=True)
class Mistake:
    """One thing wrong in a body: where, what, and what does exist."""

    path: Path
    message: str
    hint: str | None = None


def read_body(body: Mapping[str, Any], model: type[Document]) -> tuple[Document | None, tuple[Mistake, ...]]:
    """The document that a body holds, or every mistake that keeps it from being one."""
    try:
        return model.model_validate(body), ()
    except ValidationError as error:
        return None, tuple(_mistake(dict(one), model) for one in error.errors(include_url=False))


def _mistake(error: dict[str, Any], model: type[BaseModel]) -> Mistake:
    path: Path = tuple(error["loc"])
    kind, value, context = str(error["type"]), error["input"], error.get("ctx", {})
    field = str(path[-1]) if path else model.__name__
    shown = _shown(value)
    if kind == "extra_forbidden":
        holder = _model_at(model, path[:-1]) or model
        return Mistake(
            path, f"There is no field {field!r} here.", did_you_mean(field, holder.model_fields, what="field")
        )
    if kind == "missing":
        return Mistake(path, f"The field {field!r} is missing.")
    if kind in ("literal_error", "enum"):
        wanted = str(context.get("expected", ""))
        return Mistake(path, f"{_of(field)} cannot be {shown}.", f"It is one of {wanted}.")
    wanted_type, _, rest = kind.partition("_")
    if wanted_type in _WANTED and (rest in ("type", "parsing", "from_float", "attributes_type") or "parsing" in rest):
        hint = f'Put it between quotes: "{value}".' if wanted_type == "string" and _is_number(value) else None
        return Mistake(path, f"{_of(field)} must be {_WANTED[wanted_type]}, not {shown}.", hint)
    if kind == "string_pattern_mismatch":
        return Mistake(path, f"{_of(field)} cannot be {shown}.", _pattern_hint(str(context.get("pattern", ""))))
    if kind == "string_too_short" and value == "":
        return Mistake(path, f"{_of(field)} is empty.", "Fill it in, or leave the field out.")
    reason = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    if kind == "value_error":
        return Mistake(path, f"{reason[:1].upper()}{reason[1:]}.")
    reason = reason.removeprefix("Input ").removeprefix("String ").replace("should", "must")
    return Mistake(path, f"{_of(field)} {reason[:1].lower()}{reason[1:]}, not {shown}.")


def _of(field: str) -> str:
    return f"Item {int(field) + 1}" if field.isdigit() else f"{field!r}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f"the text {value[:77] + '…' if len(value) > 80 else value!r}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    return next((name for kind, name in _NAMES.items() if isinstance(value, kind)), type(value).__name__)


def _pattern_hint(pattern: str) -> str:
    kind = pattern.removeprefix("^").partition(":")[0]
    if kind.replace("-", "").isalpha():
        return f"It is an id such as {kind}:some-name: lower-case letters, digits, hyphens and dots."
    if ":" in pattern.replace("(?:", ""):
        return "It is an id such as persona:some-name: a kind, a colon and a name."
    return "It is a name of lower-case letters, digits, hyphens and dots, such as first-visit."


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The model that holds the fields at a path; tags of unions on the way are passed over."""
    held: object = model
    for part in path:
        inner = _model_in(held)
        if inner is not None and isinstance(part, str) and part in inner.model_fields:
            held = typing.get_type_hints(inner, include_extras=True)[part]
    return _model_in(held)


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (tuple, list, dict, typing.Union, types.UnionType, Annotated):
        for argument in typing.get_args(annotation):
            found = _model_in(argument)
            if found is not None:
                return found
    return None


def faults_in(data: object, path: Path = ()) -> Iterator[tuple[Path, str, Fault]]:
    """Every damaged place in the texts of a body: the path, the whole text, and the fault."""
    if isinstance(data, str):
        if not data.isascii():
            for fault in encoding_faults(data):
                yield path, data, fault
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from faults_in(value, (*path, key))
    elif isinstance(data, Sequence):
        for index, value in enumerate(data):
            yield from faults_in(value, (*path, index))


def fault_sentence(text: str, fault: Fault) -> str:
    """What a person reads about damaged letters: the word they stand in, and what it probably was."""
    start, end = fault.position, fault.position + len(fault.found)
    left = max((text.rfind(blank, 0, start) for blank in " \n\t"), default=-1) + 1
    right = min((at for blank in " \n\t" if (at := text.find(blank, end)) >= 0), default=len(text))
    word = text[left:right]
    if fault.suggestion is None:
        return f"A letter was lost in {word!r}."
    meant = text[left:start] + fault.suggestion + text[end:right]
    return f"{word!r} has damaged letters; it was probably {meant!r}."

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

from klantreis.errors import Said, did_you_mean
from klantreis.research.encoding import Fault, encoding_faults
from klantreis.values import Document, Path

_TEXT = Said("text", message_id="store.kind.text")
_YES_OR_NO = Said("true or false", message_id="store.kind.yes_or_no")
_WHOLE = Said("a whole number", message_id="store.kind.whole")
_NUMBER = Said("a number", message_id="store.kind.number")
_LIST = Said("a list", message_id="store.kind.list")
_GROUP = Said("a group of fields", message_id="store.kind.group")
_NOTHING = Said("nothing", message_id="store.kind.nothing")
_NAMES = {str: _TEXT, bool: _YES_OR_NO, int: _WHOLE, float: _NUMBER, list: _LIST, dict: _GROUP, type(None): _NOTHING}
_WANTED = {
    "string": _TEXT,
    "bool": _YES_OR_NO,
    "int": _WHOLE,
    "float": _NUMBER,
    "date": Said("a date, written like 2026-03-31", message_id="store.kind.date"),
    "datetime": Said("a date and time", message_id="store.kind.moment"),
    "tuple": _LIST,
    "list": _LIST,
    "dict": _GROUP,
    "mapping": _GROUP,
    "model": _GROUP,
}
_FILL_IN = Said("Fill it in, or leave the field out.", message_id="store.fill_in")


@dataclass(frozen=True)
class Mistake:
    """One thing wrong in a body: where, what, and what does exist."""

    path: Path
    message: Said
    hint: Said | None = None


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
    name, shown = _of(field), _shown(value)
    if kind == "extra_forbidden":
        holder = _model_at(model, path[:-1]) or model
        unknown = Said(f"There is no field {field!r} here.", message_id="store.no_field", values={"field": field})
        return Mistake(path, unknown, did_you_mean(field, holder.model_fields, what="field"))
    if kind == "missing":
        return Mistake(
            path, Said(f"The field {field!r} is missing.", message_id="store.missing", values={"field": field})
        )
    refused = Said(f"{name} cannot be {shown}.", message_id="store.cannot_be", values={"field": name, "value": shown})
    if kind in ("literal_error", "enum"):
        wanted = str(context.get("expected", ""))
        return Mistake(
            path, refused, Said(f"It is one of {wanted}.", message_id="store.one_of", values={"wanted": wanted})
        )
    wanted_type, _, rest = kind.partition("_")
    if wanted_type in _WANTED and (rest in ("type", "parsing", "from_float", "attributes_type") or "parsing" in rest):
        must = _WANTED[wanted_type]
        return Mistake(
            path,
            Said(
                f"{name} must be {must}, not {shown}.",
                message_id="store.must_be",
                values={"field": name, "wanted": must, "value": shown},
            ),
            _in_quotes(value) if wanted_type == "string" and _is_number(value) else None,
        )
    if kind == "string_pattern_mismatch":
        return Mistake(path, refused, _pattern_hint(str(context.get("pattern", ""))))
    if kind == "string_too_short" and value == "":
        return Mistake(path, Said(f"{name} is empty.", message_id="store.is_empty", values={"field": name}), _FILL_IN)
    reason = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    if kind == "value_error":
        why = f"{reason[:1].upper()}{reason[1:]}"
        raised = context.get("error")
        told = raised.args[0] if isinstance(raised, ValueError) and raised.args else None
        values = {"reason": told if isinstance(told, Said) else why}
        return Mistake(path, Said(f"{why}.", message_id="store.reason", values=values))
    reason = reason.removeprefix("Input ").removeprefix("String ").replace("should", "must")
    why = f"{reason[:1].lower()}{reason[1:]}"
    return Mistake(
        path,
        Said(
            f"{name} {why}, not {shown}.",
            message_id="store.other",
            values={"field": name, "reason": why, "value": shown},
        ),
    )


def _of(field: str) -> str:
    if not field.isdigit():
        return f"{field!r}"
    place = int(field) + 1
    return Said(f"Item {place}", message_id="store.item", values={"place": place})


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _in_quotes(value: object) -> Said:
    return Said(f'Put it between quotes: "{value}".', message_id="store.in_quotes", values={"value": str(value)})


def _shown(value: object) -> str:
    if isinstance(value, str):
        cut = value[:77] + "…" if len(value) > 80 else value
        return Said(f"the text {cut!r}", message_id="store.kind.this_text", values={"text": cut})
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return Said(f"the number {value}", message_id="store.kind.this_number", values={"number": str(value)})
    return next((name for kind, name in _NAMES.items() if isinstance(value, kind)), type(value).__name__)


def _pattern_hint(pattern: str) -> Said:
    kind = pattern.removeprefix("^").partition(":")[0]
    if kind.replace("-", "").isalpha():
        return Said(
            f"It is an id such as {kind}:some-name: lower-case letters, digits, hyphens and dots.",
            message_id="store.id_of_kind",
            values={"kind": kind},
        )
    if ":" in pattern.replace("(?:", ""):
        return Said("It is an id such as persona:some-name: a kind, a colon and a name.", message_id="store.id_of_any")
    return Said(
        "It is a name of lower-case letters, digits, hyphens and dots, such as first-visit.",
        message_id="store.local_id",
    )


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

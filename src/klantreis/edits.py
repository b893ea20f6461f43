"""Small edits that any document understands: set a field or several, add, move or remove an item of a list.

An edit works on the written form and the result is read back whole, so a document is either changed and
valid or not changed at all. The undo of an edit is an edit.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from klantreis.errors import ChangeError, Said
from klantreis.values import Document, Path, Value

D = TypeVar("D", bound=Document)


class SetField(Value):
    """Set one field; ``value`` None takes the field back to its default."""

    type: Literal["set-field"] = "set-field"
    path: Path
    value: Any = None


class SetFields(Value):
    """Set several fields of the document itself at once; None takes a field back to its default."""

    type: Literal["set-fields"] = "set-fields"
    fields: dict[str, Any] = Field(min_length=1)


class AddItem(Value):
    """Add an item to a list; ``at`` None: at the end."""

    type: Literal["add-item"] = "add-item"
    path: Path
    value: Any
    at: int | None = Field(default=None, ge=0)


class RemoveItem(Value):
    """Remove the item at a position of a list."""

    type: Literal["remove-item"] = "remove-item"
    path: Path
    at: int = Field(ge=0)


class MoveItem(Value):
    """Move an item of a list to another position."""

    type: Literal["move-item"] = "move-item"
    path: Path
    at: int = Field(ge=0)
    to: int = Field(ge=0)


Edit = Annotated[SetField | SetFields | AddItem | RemoveItem | MoveItem, Field(discriminator="type")]


def apply_edit(document: D, edit: Edit) -> tuple[D, Edit]:
    """The document after the edit, and the edit that takes it back.

    Raises
    ------
    ChangeError
        When the path does not exist or the result would not be a valid document; nothing has changed then.
    """
    # With its defaults, so that a list that was never touched is there to be added to.
    body = document.model_dump(mode="json", by_alias=True)
    undo = _edit(body, edit)
    try:
        changed = type(document).model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ChangeError(
            f"{document.id} cannot be changed like this: {where}: {first['msg']}.",
            message_id="errors.refused_at",
            values={"document": document.id, "where": where, "reason": reason_of(error)},
        ) from error
    if changed.id != document.id:
        raise ChangeError(
            f"The id of {document.id} cannot be changed; copy the document instead.",
            message_id="errors.id_stays",
            values={"document": document.id},
        )
    return changed, undo


def reason_of(error: ValidationError) -> str:
    """Why a value was refused, in a few words; as :class:`Said` where it can be said in another language."""
    first = error.errors(include_url=False)[0]
    raised = first.get("ctx", {}).get("error")
    if isinstance(raised, ValueError) and raised.args and isinstance(raised.args[0], Said):
        return raised.args[0]
    reason = str(first["msg"]).removeprefix("Value error, ").rstrip(".")
    kind = _KINDS.get(first["type"])
    return Said(reason, message_id=f"errors.value.{kind}", values=first.get("ctx", {})) if kind else reason


#: How pydantic calls a fault to the message that tells of it, below ``errors.value``.
_KINDS: dict[str, str] = {
    "missing": "missing",
    "extra_forbidden": "extra",
    "string_type": "text",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "string_pattern_mismatch": "form",
    "int_parsing": "whole",
    "int_type": "whole",
    "int_from_float": "whole",
    "float_parsing": "number",
    "float_type": "number",
    "finite_number": "number",
    "bool_parsing": "yes_or_no",
    "bool_type": "yes_or_no",
    "date_type": "day",
    "date_parsing": "day",
    "date_from_datetime_parsing": "day",
    "literal_error": "choice",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
}


def _edit(body: dict[str, Any], edit: Edit) -> Edit:
    match edit:
        case SetField(path=path, value=value):
            holder, last = _holder(body, path)
            before = holder.get(last) if isinstance(holder, dict) else holder[_index(holder, last)]
            if value is None and isinstance(holder, dict):
                holder.pop(last, None)
            else:
                holder[last] = value
            return SetField(path=path, value=before)
        case SetFields(fields=fields):
            held = {name: body.get(name) for name in fields}
            for name, value in fields.items():
                if value is None:
                    body.pop(name, None)
                else:
                    body[name] = value
            return SetFields(fields=held)
        case AddItem(path=path, value=value, at=at):
            items = _list(body, path)
            at = len(items) if at is None else _within(at, len(items))
            items.insert(at, value)
            return RemoveItem(path=path, at=at)
        case RemoveItem(path=path, at=at):
            items = _list(body, path)
            return AddItem(path=path, value=items.pop(_within(at, len(items) - 1)), at=at)
        case MoveItem(path=path, at=at, to=to):
            items = _list(body, path)
            items.insert(_within(to, len(items) - 1), items.pop(_within(at, len(items) - 1)))
            return MoveItem(path=path, at=to, to=at)


def _holder(body: dict[str, Any], path: Path) -> tuple[Any, Any]:
    if not path:
        raise ChangeError("A path needs at least one field name.", message_id="errors.no_path")
    holder: Any = body
    for part in path[:-1]:
        holder = _get(holder, part)
    if not isinstance(holder, dict | list):
        raise ChangeError(
            f"There is nothing at {_spelt(path)}.", message_id="errors.nothing_at", values={"path": _spelt(path)}
        )
    return holder, path[-1]


def _list(body: dict[str, Any], path: Path) -> list[Any]:
    holder, last = _holder(body, path)
    items = _get(holder, last)
    if not isinstance(items, list):
        raise ChangeError(f"{_spelt(path)} is not a list.", message_id="errors.no_list", values={"path": _spelt(path)})
    return items


def _get(holder: Any, key: Any) -> Any:
    return holder.get(key) if isinstance(holder, dict) else holder[_index(holder, key)]


def _index(holder: Any, part: str | int) -> int:
    if not isinstance(holder, list) or not isinstance(part, int) or not 0 <= part < len(holder):
        raise ChangeError(f"There is no item {part!r} to change.", message_id="errors.no_item", values={"part": part})
    return part


def _within(position: int, last: int) -> int:
    if not 0 <= position <= last:
        raise ChangeError(
            f"There is no position {position}; the last is {last}.",
            message_id="errors.no_position",
            values={"position": position, "last": last},
        )
    return position


def _spelt(path: Path) -> str:
    return ".".join(str(part) for part in path)

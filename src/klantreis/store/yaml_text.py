"""Plain data as YAML text that people can read and diff, and back: byte for byte the same each time.

Only ``null``, ``true``, ``false`` and numbers written as in JSON are anything but text, so ``no``, ``on``,
``1_000``, ``12:30`` and dates stay what a person sees. Text that other YAML readers would take for something
else is quoted when written. Anchors, tags and several documents in one file are refused, for they would not
survive being saved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from klantreis.errors import Said
from klantreis.store.yaml_faults import yaml_fault
from klantreis.values import Path

_NULL, _BOOL, _INT, _FLOAT, _STR = (f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str"))
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
#: Letters that stand in the text as they are: no control signs, no line breaks but \n, no byte-order mark.
_ODD = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_UNSAFE_START = frozenset("-?:,[]{}#&*!|>'\"%@`= \t.~")
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
_LONG = 80
#: No document nests deeper than a dozen levels.
MAX_DEPTH = 100
#: How a line begins that may open more levels than that.
_DEEP = re.compile(rf"^[-?: ]{{{MAX_DEPTH},}}", re.MULTILINE)
#: Other readers' plain words and numbers that are not text: YAML 1.1's, and octal numbers of YAML 1.2.
_OTHERS = yaml.resolver.Resolver()
_OCTAL = re.compile(r"[-+]?0[ox][0-9a-fA-F]+")


class YamlError(Exception):
    """A text is not the YAML that is used here; ``line`` counts from 1."""

    def __init__(self, message: Said, *, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong within a text that is YAML."""

    message: Said
    line: int


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Composes nodes; every plain scalar is left as text, to be resolved here."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - how PyYAML keeps them


def compose(text: str) -> yaml.Node:
    """The nodes of a YAML text, with their places.

    Raises
    ------
    YamlError
        When it is not YAML, is empty, or holds several documents.
    """
    try:
        _check_depth(text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        fault = yaml_fault(error, text)
        raise YamlError(fault.said, line=fault.line) from None
    if node is None:
        raise YamlError(Said("The file is empty.", message_id="store.empty"), line=1)
    return node


def _check_depth(text: str) -> None:
    """Refuse nesting that would exhaust the stack of the reader, which does not look out for itself."""
    if text.count("[") + text.count("{") <= MAX_DEPTH and not _DEEP.search(text):
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise YamlError(
                    Said(
                        f"This nests deeper than {MAX_DEPTH} levels.",
                        message_id="store.deep",
                        values={"levels": MAX_DEPTH},
                    ),
                    line=line,
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def plain(node: yaml.Node) -> tuple[Any, list[Problem]]:
    """The plain data of nodes, and what in them is not used here (keys written twice, anchors, tags)."""
    problems: list[Problem] = []
    return _plain(node, problems, set()), problems


def read(text: str) -> Any:
    """The plain data of a YAML text.

    Raises
    ------
    YamlError
        At the first thing that cannot be read.

    Examples
    --------
    >>> read("open: no\\ntime: 12:30\\nn: 3\\n")
    {'open': 'no', 'time': '12:30', 'n': 3}
    """
    data, problems = plain(compose(text))
    if problems:
        raise YamlError(problems[0].message, line=problems[0].line)
    return data


def _plain(node: yaml.Node, problems: list[Problem], seen: set[int]) -> Any:
    if isinstance(node, yaml.ScalarNode):
        if node.tag != _STR:
            _tagged(node, problems)
        return node.value if node.style else _scalar(node.value)
    if id(node) in seen:
        said = Said("Anchors and aliases (& and *) are not used here: write the value out.", message_id="store.anchors")
        problems.append(Problem(said, _line(node)))
        return None
    seen.add(id(node))
    if node.tag not in ("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"):
        _tagged(node, problems)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, problems, seen) for item in node.value]
    data: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            said = Said("A field name is a word, not a list or a group.", message_id="store.no_name")
            problems.append(Problem(said, _line(key_node)))
            continue
        key = key_node.value
        value = _plain(value_node, problems, seen)
        if key in data:
            said = Said(
                f"The field {key!r} stands here twice (first on line {lines[key]}).",
                message_id="store.twice",
                values={"field": key, "line": lines[key]},
            )
            problems.append(Problem(said, _line(key_node)))
            continue
        data[key], lines[key] = value, _line(key_node)
    return data


def _tagged(node: yaml.Node, problems: list[Problem]) -> None:
    said = Said(
        f"Tags such as {node.tag!r} are not used here: write the value only.",
        message_id="store.tags",
        values={"tag": node.tag},
    )
    problems.append(Problem(said, _line(node)))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _scalar(text: str) -> Any:
    """A plain scalar: null, a boolean, a number as in JSON, or text."""
    if text in ("", "null", "~"):
        return None
    if text in ("true", "false"):
        return text == "true"
    found = _NUMBER.fullmatch(text)
    if found is None or len(text) > 400:
        return text
    return float(text) if found.group(1) or found.group(2) else int(text)


def line_at(node: yaml.Node, path: Path) -> int:
    """The line of a field, by its path; parts that the text does not have are passed over.

    For a field that is missing it is the line of what should hold it.
    """
    line = _line(node)
    for part in path:
        if isinstance(node, yaml.MappingNode):
            for key_node, value_node in node.value:
                if key_node.value == part or key_node.value == str(part):
                    line = _line(key_node)
                    node = value_node
                    if isinstance(node, yaml.ScalarNode) and not node.style:
                        line = _line(node)
                    break
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and 0 <= part < len(node.value):
            node = node.value[part]
            line = _line(node)
    return line


def dump(data: Any) -> str:
    """Plain data as YAML text: sorted keys, block style, no folding, one newline at the end.

    Examples
    --------
    >>> print(dump({"b": ["no", 1, 2.5, True], "a": {"text": "one\\ntwo"}}), end="")
    a:
      text: |-
        one
        two
    b:
      - "no"
      - 1
      - 2.5
      - true
    """
    if not isinstance(data, dict | list) or not data:
        return f"{_inline(data, 0)}\n"
    return "".join(f"{line}\n" for line in _block(data, 0))


def _block(data: dict[str, Any] | list[Any], indent: int) -> Iterator[str]:
    pad = " " * indent
    if isinstance(data, list):
        for item in data:
            if isinstance(item, dict | list) and item:
                lines = _block(item, indent + 2)
                yield f"{pad}- {next(lines)[indent + 2 :]}"
                yield from lines
            else:
                yield f"{pad}- {_inline(item, indent + 2)}"
        return
    for key in sorted(data):
        value = data[key]
        name = _word(key)
        if isinstance(value, dict | list) and value:
            yield f"{pad}{name}:"
            yield from _block(value, indent + 2)
        else:
            yield f"{pad}{name}: {_inline(value, indent + 2)}"


def _inline(value: Any, indent: int) -> str:
    """A value that begins on its line; a block of text goes on below it at ``indent``."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _number(value)
        case str():
            return _text(value, indent)
        case list():
            return "[]"
        case dict():
            return "{}"
    raise TypeError(f"{type(value).__name__} is not plain data")


def _number(value: float) -> str:
    text = repr(value)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")  # other readers take 5e-324 for text
    if not _NUMBER.fullmatch(text):
        raise TypeError(f"{text} is not a number that can be written")
    return text


def _text(text: str, indent: int) -> str:
    if "\n" in text:
        return _literal(text, indent) if _fits_a_block(text) else _quoted(text)
    word = _word(text)
    if len(text) > _LONG and word[0] in "\"'" and _fits_a_block(text):
        return _literal(text, indent)
    return word


def _word(text: str) -> str:
    """A text on one line: bare where every reader takes it as text, else between quotes."""
    if text and "\n" not in text and _is_plain(text):
        return text
    if '"' in text and "'" not in text and "\n" not in text and "\t" not in text and not _ODD.search(text):
        return f"'{text}'"
    return _quoted(text)


def _is_plain(text: str) -> bool:
    return not (
        text[0] in _UNSAFE_START
        or text[-1] in " :\t"
        or ": " in text
        or " #" in text
        or "\t" in text
        or _ODD.search(text)
        or not isinstance(_scalar(text), str)
        or _OCTAL.fullmatch(text)
        or _OTHERS.resolve(yaml.ScalarNode, text, (True, False)) != _STR  # type: ignore[no-untyped-call]
    )


def _quoted(text: str) -> str:
    def escaped(letter: str) -> str:
        if letter in _SHORT:
            return _SHORT[letter]
        if not _ODD.match(letter):
            return letter
        code = ord(letter)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

    return f'"{"".join(map(escaped, text))}"'


def _fits_a_block(text: str) -> bool:
    # A block cannot hold escapes; a first or last line of blanks only would be read as something else.
    lines = text.split("\n")
    return (
        not _ODD.search(text)
        and "\t" not in text
        and bool(text.strip())
        and all(not line or not line.isspace() for line in lines)
    )


def _literal(text: str, indent: int) -> str:
    pad = " " * indent
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    chomp = "-" if ends == 0 else "" if ends == 1 else "+"
    hint = "2" if text[0] in " \n" else ""
    lines = [f"{pad}{line}" if line else "" for line in body.split("\n")] + [""] * max(0, ends - 1)
    return f"|{hint}{chomp}\n" + "\n".join(lines)

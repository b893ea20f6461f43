"""What is wrong with a text that is no YAML, in words that help to mend it, and where.

The reader's own complaint names what it had expected; this names what people do: a tab, an indent that is off, a
quote that is left open. A complaint that is not known here is passed on as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from klantreis.errors import Said

#: What the reader says, in the words of both readers there are (the quick one and the one in Python), to our fault.
_COMPLAINTS = (
    ("tab", r"tab character|'\\t' that cannot start"),
    ("quote", r"while scanning a (double-|single-)?quoted scalar found unexpected (end of stream|document)"),
    ("escape", r"escape|hexdecimal"),
    ("sign", r"cannot start any token|while scanning a directive"),
    ("colon", r"mapping values are not allowed"),
    ("bracket", r"expected ',' or '[\]}]'"),
    ("list_inline", r"sequence entries are not allowed"),
    ("no_colon", r"could not find expected ':'"),
    ("anchors", r"undefined alias|while scanning an (anchor|alias)"),
    ("block_text", r"while scanning a block scalar"),
    ("second", r"expected a single document|expected '?<document start>"),
    ("no_item", r"while parsing a block (collection|sequence)"),
    ("no_field", r"while parsing a block mapping"),
    ("value", r"expected (the )?node content"),
)
#: Faults that lie where the part began, not where the reader gave up.
_AT_THE_START = frozenset({"quote", "bracket", "no_colon"})
#: In English; the catalogue has both languages.
_ENGLISH = {
    "tab": "a tab stands where spaces belong",
    "quote": "a quote is opened and not closed",
    "escape": "a backslash between double quotes begins a special sign; write it twice, or take single quotes",
    "sign": "a text cannot begin with {sign}; put it between quotes",
    "colon_twice": "a second colon stands on this line; put a text with a colon in it between quotes",
    "indent_deeper": "this line is indented further than the one above it, which has a value already",
    "no_colon": "a colon is missing after the name of a field",
    "bracket": "a bracket is opened and not closed, or a comma is missing",
    "list_inline": "a list begins on a line of its own, below the name of its field",
    "block_text": "after | or > a text begins on the next line",
    "after_quote": "more follows after the closing quote",
    "item_among_fields": "an item of a list (-) stands among fields; indent it below the name of its field",
    "no_item": "this line is no item of the list that it stands in; items begin with - and are indented alike",
    "no_field": "this line is not indented like the other fields of its group",
    "value": "here should be a value, not {sign}; put a text with this sign between quotes",
    "control": "the sign {sign} cannot stand in a text file",
}


@dataclass(frozen=True)
class YamlFault:
    """A fault in words, and the line that it is on (from 1)."""

    said: Said
    line: int


def yaml_fault(error: yaml.YAMLError, text: str) -> YamlFault:
    """What is wrong with a text, by what the reader complained of."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return _of_a_sign(error, text)
    mark = error.problem_mark or error.context_mark
    complaint = f"{error.context or ''} {error.problem or ''}".strip()
    name = next((name for name, pattern in _COMPLAINTS if re.search(pattern, complaint)), None)
    if name in _AT_THE_START:
        mark = error.context_mark or mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if name == "second":
        return YamlFault(Said("A file holds one document; here a second one begins.", message_id=_id("second")), line)
    if name == "anchors":
        sentence = "Anchors and aliases (& and *) are not used here: write the value out."
        return YamlFault(Said(sentence, message_id=_id("anchors")), line)
    if name is None:
        return YamlFault(_as_it_is(f"{error.problem} ({error.context})" if error.context else str(error.problem)), line)
    lines = text.splitlines()
    here = lines[line - 1] if line <= len(lines) else ""
    before = here[: column - 1]
    if name == "sign" and here[column - 1 : column] == "\t":
        name = "tab"
    elif name == "colon":
        name = _colon(before, lines[: line - 1])
    elif name == "no_field":
        name = "item_among_fields" if here.lstrip().startswith("-") else "after_quote" if before.strip() else name
    sign = "%" if "directive" in complaint else here[column - 1 : column]
    return YamlFault(_fault(name, {"sign": f"‘{sign}’", "line": line, "column": column}), line)


def _colon(before: str, above: list[str]) -> str:
    """Which of three slips a colon in a wrong place comes from."""
    if ": " in before:
        return "colon_twice"
    last = next((one for one in reversed(above) if one.strip()), "")
    deeper = len(before) - len(before.lstrip()) > len(last) - len(last.lstrip())
    return "indent_deeper" if deeper and last else "no_colon"


def _of_a_sign(error: yaml.YAMLError, text: str) -> YamlFault:
    """A sign that no text file holds, such as a bell."""
    place = getattr(error, "position", None)
    if not isinstance(place, int):
        return YamlFault(_as_it_is(str(getattr(error, "reason", None) or error)), 1)
    line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
    sign = f"U+{ord(text[place]):04X}" if place < len(text) else ""
    return YamlFault(_fault("control", {"sign": sign, "line": line, "column": column}), line)


def _fault(name: str, values: Mapping[str, object]) -> Said:
    slip = Said(_ENGLISH[name].format(**values), message_id=f"store.yaml.{name}", values=values)
    place = {"line": values["line"], "column": values["column"]}
    sentence = "This is not YAML: {slip} (line {line}, column {column}).".format(slip=slip, **place)
    return Said(sentence, message_id="store.no_yaml", values={"slip": slip, **place})


def _as_it_is(reason: str) -> Said:
    return Said(f"This is not YAML: {reason}.", message_id="store.no_yaml_other", values={"reason": reason})


def _id(name: str) -> str:
    return {"second": "store.second_document", "anchors": "store.anchors"}[name]

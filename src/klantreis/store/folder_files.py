"""Which files of a folder hold documents, where each belongs, and what one file holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from klantreis.errors import DocumentError, Said, SchemaVersionError, did_you_mean
from klantreis.ids import kind_of, slug_of
from klantreis.research.encoding import Fault
from klantreis.store.protocol import version_of
from klantreis.store.reading import fault_sentence, faults_in, read_body
from klantreis.store.yaml_text import YamlError, compose, line_at, plain
from klantreis.upgrades import UPGRADES, Upgrade, upgraded
from klantreis.values import SCHEMA_VERSION, Document
from klantreis.values import Path as FieldPath
from klantreis.workspace import DOCUMENTS, WorkspaceSettings

SETTINGS_FILE = "workspace.yaml"
#: Folder name to the kind of document in it.
KIND_OF_FOLDER = MappingProxyType({model.folder: kind for kind, model in DOCUMENTS.items() if model.folder != "."})
_ENDINGS = (".yaml", ".yml")

#: What tells one state of a file from another without reading it.
Stamp = tuple[int, int, int, int]


def relative_path(document_id: str) -> str:
    """Where a document is kept within the folder.

    Examples
    --------
    >>> relative_path("persona:starter")
    'personas/starter.yaml'
    """
    if kind_of(document_id) == WorkspaceSettings.kind:
        return SETTINGS_FILE
    return f"{DOCUMENTS[kind_of(document_id)].folder}/{slug_of(document_id)}.yaml"


def yaml_files(root: Path) -> dict[str, Stamp]:
    """Every YAML file of a folder by its relative path, with its stamp; hidden folders are left out."""
    return dict(sorted(_scan(str(root), "")))


def _scan(folder: str, prefix: str) -> Iterator[tuple[str, Stamp]]:
    with os.scandir(folder) as found:
        for one in found:
            if one.name.startswith("."):
                continue
            if one.name.endswith(_ENDINGS):
                try:
                    state = one.stat()
                except FileNotFoundError:
                    continue  # removed between listing and looking
                yield f"{prefix}{one.name}", (state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino)
            elif one.is_dir(follow_symlinks=False) or (not prefix and one.name in KIND_OF_FOLDER and one.is_dir()):
                yield from _scan(one.path, f"{prefix}{one.name}/")


def expected_id(relative: str) -> str | DocumentError:
    """The id that belongs to a place (for settings: its kind only), or what is wrong with the place."""
    if relative == SETTINGS_FILE:
        return f"{WorkspaceSettings.kind}:"
    folder, _, name = relative.rpartition("/")
    if not name.endswith(".yaml"):
        return DocumentError(
            "A document's file ends in .yaml.",
            place=relative,
            message_id="store.ending",
            hint=Said(f"Rename it to {name[:-4]}.yaml.", message_id="store.rename", values={"name": name[:-4]}),
        )
    if folder not in KIND_OF_FOLDER:
        hint = did_you_mean(f"{folder}/", [f"{one}/" for one in KIND_OF_FOLDER], what="folder")
        if folder:
            return DocumentError(
                f"No document is kept in {folder}/.",
                place=relative,
                hint=hint,
                message_id="store.no_folder",
                values={"folder": folder},
            )
        return DocumentError(
            f"No document is kept at the top of the workspace but {SETTINGS_FILE}.",
            place=relative,
            hint=hint,
            message_id="store.at_top",
            values={"settings": SETTINGS_FILE},
        )
    return f"{KIND_OF_FOLDER[folder]}:{name.removesuffix('.yaml')}"


@dataclass(frozen=True)
class FaultyText:
    """Damaged letters in one field of a file."""

    path: FieldPath
    message: str
    fault: Fault


@dataclass(frozen=True)
class ReadFile:
    """What one file holds: a document with its version, or the errors that keep it from being read."""

    relative: str
    id: str | None
    document: Document | None = None
    version: str | None = None
    errors: tuple[DocumentError, ...] = ()
    faulty: tuple[FaultyText, ...] = ()
    text: str = ""

    @cached_property
    def _node(self) -> yaml.Node:
        return compose(self.text)

    def place(self, path: FieldPath) -> str:
        """The file with the line of a field."""
        return f"{self.relative}:{line_at(self._node, path)}"


def read_file(
    root: Path, relative: str, *, upgrades: tuple[Upgrade, ...] = UPGRADES, current: int = SCHEMA_VERSION
) -> ReadFile:
    """Read one file; every mistake in it is named with its line."""
    expected = expected_id(relative)
    if isinstance(expected, DocumentError):
        return ReadFile(relative, None, errors=(expected,))
    raw = (root / relative).read_bytes()
    settings = relative == SETTINGS_FILE
    known_id = None if settings else expected
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return ReadFile(relative, known_id, errors=(_not_utf8(raw, error, f"{relative}:{line}"),))
    try:
        node = compose(text)
    except YamlError as error:
        return ReadFile(relative, known_id, errors=(DocumentError(error.message, place=f"{relative}:{error.line}"),))
    body, problems = plain(node)
    errors = [DocumentError(problem.message, place=f"{relative}:{problem.line}") for problem in problems]
    if errors:
        return ReadFile(relative, known_id, errors=tuple(errors))
    if not isinstance(body, dict):
        shapeless = DocumentError(
            "A document is a group of fields, such as 'title: …'.", place=f"{relative}:1", message_id="store.shapeless"
        )
        return ReadFile(relative, known_id, errors=(shapeless,))
    return _document(relative, text, node, body, expected, settings=settings, upgrades=upgrades, current=current)


def _document(
    relative: str,
    text: str,
    node: yaml.Node,
    body: dict[str, Any],
    expected: str,
    *,
    settings: bool,
    upgrades: tuple[Upgrade, ...],
    current: int,
) -> ReadFile:
    kind = kind_of(expected)
    known_id = None if settings else expected

    def at(path: FieldPath) -> str:
        return f"{relative}:{line_at(node, path)}"

    try:
        body, _ = upgraded(body, kind=kind, place=at(("schema_version",)), upgrades=upgrades, current=current)
    except SchemaVersionError as error:
        return ReadFile(relative, known_id, errors=(error,))
    document, mistakes = read_body(body, DOCUMENTS[kind])
    errors = [DocumentError(one.message, place=at(one.path), hint=one.hint) for one in mistakes]
    written = body.get("id")
    if isinstance(written, str) and not (written.startswith(expected) if settings else written == expected):
        # A pattern mistake on the id says less than where the file belongs.
        errors = [one for one in errors if one.place != at(("id",))] + [_misplaced(written, expected, relative, at)]
    if errors or document is None:
        return ReadFile(relative, known_id, errors=tuple(errors))
    faulty = tuple(FaultyText(path, fault_sentence(whole, fault), fault) for path, whole, fault in faults_in(body))
    return ReadFile(relative, document.id, document, version_of(document), faulty=faulty, text=text)


def _misplaced(written: str, expected: str, relative: str, at: Any) -> DocumentError:
    if expected.endswith(":"):
        return DocumentError(
            f"The id here begins with {expected!r}, not {written!r}.",
            place=at(("id",)),
            message_id="store.id_begins",
            values={"expected": expected, "written": written},
            hint=Said(
                f"Write it like {expected}my-workspace.", message_id="store.id_like", values={"expected": expected}
            ),
        )
    kind, slug = kind_of(written), slug_of(written)
    if kind in DOCUMENTS and slug:
        fitting = relative_path(written)
        hint = Said(
            f"Write id: {expected} here, or move the file to {fitting}.",
            message_id="store.id_or_move",
            values={"expected": expected, "file": fitting},
        )
    else:
        hint = Said(f"Write id: {expected} here.", message_id="store.id_here", values={"expected": expected})
    return DocumentError(
        f"The id {written!r} does not belong in {relative}.",
        place=at(("id",)),
        message_id="store.id_elsewhere",
        values={"written": written, "file": relative},
        hint=hint,
    )


def _not_utf8(raw: bytes, error: UnicodeDecodeError, place: str) -> DocumentError:
    start = raw.rfind(b"\n", 0, error.start) + 1
    end = raw.find(b"\n", error.start)
    line = raw[start : end if end >= 0 else len(raw)].decode("cp1252", "replace").strip()
    byte, shown = f"0x{raw[error.start]:02X}", line[:80]
    return DocumentError(
        f"The file is not UTF-8: byte {byte} in {shown!r}.",
        place=place,
        message_id="store.not_utf8",
        values={"byte": byte, "line": shown},
        hint=Said(
            "Save it as UTF-8 in your editor; it was probably written as Windows-1252.", message_id="store.save_utf8"
        ),
    )

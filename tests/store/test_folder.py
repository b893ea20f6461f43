"""A folder of YAML: every mistake with its line, other styles left alone, and writing that is whole or not at all."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from klantreis.errors import NotFoundError, StoreError, WorkspaceError
from klantreis.journeys.journey import Card, Journey, Step
from klantreis.personas.persona import Persona
from klantreis.research.claim import Claim
from klantreis.store.folder import FolderStore
from klantreis.store.history import history_file
from klantreis.store.protocol import Store, version_of
from klantreis.upgrades import Upgrade
from klantreis.use_cases.edit import create, edit, undo
from klantreis.workspace import WorkspaceSettings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with settings, a persona and a journey, as files."""
    root = tmp_path / "shop"
    FolderStore(root).fill(
        [
            WorkspaceSettings(id="workspace:shop", title="De winkel"),
            Persona(id="persona:an", name="An"),
            Journey(id="journey:weekly", title="Ik doe boodschappen", persona="persona:an"),
        ]
    )
    return root


def complaints(root: Path) -> list[str]:
    """What loading says, one complaint a line, hints joined to theirs."""
    with pytest.raises(WorkspaceError) as caught:
        FolderStore(root).load()
    return [str(error).replace("\n  Hint: ", " | ") for error in caught.value.errors]


def write(root: Path, relative: str, text: str) -> None:
    (root / relative).parent.mkdir(exist_ok=True)
    (root / relative).write_text(text, encoding="utf-8")


HEAD = "id: persona:bo\nname: Bo\n"
STEP = "id: journey:b\ntitle: x\npersona: persona:an\nsteps:\n  - id: s\n    phase: gebruik\n    title: x\n"
OR_MOVE = "Write id: persona:bo here, or move the file to jobs/bo.yaml."
MISTAKES: dict[str, tuple[str, str, list[str]]] = {
    "unknown field": (
        "personas/bo.yaml",
        HEAD + "lifeworld:\n  behaviour: []\n  behavior: []\n",
        ["personas/bo.yaml:5: There is no field 'behavior' here. | Did you mean behaviour?"],
    ),
    "wrong types, all of them": (
        "personas/bo.yaml",
        "id: persona:bo\nname: 12\nprimary: maybe\nlifeworld: 3\nstudies: study:x\n",
        [
            "personas/bo.yaml:2: 'name' must be text, not the number 12. | Put it between quotes: \"12\".",
            "personas/bo.yaml:3: 'primary' must be true or false, not the text 'maybe'.",
            "personas/bo.yaml:4: 'lifeworld' must be a group of fields, not the number 3.",
            "personas/bo.yaml:5: 'studies' must be a list, not the text 'study:x'.",
        ],
    ),
    "missing": ("personas/bo.yaml", "id: persona:bo\n", ["personas/bo.yaml:1: The field 'name' is missing."]),
    "nested in a list and an optional value": (
        "journeys/b.yaml",
        STEP + "    emotion:\n      basis: gemeten\n      value: 1\n",
        ["journeys/b.yaml:9: 'basis' cannot be the text 'gemeten'. | It is one of 'reported' or 'estimate'."],
    ),
    "out of range": (
        "journeys/b.yaml",
        STEP + "    emotion: {n: 1,\n      value: 7}\n",
        ["journeys/b.yaml:9: 'value' must be less than or equal to 2, not the number 7."],
    ),
    "dangling reference": (
        "journeys/b.yaml",
        "id: journey:b\ntitle: x\npersona: persona:anne\n",
        ["journeys/b.yaml:3: There is no 'persona:anne'. | Did you mean persona:an? Known persona: persona:an."],
    ),
    "dangling reference to a part": (
        "journeys/b.yaml",
        "id: journey:b\ntitle: x\npersona: persona:an\nsteps:\n  - id: s\n    title: x\n    phase: gebruiken\n",
        ["journeys/b.yaml:7: There is no phase of phase-model:nl-5 called 'gebruiken'. | Did you mean gebruik?"],
    ),
    "key twice": (
        "personas/bo.yaml",
        HEAD + "name: Bob\n",
        ["personas/bo.yaml:3: The field 'name' stands here twice (first on line 2)."],
    ),
    "no YAML": ("personas/bo.yaml", HEAD + "tagline: 'x\n", ["personas/bo.yaml:3: This is not YAML: a quote"]),
    "a list": ("personas/bo.yaml", "- x\n", ["personas/bo.yaml:1: A document is a group of fields"]),
    "empty": ("personas/bo.yaml", "", ["personas/bo.yaml:1: The file is empty."]),
    "id of another": (
        "personas/bo.yaml",
        "name: An\nid: persona:an\n",
        ["personas/bo.yaml:2: The id 'persona:an' does not belong in personas/bo.yaml. | Write id: persona:bo"],
    ),
    "kind of another folder": (
        "personas/bo.yaml",
        "id: job:bo\nname: Bo\n",
        ["personas/bo.yaml:1: The id 'job:bo' does not belong in personas/bo.yaml. | " + OR_MOVE],
    ),
    "unknown folder": ("persona/bo.yaml", HEAD, ["persona/bo.yaml: No document is kept in persona/. | Did you mean"]),
    "nested folder": ("personas/old/bo.yaml", HEAD, ["personas/old/bo.yaml: No document is kept in personas/old/."]),
    "at the top": ("bo.yaml", HEAD, ["bo.yaml: No document is kept at the top of the workspace but workspace.yaml."]),
    "another ending": ("personas/bo.yml", HEAD, ["personas/bo.yml: A document's file ends in .yaml. | Rename it to"]),
    "bad pattern": (
        "touchpoints/shop.yaml",
        "id: touchpoint:shop\nlabel: Winkel\npattern: |\n  touchpoint =\n",
        ["touchpoints/shop.yaml:3: Expected a text between quotes or a number, but the pattern ends."],
    ),
    "newer version": (
        "personas/bo.yaml",
        HEAD + "schema_version: 2\n",
        ["personas/bo.yaml:3: This document has schema version 2; this Klantreis reads up to 1. | Update Klantreis"],
    ),
    "settings of another kind": (
        "workspace.yaml",
        "id: persona:shop\ntitle: x\n",
        ["workspace.yaml:1: The id here begins with 'workspace:', not 'persona:shop'."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_line(folder: Path, name: str) -> None:
    relative, text, told = MISTAKES[name]
    (folder / relative).parent.mkdir(parents=True, exist_ok=True)
    write(folder, relative, text)
    found = complaints(folder)
    assert len(found) == len(told), found
    for complaint, start in zip(sorted(found), sorted(told), strict=True):
        assert complaint.startswith(start)


def test_all_mistakes_of_all_files_are_named_at_once(folder: Path) -> None:
    write(folder, "personas/bo.yaml", HEAD + "naam: x\n")
    write(folder, "journeys/b.yaml", "id: journey:b\ntitle: x\npersona: persona:nobody\njob: job:none\n")
    assert len(complaints(folder)) == 3


def test_one_unreadable_file_does_not_make_references_to_it_dangle(folder: Path) -> None:
    write(folder, "personas/an.yaml", "id: persona:an\n")
    assert complaints(folder) == ["personas/an.yaml:1: The field 'name' is missing."]


def test_a_file_that_is_not_utf8_says_which_byte(folder: Path) -> None:
    (folder / "personas/an.yaml").write_bytes("id: persona:an\nname: Renée\n".encode("cp1252"))
    (told,) = complaints(folder)
    assert told.startswith("personas/an.yaml:2: The file is not UTF-8: byte 0xE9 in 'name: Renée'. | Save it as UTF-8")


def test_files_that_are_not_yaml_are_left_alone(folder: Path) -> None:
    write(folder, "README.md", "x")
    write(folder, "personas/foto.png", "x")
    write(folder, ".github/ci.yaml", "x: 1\n")
    assert len(FolderStore(folder).load().documents) == 3


def test_no_folder_and_no_workspace_say_what_to_do(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(NotFoundError) as caught:
            FolderStore(path).load()
        assert "klantreis new" in str(caught.value.hint)


HAND = """# An, as we met her
name: "An"     # short for Anna
id: persona:an
lifeworld: {behaviour: [{id: c1, text: "Koopt op zaterdag"}]}
tagline: >
  Een lange
  regel
schema_version: 1
"""


def test_another_style_is_read_and_rewritten_only_when_saved(folder: Path) -> None:
    write(folder, "personas/an.yaml", HAND)
    store = FolderStore(folder)
    persona = store.load().get("persona:an", Persona)
    assert persona.tagline == "Een lange regel\n"
    create(store, Persona(id="persona:bo", name="Bo"), by="els")
    assert (folder / "personas/an.yaml").read_text(encoding="utf-8") == HAND
    edit(store, "persona:an", {"type": "set-field", "path": ["tagline"], "value": "Kort"}, by="els")
    assert (folder / "personas/an.yaml").read_text(encoding="utf-8") == (
        "id: persona:an\nlifeworld:\n  behaviour:\n    - id: c1\n      text: Koopt op zaterdag\n"
        "name: An\nschema_version: 1\ntagline: Kort\n"
    )


def test_saving_what_is_there_changes_no_byte(folder: Path) -> None:
    store = FolderStore(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    for document in store.load().documents.values():
        store.save(document, expect=store.version(document.id), entry=None)
    assert {path: path.read_bytes() for path in folder.rglob("*.yaml")} == before
    assert not list(folder.rglob("*.tmp"))


def _older(body: dict[str, Any]) -> dict[str, Any]:
    return {"name" if key == "naam" else key: value for key, value in body.items()}


def test_an_older_document_is_brought_up_to_date_and_written_when_saved(folder: Path) -> None:
    old = "id: persona:an\nnaam: An\nschema_version: 1\n"
    write(folder, "personas/an.yaml", old)
    upgrades = (Upgrade("name-in-english", 1, _older, frozenset({"persona"})),)
    store = FolderStore(folder, upgrades=upgrades, current=2)
    persona = store.load().get("persona:an", Persona)
    assert (persona.name, persona.schema_version) == ("An", 2)
    assert (folder / "personas/an.yaml").read_text(encoding="utf-8") == old
    edit(store, "persona:an", {"type": "set-field", "path": ["tagline"], "value": "x"}, by="els")
    assert "name: An\nschema_version: 2\n" in (folder / "personas/an.yaml").read_text(encoding="utf-8")


def test_damaged_letters_are_told_with_their_line(folder: Path) -> None:
    write(folder, "personas/an.yaml", "id: persona:an\nname: An\ntagline: |\n  Is geĂŻnteresseerd\n  in cafÃ©s\n")
    store = FolderStore(folder)
    assert [(one.place, one.message) for one in store.warnings()] == [
        ("personas/an.yaml:3", "'geĂŻnteresseerd' has damaged letters; it was probably 'geïnteresseerd'."),
        ("personas/an.yaml:3", "'cafÃ©s' has damaged letters; it was probably 'cafés'."),
    ]
    assert "geĂŻnteresseerd" in str(store.load().get("persona:an", Persona).tagline)


def named(store: Store, name: str) -> None:
    edit(store, "persona:an", {"type": "set-field", "path": ["name"], "value": name}, by="els")


def test_an_interrupted_change_is_ignored_and_cut_off(folder: Path) -> None:
    store = FolderStore(folder)
    named(store, "Een")
    file = history_file(folder, "persona:an")
    whole = file.read_bytes()
    entry = json.loads(whole)
    never = {**entry, "seq": 2, "before": entry["after"], "after": "f" * 32}
    for tail in (json.dumps(never) + "\n", json.dumps(never), '{"seq": 2, "docu', "{"):
        file.write_bytes(whole + tail.encode())
        assert [one.seq for one in FolderStore(folder).history("persona:an")] == [1]
        named(FolderStore(folder), "Twee")
        assert [one.seq for one in store.history("persona:an")] == [1, 2]
        assert len(file.read_bytes().splitlines()) == 2
        undo(store, "persona:an", by="els")
        assert store.load().get("persona:an", Persona).name == "Een"
        file.write_bytes(whole)


def test_an_unreadable_line_in_the_middle_is_told(folder: Path) -> None:
    store = FolderStore(folder)
    named(store, "Een")
    file = history_file(folder, "persona:an")
    file.write_bytes(b"nonsense\n" + file.read_bytes())
    with pytest.raises(StoreError, match=r"history/persona-an\.jsonl:1"):
        store.history("persona:an")


def test_no_half_file_when_the_disk_is_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    store = FolderStore(folder)
    before = (folder / "personas/an.yaml").read_bytes()
    monkeypatch.setattr("klantreis.store.disk.os.fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        store.save(Persona(id="persona:an", name="Bo"), expect=store.version("persona:an"), entry=None)
    assert (folder / "personas/an.yaml").read_bytes() == before
    assert not list(folder.rglob("*.tmp"))


def large(root: Path, *, count: int) -> None:
    """A workspace of many documents, journeys with twelve cards among them."""
    cards = tuple(
        Card(claim=Claim(id=f"c{n}", text=f"Wat vind ik van {n}?"), lane="question", step="s") for n in range(12)
    )
    journeys = [
        Journey(
            id=f"journey:j{n}",
            title=f"Reis {n}",
            persona=f"persona:p{n}",
            steps=(Step(id="s", phase="gebruik", title="Ik gebruik het"),),
            cards=cards,
        )
        for n in range(count // 2)
    ]
    personas = [Persona(id=f"persona:p{n}", name=f"Persona {n}") for n in range(count - count // 2 - 1)]
    personas += [Persona(id=f"persona:p{n}", name="x") for n in range(len(personas), count // 2)]
    FolderStore(root).fill([WorkspaceSettings(id="workspace:large", title="Groot"), *personas, *journeys])


def fastest(work: Any, *, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


@pytest.mark.alone
def test_many_documents_load_fast_and_again_at_once(tmp_path: Path) -> None:
    large(tmp_path / "large", count=300)
    assert fastest(lambda: FolderStore(tmp_path / "large").load(), rounds=3) <= 1.0
    store = FolderStore(tmp_path / "large")
    workspace = store.load()
    assert fastest(store.load, rounds=5) <= 0.015
    assert store.load() is workspace
    assert store.version("persona:p1") == version_of(workspace.documents["persona:p1"])

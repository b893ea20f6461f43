"""What is wrong with the files of a workspace is said in Dutch too, every word that is ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from klantreis.errors import KlantreisError, WorkspaceError
from klantreis.store.folder import FolderStore
from klantreis.texts import error_text

SETTINGS = "id: workspace:test\ntitle: Test\n"
AN = "id: persona:an\nname: An\n"


def fault(tmp_path: Path, files: dict[str, str | bytes]) -> KlantreisError:
    """The error of a folder with these files beside its settings."""
    for name, content in {"workspace.yaml": SETTINGS, **files}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(KlantreisError) as caught:
        FolderStore(tmp_path).load()
    return caught.value


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"personas/an.yaml": "name: [An"}, "Dit is geen YAML: "),
        ({"personas/an.yaml": "name: \x07"}, "personas/an.yaml:1: Dit is geen YAML: "),
        ({"personas/an.yaml": ""}, "personas/an.yaml:1: Het bestand is leeg."),
        ({"personas/an.yaml": "a: " + "[" * 200 + "]" * 200}, "dieper genest dan"),
        ({"personas/an.yaml": f"{AN}---\n{AN}"}, "In een bestand staat één document; hier begint een tweede."),
        (
            {"personas/an.yaml": "needs: &a [An]\ngoals: *a\n"},
            "Ankers en verwijzingen (& en *) worden hier niet gebruikt",
        ),
        ({"personas/an.yaml": f"{AN}? [x]\n: 1\n"}, "De naam van een veld is een woord"),
        ({"personas/an.yaml": f"{AN}name: Bo\n"}, "Het veld ‘name’ staat hier twee keer (eerst op regel 2)."),
        ({"personas/an.yaml": "name: !!python/x An\n"}, "Markeringen zoals ‘tag:yaml.org,2002:python/x’"),
        ({"personas/an.yml": AN}, "Het bestand van een document eindigt op .yaml."),
        ({"people/an.yaml": AN}, "In people/ worden geen documenten bewaard."),
        ({"an.yaml": AN}, "Bovenaan in de werkruimte staat geen ander document dan workspace.yaml."),
        ({"personas/an.yaml": "- An\n"}, "Een document is een groep velden"),
        ({"workspace.yaml": "id: persona:an\ntitle: Test\n"}, "De id begint hier met ‘workspace:’"),
        ({"personas/bo.yaml": AN}, "De id ‘persona:an’ hoort niet in personas/bo.yaml."),
        ({"personas/bo.yaml": "id: nobody\nname: Bo\n"}, "De id ‘nobody’ hoort niet in personas/bo.yaml."),
        ({"personas/an.yaml": b"id: persona:an\nname: Andr\xe9\n"}, "personas/an.yaml:2: Het bestand is geen UTF-8"),
        ({"personas/an.yaml": f"{AN}schema_version: 99\n"}, "Dit document heeft schemaversie 99"),
        ({"personas/an.yaml": f"{AN}schema_version: 0\n"}, "schema_version is een geheel getal vanaf 1, en niet 0."),
        ({"personas/an.yaml": f"{AN}nme: An\n"}, "personas/an.yaml:3: Hier is geen veld ‘nme’."),
        ({"personas/an.yaml": "id: persona:an\n"}, "Het veld ‘name’ ontbreekt."),
        ({"personas/an.yaml": "id: persona:an\nname: 7\n"}, "'name' moet tekst zijn, en niet het getal 7."),
        ({"personas/an.yaml": 'id: persona:an\nname: ""\n'}, "'name' is leeg."),
        ({"workspace.yaml": f"{SETTINGS}lang: fr\n"}, "'lang' kan niet de tekst ‘fr’ zijn."),
        ({"journeys/a.yaml": "id: journey:a\ntitle: A\npersona: an\n"}, "'persona' kan niet de tekst ‘an’ zijn."),
        ({"journeys/a.yaml": "id: journey:a\ntitle: A\npersona: persona:bo\n"}, "‘persona:bo’ bestaat niet."),
        (
            {
                "personas/an.yaml": AN,
                "journeys/a.yaml": "id: journey:a\ntitle: A\npersona: persona:an\nlanes:\n"
                "  - {id: x, kind: note}\n  - {id: x, kind: note}\n",
            },
            "Zo kan het niet: de id ‘x’ komt twee keer voor (baan).",
        ),
        (
            {
                "personas/an.yaml": AN,
                "journeys/a.yaml": "id: journey:a\ntitle: A\npersona: persona:an\nreview_every_days: 0\n",
            },
            "'review_every_days' kan niet het getal 0 zijn (",
        ),
    ],
)
def test_every_fault_is_said_in_dutch(tmp_path: Path, files: dict[str, str | bytes], said: str) -> None:
    error = fault(tmp_path, files)
    told = error_text(error, "nl")
    assert said in told.message
    assert (told.message_lang, told.hint_lang) == ("nl", "nl")
    for one in error.errors if isinstance(error, WorkspaceError) else (error,):
        assert error_text(one, "nl").hint_lang == "nl", one.hint


def test_a_folder_without_settings_is_said_in_dutch(tmp_path: Path) -> None:
    with pytest.raises(KlantreisError) as caught:
        FolderStore(tmp_path).load()
    told = error_text(caught.value, "nl")
    assert f"In {tmp_path} staat geen werkruimte: er is geen workspace.yaml." in told.message
    assert told.hint_lang == "nl"

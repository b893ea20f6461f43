"""The forms through the web: each is one change in the files, refused whole, or meets somebody else's change calmly."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from klantreis.journeys.journey import Journey
from klantreis.store.folder import FolderStore
from klantreis.use_cases.edit import edit, undo

BASE = "/w/buurtwinkel/journey/boodschappen/"
ID = "journey:boodschappen"


class Writer:
    """A reader who fills in forms: asks for a page, takes its token and version along."""

    def __init__(self, client: Any, folder: Path) -> None:
        self.client, self.folder, self.store = client, folder, FolderStore(folder)

    def page(self, query: str = "") -> str:
        answer = self.client.get(BASE + query, headers={"accept-language": "nl"})
        assert answer.status_code == 200, answer.content.decode()
        return str(answer.content.decode())

    def post(self, verb: str, *, version: str | None = None, **fields: str) -> Any:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page("?add=step"))
        assert found
        version = version or self.store.version(ID)
        path = "undo/" if verb == "undo" else f"change/{verb}/"
        return self.client.post(
            BASE + path,
            {"csrfmiddlewaretoken": found[1], "expect": version, **fields},
            headers={"accept-language": "nl"},
        )

    def journey(self) -> Journey:
        return self.store.load().get(ID, Journey)


@pytest.fixture
def writer(ask: Callable[[Path], Any], sample: Path) -> Writer:
    """A reader of a sample of the test's own."""
    return Writer(ask(sample), sample)


def text_of(answer: Any) -> str:
    """The words of a page, as they are read."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


FORMS: dict[str, dict[str, str]] = {
    "add-card": {"lane": "action", "step": "kassa", "text": "Zoekt kleingeld"},
    "edit-card": {"card": "vraag", "text": "Heb ik echt alles?"},
    "move-card": {"card": "vraag", "lane": "action", "step": "thuis"},
    "remove-card": {"card": "vraag"},
    "attach-evidence": {"card": "vraag", "source": "study:gesprekken", "stance": "supports"},
    "detach-evidence": {"card": "kaart-zoek", "evidence": "e1"},
    "set-emotion": {"step": "kassa", "value": "-1", "basis": "estimate"},
    "add-step": {"title": "Ik kies een kassa", "phase": "aankoop", "observable": "on"},
    "edit-step": {"step": "kassa", "title": "Ik betaal", "observable": "on"},
    "move-step": {"step": "thuis", "phase": "aankoop", "after": "kassa"},
    "remove-step": {"step": "thuis"},
    "switch-model": {"model": "phase-model:alexa-5"},
}


@pytest.mark.parametrize("verb", FORMS)
def test_a_form_makes_one_change_that_can_be_undone(writer: Writer, verb: str) -> None:
    before = {path: path.read_bytes() for path in writer.folder.rglob("*.yaml")}
    answer = writer.post(verb, **FORMS[verb])
    assert answer.status_code == 302, text_of(answer)
    assert answer["Location"].startswith(BASE)
    (entry,) = writer.store.history(ID)
    assert entry.change["type"] == {"switch-model": "switch-phase-model"}.get(verb, verb)
    changed = {path for path in writer.folder.rglob("*.yaml") if path.read_bytes() != before.get(path)}
    assert changed == {writer.folder / "journeys" / "boodschappen.yaml"}
    shown = writer.client.get(answer["Location"], headers={"accept-language": "nl"})
    assert shown.status_code == 200
    assert 'role="status"' in shown.content.decode()
    assert "Ongedaan maken" in text_of(shown)
    assert "Ongedaan maken" not in writer.page()  # said once
    assert writer.post("undo").status_code == 302
    assert {path: path.read_bytes() for path in writer.folder.rglob("*.yaml")} == before


@pytest.mark.parametrize(
    ("verb", "fields", "words", "kept"),
    [
        ("add-card", {"lane": "action", "step": "kassa", "text": " "}, "Vul dit in.", 'value="kassa" selected'),
        ("edit-card", {"card": "vraag", "text": ""}, "Vul dit in.", 'name="card" value="vraag"'),
        ("move-card", {"card": "vraag", "lane": "question", "step": "lijst"}, "Daar staat de kaart al.", "selected"),
        ("attach-evidence", {"card": "vraag", "finding": "Zes van acht"}, "Kies er een.", ">\nZes van acht</textarea>"),
        ("set-emotion", {"step": "kassa", "value": "5", "basis": "estimate"}, "van -2 tot 2", 'value="5"'),
        ("add-step", {"title": "Ik", "phase": "aankoop", "pattern": "x ="}, "niet te lezen", ">\nx =</textarea>"),
        (
            "edit-step",
            {"step": "kassa", "title": "Ik betaal", "failed": 'pin = "fout"'},
            "Zeg eerst welke gebeurtenissen als deze stap tellen.",
            "pin = &#34;fout&#34;</textarea>",
        ),
        (
            "edit-step",
            {"step": "kassa", "title": "", "pattern": 'a = "b"'},
            "Vul dit in.",
            "a = &#34;b&#34;</textarea>",
        ),
        ("move-step", {"step": "thuis", "phase": "aankoop", "after": "lijst"}, "staat in een andere fase", "selected"),
        ("remove-step", {"step": "kassa"}, "Bevestig dat haar 2 kaarten weg mogen.", 'name="step" value="kassa"'),
        ("switch-model", {"model": "phase-model:nl-5"}, "heeft deze fasen al", "selected"),
    ],
)
def test_a_form_that_cannot_be_taken_comes_back_whole(
    writer: Writer, verb: str, fields: dict[str, str], words: str, kept: str
) -> None:
    before = writer.store.version(ID)
    answer = writer.post(verb, **fields)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert kept in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert (writer.store.version(ID), writer.store.history(ID)) == (before, ())


def test_deleting_a_step_says_how_many_cards_go(writer: Writer) -> None:
    assert "haar 2 kaarten" in html.unescape(writer.page("?step=kassa&form=remove"))


def test_a_change_that_the_workspace_does_not_bear_is_refused_with_its_reason(writer: Writer) -> None:
    # The opportunity refers to this step.
    answer = writer.post("remove-step", step="lijst", confirm="on")
    assert answer.status_code == 422
    told = text_of(answer)
    assert f"{ID} kan niet zo veranderd worden: " in told
    assert f"Er is geen stap van {ID} die ‘lijst’ heet" in told
    assert "cannot be" not in told
    assert writer.store.history(ID) == ()


@pytest.mark.parametrize("verb", FORMS)
def test_somebody_elses_change_is_met_calmly(writer: Writer, verb: str) -> None:
    old = writer.store.version(ID)
    edit(writer.store, ID, {"type": "set-emotion", "step": "lijst", "emotion": {"value": 1.5}}, by="An")
    theirs = writer.store.version(ID)
    answer = writer.post(verb, version=old, **FORMS[verb])
    assert answer.status_code == 409
    body, words = answer.content.decode(), text_of(answer)
    assert "Iemand anders heeft deze klantreis veranderd" in words
    assert "Emotie bij ‘Ik maak een lijst’ op +1,5 gezet." in words
    for name, value in FORMS[verb].items():
        assert f'name="{name}" value="{html.escape(value)}"' in body
    assert writer.store.version(ID) == theirs
    assert f'name="expect" value="{theirs}"' in body
    again = writer.post(verb, **FORMS[verb])
    assert again.status_code == 302
    assert writer.journey().steps[0].emotion is not None


def test_what_was_typed_for_a_card_that_is_gone_is_kept_to_copy(writer: Writer) -> None:
    old = writer.store.version(ID)
    edit(writer.store, ID, {"type": "remove-card", "card": "vraag"}, by="An")
    answer = writer.post("edit-card", version=old, card="vraag", text="Mijn lange nieuwe tekst")
    assert answer.status_code == 409
    assert "Mijn lange nieuwe tekst" in text_of(answer)
    assert "staat niet meer op de klantreis" in text_of(answer)
    assert "Mijn wijziging toch maken" not in text_of(answer)


@pytest.mark.parametrize(
    "path",
    ["?card=none", "?step=none", "?card=none&form=edit", "change/no-such-verb/", "save-as/docx/", "nowhere/"],
)
def test_what_does_not_exist_is_a_calm_page(writer: Writer, path: str) -> None:
    answer = writer.client.get(BASE + path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.content.decode()
    assert "<h1" in answer.content.decode()


@pytest.mark.parametrize("verb", [verb for verb in FORMS if verb not in {"add-card", "add-step", "switch-model"}])
def test_a_form_about_what_is_not_there_is_not_found(writer: Writer, verb: str) -> None:
    about = "card" if "card" in FORMS[verb] else "step"
    fields = {**FORMS[verb], about: "none"}
    assert writer.post(verb, **fields).status_code == 404
    assert writer.store.history(ID) == ()


def test_a_form_without_its_token_is_refused(writer: Writer) -> None:
    fields = {**FORMS["add-card"], "expect": writer.store.version(ID)}
    for path in ("change/add-card/", "undo/"):
        assert writer.client.post(BASE + path, fields).status_code == 403
    assert writer.store.history(ID) == ()


def test_a_form_from_another_site_is_refused(writer: Writer) -> None:
    writer.page()
    answer = writer.client.post(
        BASE + "change/remove-card/", FORMS["remove-card"], headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403


def test_looking_changes_nothing(writer: Writer) -> None:
    before = writer.store.version(ID)
    for verb in FORMS:
        assert writer.client.get(f"{BASE}change/{verb}/", FORMS[verb])["Location"] == BASE
    assert writer.client.get(f"{BASE}undo/").status_code == 405
    assert writer.store.version(ID) == before


EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}'</textarea>"


def test_what_people_type_is_only_ever_text(writer: Writer) -> None:
    assert writer.post("add-card", lane="action", step="kassa", text=EVIL).status_code == 302
    assert writer.post("edit-step", step="kassa", title=EVIL, observable="on").status_code == 302
    assert writer.post("attach-evidence", card="vraag", source="study:gesprekken", finding=EVIL).status_code == 302
    card = writer.journey().cards[-1].id
    pages = [
        writer.page(query)
        for query in (
            "",
            f"?card={card}",
            f"?card={card}&form=edit",
            "?card=vraag",
            "?step=kassa&form=edit",
            "history/",
        )
    ]
    pages.append(writer.post("edit-card", card="vraag", text=EVIL + "\x00").content.decode())
    pages.append(writer.post("edit-card", version="0" * 32, card="vraag", text=EVIL).content.decode())
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "{{ 7*7 }}" in page or "49" not in re.findall(r"\b49\b", page)
        assert "&lt;script&gt;alert(1)" in page


def test_the_address_itself_cannot_write_into_the_page(writer: Writer) -> None:
    page = writer.page(f"?add=card&lane={EVIL}&step={EVIL}")
    assert "<script>alert" not in page


def test_what_shows_a_failure_is_shown_and_can_be_undone(writer: Writer) -> None:
    before = writer.store.version(ID)
    fields = {"title": "Ik betaal", "observable": "on", "pattern": 'touchpoint = "kassa"', "failed": 'pin = "fout"'}
    assert writer.post("edit-step", step="kassa", **fields).status_code == 302
    panel = html.unescape(writer.page("?step=kassa"))
    assert "Daarvan mislukte de stap bij:" in panel
    assert '<code>pin = "fout"</code>' in panel
    form = html.unescape(writer.page("?step=kassa&form=edit"))
    assert "Welke daarvan laten zien dat het mislukte" in form
    assert re.search(r'<textarea[^>]*name="failed"[^>]*>\s*pin = "fout"</textarea>', form)
    writer.post("undo")
    assert writer.store.version(ID) == before


def test_undo_walks_back_step_by_step_and_forward_again(writer: Writer) -> None:
    versions = [writer.store.version(ID)]
    for text in ("Een", "Twee", "Drie"):
        writer.post("edit-card", card="vraag", text=text)
        versions.append(writer.store.version(ID))
    for expected in reversed(versions[:-1]):
        assert writer.post("undo", back="history")["Location"] == BASE + "history/"
        assert writer.store.version(ID) == expected
    writer.post("undo")
    assert "Er is niets meer om ongedaan te maken." in html.unescape(writer.page())
    assert writer.store.version(ID) == versions[0]
    for expected in versions[1:]:
        writer.post("undo", way="redo")
        assert writer.store.version(ID) == expected


def test_undo_of_a_page_that_is_no_longer_true_does_nothing(writer: Writer) -> None:
    old = writer.store.version(ID)
    writer.post("edit-card", card="vraag", text="Een")
    now = writer.store.version(ID)
    writer.post("undo", version=old)
    assert writer.store.version(ID) == now
    assert "intussen veranderd" in html.unescape(writer.page())


def test_a_file_changed_by_hand_is_not_undone_blindly(writer: Writer) -> None:
    writer.post("edit-card", card="vraag", text="Een")
    file = writer.folder / "journeys" / "boodschappen.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("Zoekt de kaart", "Zoekt de pas"), encoding="utf-8")
    answer = writer.post("undo")
    assert answer.status_code == 302
    assert "buiten Klantreis om veranderd" in html.unescape(writer.page())
    assert "Zoekt de pas" in file.read_text(encoding="utf-8")


def test_the_history_tells_every_change_in_words(writer: Writer) -> None:
    for verb in ("add-card", "edit-card", "move-card", "attach-evidence", "set-emotion", "add-step", "edit-step"):
        assert writer.post(verb, **FORMS[verb]).status_code == 302
    writer.post("undo")
    told = [
        html.unescape(re.sub(r"<[^>]+>", "", one))
        for one in re.findall(r'<p class="change__what">(.*?)</p>', writer.page("history/"), re.DOTALL)
    ]
    assert told == [
        "Ongedaan gemaakt: Stap ‘Ik reken af’ heet nu ‘Ik betaal’.",
        "Stap ‘Ik reken af’ heet nu ‘Ik betaal’. ongedaan gemaakt",
        "Stap ‘Ik kies een kassa’ toegevoegd.",
        "Emotie bij ‘Ik reken af’ op −1 gezet.",
        "Bewijs toegevoegd aan kaart ‘Heb ik echt alles?’.",
        "Kaart ‘Heb ik echt alles?’ verplaatst naar ‘Ik ruim alles op’, baan Acties.",
        "Kaart ‘Heb ik alles?’ luidt nu ‘Heb ik echt alles?’.",
        "Kaart ‘Zoekt kleingeld’ toegevoegd bij ‘Ik reken af’.",
    ]
    assert "<del>" in writer.page("history/")


def test_the_change_of_one_card_is_one_line_in_git_diff(writer: Writer) -> None:
    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=An", "-c", "user.email=an@example.org", *arguments],
            cwd=writer.folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "start")
    writer.post("edit-card", card="vraag", text="Ben ik iets vergeten?")
    changed = [line for line in git("diff", "--unified=0", "--", "*.yaml").splitlines() if line[:1] in "+-"]
    assert [line for line in changed if not line.startswith(("+++", "---"))] == [
        "-      text: Heb ik alles?",
        "+      text: Ben ik iets vergeten?",
    ]


def test_the_same_forms_write_into_a_database(ask: Callable[[Path], Any], sample: Path, tmp_path: Path) -> None:
    from klantreis.use_cases.copy_workspace import copy_workspace
    from klantreis.use_cases.open_workspace import open_store

    database = tmp_path / "work.sqlite3"
    copy_workspace(sample, database, workspace="buurtwinkel")
    writer = Writer(ask(database), sample)
    writer.store = open_store(database, workspace="buurtwinkel")  # type: ignore[assignment]
    before = writer.store.version(ID)
    assert writer.post("add-card", **FORMS["add-card"]).status_code == 302
    assert writer.journey().cards[-1].claim.text == "Zoekt kleingeld"
    undo(writer.store, ID, by="An")
    assert writer.store.version(ID) == before

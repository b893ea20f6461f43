"""What every store promises, whichever it is: a folder, SQLite or PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from klantreis.decisions.content import ContentItem
from klantreis.errors import ConflictError, InvalidInputError, NotFoundError, StoreError, WorkspaceError
from klantreis.events.dataset import Dataset
from klantreis.journeys.journey import Journey
from klantreis.measurement.measurement import EffectPlan, EffectResult, Measurement, plan_digest
from klantreis.measurement.metric import Metric
from klantreis.personas.persona import Persona
from klantreis.store.protocol import Entry, Save, Store, version_of
from klantreis.use_cases.open_workspace import open_store
from klantreis.values import Document
from klantreis.workspace import Workspace, WorkspaceSettings, workspace_of

AT = datetime(2026, 3, 1, 12, 30, tzinfo=timezone(timedelta(hours=1)))


def small() -> Workspace:
    return workspace_of(
        [
            WorkspaceSettings(id="workspace:shop", title="De winkel"),
            Persona(id="persona:an", name="An"),
            Journey(id="journey:weekly", title="Ik doe boodschappen", persona="persona:an"),
        ]
    )


def entry_for(
    store: Store, document_id: str, *, after: Document | None, by: str = "els", seq: int | None = None
) -> Entry:
    return Entry(
        seq=len(store.history(document_id)) + 1 if seq is None else seq,
        document=document_id,
        by=by,
        at=AT,
        change={"type": "set-field", "path": ["name"], "value": "Één"},
        undo={"type": "set-field", "path": ["name"], "value": "An"},
        before=store.version(document_id),
        after=version_of(after) if after is not None else None,
    )


def test_what_was_filled_in_is_what_is_loaded(location: str) -> None:
    store = open_store(location)
    store.fill(small().documents.values())
    assert store.load() == small()
    assert open_store(location).load() == small()
    assert store.version("persona:an") == version_of(small().documents["persona:an"])
    assert store.version("persona:bob") is None


def test_a_place_without_a_workspace_says_so(location: str) -> None:
    store = open_store(location)
    with pytest.raises(NotFoundError, match=r"no workspace|no folder"):
        store.load()
    with pytest.raises(NotFoundError):
        store.fingerprint()


def test_a_place_is_filled_once(store: Store, location: str) -> None:
    with pytest.raises(StoreError, match="already"):
        open_store(location).fill(small().documents.values())


def test_a_broken_workspace_is_not_filled_in(location: str) -> None:
    with pytest.raises(WorkspaceError, match="persona:an"):
        open_store(location).fill([one for one in small().documents.values() if one.id != "persona:an"])
    with pytest.raises(NotFoundError):
        open_store(location).load()


def test_nothing_changed_is_the_same_value(store: Store) -> None:
    assert store.load() is store.load()
    assert store.fingerprint() == store.fingerprint()


def test_a_saved_document_is_there_for_everybody(store: Store, location: str) -> None:
    other = open_store(location)
    before, seen = other.fingerprint(), other.load()
    changed = Persona(id="persona:an", name="Anne")
    assert store.save(changed, expect=store.version("persona:an"), entry=None) == version_of(changed)
    assert store.load().documents["persona:an"] == changed
    assert other.load().documents["persona:an"] == changed
    assert other.load() != seen
    assert other.fingerprint() != before


def test_a_new_document_expects_none(store: Store) -> None:
    with pytest.raises(ConflictError, match="already"):
        store.save(Persona(id="persona:an", name="Anne"), expect=None, entry=None)
    store.save(Persona(id="persona:bo", name="Bo"), expect=None, entry=None)
    assert store.load().documents["persona:bo"] == Persona(id="persona:bo", name="Bo")


def test_another_version_than_expected_is_a_conflict(store: Store) -> None:
    seen = store.load()
    with pytest.raises(ConflictError, match="was changed since"):
        store.save(Persona(id="persona:an", name="Anne"), expect="0" * 32, entry=None)
    with pytest.raises(ConflictError, match="was removed since"):
        store.save(Persona(id="persona:bo", name="Bo"), expect="0" * 32, entry=None)
    with pytest.raises(ConflictError):
        store.remove("journey:weekly", expect="0" * 32, entry=None)
    assert store.load() == seen


def test_documents_saved_together_are_all_there_or_none(store: Store, location: str) -> None:
    new = Persona(id="persona:bo", name="Bo"), Journey(id="journey:rest", title="Ik rust uit", persona="persona:bo")
    saves = [Save(one, None, entry_for(store, one.id, after=one)) for one in new]
    assert store.save_together(saves) == tuple(version_of(one) for one in new)
    again = open_store(location)
    assert [again.load().find(one.id) for one in new] == list(new)
    assert [len(again.history(one.id)) for one in new] == [1, 1]
    before = again.fingerprint()
    with pytest.raises(ConflictError):
        again.save_together([Save(Persona(id="persona:cas", name="Cas"), None, None), saves[0]])
    lost = Journey(id="journey:lost", title="Weg", persona="persona:nobody")
    with pytest.raises(WorkspaceError, match="persona:nobody"):
        again.save_together([Save(Persona(id="persona:cas", name="Cas"), None, None), Save(lost, None, None)])
    wrong = entry_for(store, "persona:cas", after=Persona(id="persona:cas", name="Cas"), seq=7)
    with pytest.raises(ConflictError):
        again.save_together([Save(Persona(id="persona:cas", name="Cas"), None, wrong)])
    assert again.fingerprint() == before
    assert open_store(location).load().find("persona:cas") is None


def test_a_removed_document_keeps_its_history(store: Store) -> None:
    entry = entry_for(store, "journey:weekly", after=None)
    store.remove("journey:weekly", expect=store.version("journey:weekly"), entry=entry)
    assert store.version("journey:weekly") is None
    assert "journey:weekly" not in store.load().documents
    assert store.history("journey:weekly") == (entry,)
    assert store.histories() == ("journey:weekly",)
    with pytest.raises(NotFoundError):
        store.remove("journey:weekly", expect=None, entry=None)


def test_what_would_break_the_workspace_is_not_saved(store: Store) -> None:
    seen = store.load()
    lost = Journey(id="journey:weekly", title="x", persona="persona:nobody")
    with pytest.raises(WorkspaceError, match="persona:nobody"):
        store.save(lost, expect=store.version(lost.id), entry=entry_for(store, lost.id, after=lost))
    with pytest.raises(WorkspaceError, match="persona:an"):
        store.remove("persona:an", expect=store.version("persona:an"), entry=None)
    with pytest.raises(WorkspaceError, match="exactly one workspace"):
        store.remove("workspace:shop", expect=store.version("workspace:shop"), entry=None)
    assert store.load() == seen
    assert store.history(lost.id) == ()


def test_the_history_is_what_was_done(store: Store, location: str) -> None:
    entries = []
    for name in ("Één", "Twee", "Drie"):
        changed = Persona(id="persona:an", name=name)
        entry = entry_for(store, "persona:an", after=changed)
        store.save(changed, expect=store.version("persona:an"), entry=entry)
        entries.append(entry)
    assert store.history("persona:an") == tuple(entries) == open_store(location).history("persona:an")
    assert [entry.at for entry in entries] == [AT] * 3
    assert entries[0].at.tzinfo is UTC
    assert store.history("journey:weekly") == ()


def test_an_entry_tells_of_its_own_change(store: Store) -> None:
    changed = Persona(id="persona:an", name="Anne")
    right = entry_for(store, "persona:an", after=changed)
    present = store.version("persona:an")
    for wrong in ({"after": "0" * 32}, {"before": None}, {"document": "persona:bo"}):
        with pytest.raises(InvalidInputError):
            store.save(changed, expect=present, entry=right.model_copy(update=wrong))
    with pytest.raises(ConflictError):
        store.save(changed, expect=present, entry=right.model_copy(update={"seq": 2}))
    assert store.history("persona:an") == ()
    assert store.version("persona:an") == present


ODD = (
    "no",
    "12:30",
    "1_000",
    "2026-01-01",
    "~",
    "0o17",
    "<<",
    "regel 1\nregel 2\n",
    "\n begin",
    "eind  ",
    "a: b #c",
    "tab\there",
    "nul\0byte",
    "\x85\u2028\u2029\ufeff\x1b",
    "smile \U0001f600 é e\u0301",
    "'\"\\",
    "x" * 4000,
)


@pytest.mark.parametrize("text", ODD, ids=repr)
def test_every_text_comes_back_to_the_letter(store: Store, location: str, text: str) -> None:
    persona = Persona(id="persona:odd", name=text[:4000], tagline=text)
    entry = entry_for(store, persona.id, after=persona, by="els")
    entry = entry.model_copy(update={"change": {"type": "x", "value": text}})
    store.save(persona, expect=None, entry=entry)
    other = open_store(location)
    assert other.load().documents[persona.id] == persona
    assert other.history(persona.id) == (entry,)


def test_a_file_beside_the_workspace(location: str, tmp_path: Path) -> None:
    store = open_store(location)
    if "://" in location or location.endswith(".sqlite3"):
        from klantreis.store.database.store import DatabaseStore

        store = DatabaseStore(location, workspace="shop", files=tmp_path / "shop")
    store.fill(small().documents.values())
    reopened = open_store(location)
    assert reopened.file("events/log") == tmp_path / "shop" / "events/log"
    for outside in ("../other", "/etc/passwd", "", "a/../../b"):
        with pytest.raises(InvalidInputError):
            reopened.file(outside)
    (tmp_path / "shop").mkdir(exist_ok=True)
    (tmp_path / "shop" / "way-out").symlink_to(tmp_path)
    with pytest.raises(InvalidInputError):
        reopened.file("way-out/other")


def test_damaged_letters_are_reported_and_kept(store: Store) -> None:
    assert store.warnings() == ()
    persona = Persona(id="persona:an", name="An", tagline="Is geĂŻnteresseerd in alles")
    store.save(persona, expect=store.version(persona.id), entry=None)
    (warning,) = store.warnings()
    assert warning.document == "persona:an"
    assert "tagline" in warning.place or warning.place == "personas/an.yaml:4"
    assert "'geïnteresseerd'" in warning.message
    assert warning.fault.suggestion == "ï"
    assert store.load().documents["persona:an"] == persona


def in_threads(work: Callable[[int], object], *, count: int) -> list[object]:
    """The results, or the errors, of doing something at the same time."""
    results: list[object] = [None] * count
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = work(number)
        except Exception as error:  # noqa: BLE001 - handed to the test
            results[number] = error
        finally:
            if not isinstance(results[number], Path):
                close_connections()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def close_connections() -> None:
    from django.conf import settings

    if settings.configured:
        from django.db import connections

        connections.close_all()


def test_of_writers_at_the_same_time_one_wins(store: Store, location: str) -> None:
    present = store.version("persona:an")

    def write(number: int) -> str:
        mine = open_store(location)
        changed = Persona(id="persona:an", name=f"Schrijver {number}")
        entry = Entry(
            seq=1, document=changed.id, by="els", at=AT, change={}, undo={}, before=present, after=version_of(changed)
        )
        return mine.save(changed, expect=present, entry=entry)

    results = in_threads(write, count=6)
    won = [one for one in results if isinstance(one, str)]
    lost = [one for one in results if isinstance(one, ConflictError)]
    assert (len(won), len(lost)) == (1, 5), results
    assert [store.version("persona:an")] == won
    assert [entry.after for entry in store.history("persona:an")] == won


def test_writers_of_different_documents_do_not_disturb_each_other(store: Store, location: str) -> None:
    def write(number: int) -> None:
        mine = open_store(location)
        for round_ in range(5):
            mine.save(Persona(id=f"persona:p{number}-{round_}", name="x"), expect=None, entry=None)

    assert in_threads(write, count=4) == [None] * 4
    assert len(store.load().of(Persona)) == 21


def test_one_store_serves_several_threads(store: Store) -> None:
    def write(number: int) -> None:
        for round_ in range(5):
            store.save(Persona(id=f"persona:p{number}-{round_}", name="x"), expect=None, entry=None)
            assert store.version(f"persona:p{number}-{round_}")
            store.load()

    assert in_threads(write, count=4) == [None] * 4
    assert len(store.load().of(Persona)) == 21


def test_a_measurement_with_its_results_is_kept_as_it_is(store: Store, location: str) -> None:
    plan = EffectPlan.model_validate(
        {
            "metric": "metric:spend",
            "dataset": "dataset:card",
            "comparison": "adjusted",
            "outcome": {"pattern": 'touchpoint = "kassa" and bedrag > 10', "measure": "sum", "amount": "bedrag"},
            "exposed": 'first(touchpoint = "mailing")',
            "covariates": [{"name": "vooraf", "pattern": 'touchpoint = "kassa"', "scale": "log"}],
            "unit": "EUR",
            "every": "week",
            "baseline": {"start": "2026-01-05", "end": "2026-02-01"},
            "measured": {"start": "2026-02-02", "end": "2026-03-01"},
            "smallest_relevant_effect": 0.1 + 0.2,
            "fixed_on": "2026-01-01",
        }
    )
    result = EffectResult.model_validate(
        {
            "estimate": {"value": -3.1067, "low": -7.39017, "high": 1.17676, "n": 2347, "unit": "EUR"},
            "grade": "adjusted",
            "judgement": "cannot tell",
            "cautions": [{"code": "effect.imbalance", "values": {"name": "één", "difference": 0.19}}],
            "e_value": 1.1905,
            "overlap": 0.893123,
            "n_exposed": 1076,
            "n_comparison": 1271,
            "computed_on": "2026-03-02",
            "plan": plan_digest(plan),
        }
    )
    documents = (
        Metric(id="metric:spend", title="Besteding", definition="Bedrag per week"),
        Dataset(id="dataset:card", title="Kaart"),
        ContentItem(id="content-item:mail", title="Mailing"),
        Measurement(id="measurement:mail", title="Meting", of="content-item:mail", plan=plan, results=(result, result)),
    )
    for document in documents:
        store.save(document, expect=None, entry=None)
    held = open_store(location).load()
    assert tuple(held.documents[document.id] for document in documents) == documents
    with pytest.raises(WorkspaceError, match="content-item:mail"):
        store.remove("content-item:mail", expect=store.version("content-item:mail"), entry=None)

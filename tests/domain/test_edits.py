"""Edits that any document understands: exact undo, and all or nothing."""

from __future__ import annotations

import pytest

from klantreis.edits import AddItem, Edit, MoveItem, RemoveItem, SetField, SetFields, apply_edit
from klantreis.errors import ChangeError
from klantreis.jobs.job import Job, Solution
from klantreis.research.claim import Claim

JOB = Job(
    id="job:foto",
    statement=Claim(id="c1", text="Een mooie foto ophangen"),
    type="functional",
    ladder=(Claim(id="c2", text="Een boor kopen"), Claim(id="c3", text="Een gat in de muur")),
    solutions=(Solution(text="Boor"),),
)


@pytest.mark.parametrize(
    "edit",
    [
        SetField(path=("type",), value="social"),
        SetField(path=("statement", "text"), value="De foto hangt"),
        SetField(path=("owner",), value="Ans"),
        SetField(path=("solutions",)),
        SetFields(fields={"type": "social", "owner": "Ans", "solutions": None}),
        AddItem(path=("constraints",), value="Geen gaten in de muur"),
        AddItem(path=("ladder",), value={"id": "c9", "text": "Een dag vrij"}, at=0),
        RemoveItem(path=("ladder",), at=1),
        MoveItem(path=("ladder",), at=0, to=1),
    ],
)
def test_undo_brings_back_the_document(edit: Edit) -> None:
    changed, undo = apply_edit(JOB, edit)
    assert changed != JOB
    assert apply_edit(changed, undo)[0] == JOB


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (SetField(path=("type",), value="mechanical"), "type"),
        (SetField(path=("typo",), value="x"), "typo"),
        (SetField(path=("id",), value="job:ander"), "id"),
        (SetFields(fields={"owner": "Ans", "typo": "x"}), "typo"),
        (SetFields(fields={"id": "job:ander"}), "id"),
        (SetField(path=("statement",)), "statement"),
        (RemoveItem(path=("ladder",), at=7), "no position 7"),
        (RemoveItem(path=("type",), at=0), "not a list"),
        (AddItem(path=("ladder",), value={"id": "c9"}), "text"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused_with_a_reason(edit: Edit, reason: str) -> None:
    with pytest.raises(ChangeError, match=reason):
        apply_edit(JOB, edit)

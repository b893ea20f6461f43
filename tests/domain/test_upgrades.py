"""Older documents are lifted by named upgrades; newer ones are refused."""

from __future__ import annotations

from typing import Any

import pytest

from klantreis.errors import SchemaVersionError
from klantreis.upgrades import Upgrade, upgraded


def _rename(body: dict[str, Any]) -> dict[str, Any]:
    return {"title" if key == "name" else key: value for key, value in body.items()}


RENAME = Upgrade("name-is-title", 1, _rename, frozenset({"study"}))
FLAG = Upgrade("add-flag", 2, lambda body: {**body, "flag": True})
UPGRADES = (RENAME, FLAG)


def test_a_body_goes_through_every_upgrade_of_its_kind_in_order() -> None:
    body: dict[str, Any] = {"id": "study:x", "schema_version": 1, "name": "X"}
    lifted, names = upgraded(body, kind="study", place="x.yaml", upgrades=UPGRADES, current=3)
    assert lifted == {"id": "study:x", "schema_version": 3, "title": "X", "flag": True}
    assert names == ("name-is-title", "add-flag")
    assert body["schema_version"] == 1


def test_another_kind_is_left_alone_by_an_upgrade_that_is_not_for_it() -> None:
    body = {"id": "persona:x", "schema_version": 1, "name": "X"}
    lifted, names = upgraded(body, kind="persona", place="x.yaml", upgrades=UPGRADES, current=3)
    assert lifted == {"id": "persona:x", "schema_version": 3, "name": "X", "flag": True}
    assert names == ("add-flag",)


def test_a_newer_document_is_refused_and_the_way_on_is_told() -> None:
    with pytest.raises(SchemaVersionError, match="reads up to 1") as caught:
        upgraded({"schema_version": 7}, kind="study", place="studies/x.yaml")
    assert caught.value.place == "studies/x.yaml"
    assert "Update Klantreis" in str(caught.value)


@pytest.mark.parametrize("version", ["1", 0, -1, 1.5, True, None])
def test_a_version_that_is_no_whole_number_is_refused(version: object) -> None:
    with pytest.raises(SchemaVersionError, match="whole number"):
        upgraded({"schema_version": version}, kind="study", place="x.yaml")

"""Groups as thick places and around real cases: known points, plain loops, laws and refusals."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_moons

from klantreis.analysis.behaviour.segment_medoids import gower_fields
from klantreis.analysis.behaviour.segments import density_clusters, medoids
from klantreis.errors import InvalidInputError
from tests.analysis.behaviour.test_segments import RUSPINI

FOUR = [0] * 20 + [1] * 23 + [2] * 17 + [3] * 15


def same_groups(one: Any, other: Any) -> bool:
    """Whether two rows of labels part the cases alike."""
    pairs = set(zip(one, other, strict=True))
    return len(pairs) == len(set(one)) == len(set(other))


def test_ruspini_has_four_thick_places() -> None:
    """Ruspini (1970), Information Sciences 2:319-350: four groups of 20, 23, 17 and 15 points."""
    found = density_clusters(RUSPINI, 5, near=3)
    assert same_groups(found.labels, FOUR)
    assert [(group.size, group.grade) for group in found.groups] == [(n, "highly stable") for n in (23, 20, 17, 15)]
    assert found == density_clusters(RUSPINI, 5, near=3)
    found = density_clusters(RUSPINI)
    inside = np.array(found.labels) >= 0
    assert same_groups(np.array(found.labels)[inside], np.array(FOUR)[inside])
    assert found.estimate == inside.mean() > 0.9
    assert (np.array(found.membership)[~inside] == 0).all()
    json.dumps(found.to_dict(), allow_nan=False)


def test_ruspini_around_four_points() -> None:
    """R cluster, pam(ruspini, 4): groups of 20, 23, 17 and 15."""
    found = medoids({"x": RUSPINI[:, 0], "y": RUSPINI[:, 1]}, 4, draws=20)
    assert same_groups(found.labels, FOUR)
    assert [group.n for group in found.groups] == [23, 20, 17, 15]
    assert min(group.stability or 0 for group in found.groups) > 0.95
    for group in found.groups:
        assert found.labels[group.medoid] == group.group
        assert group.values == {"x": RUSPINI[group.medoid, 0], "y": RUSPINI[group.medoid, 1]}
    json.dumps(found.to_dict(), allow_nan=False)


def test_two_moons_are_parted_and_an_even_square_is_not() -> None:
    moons, side = make_moons(400, noise=0.05, random_state=1)
    found = density_clusters(moons, 20, draws=10)
    inside = np.array(found.labels) >= 0
    assert found.k == 2
    assert same_groups(np.array(found.labels)[inside], side[inside])
    square = density_clusters(np.random.default_rng(3).random((400, 2)), 20, draws=20)
    codes = [note.code for note in square.warnings]
    assert not any(group.grade in ("valid", "highly stable") for group in square.groups)
    assert codes


def test_nobody_in_a_group_is_said() -> None:
    found = density_clusters(np.random.default_rng(8).normal(size=(60, 6)), 25)
    assert set(found.labels) == {-1}
    assert (found.k, found.estimate, found.groups) == (0, 0.0, ())
    assert [note.code for note in found.warnings] == ["behaviour.no_thick_places"]
    assert "stands out" in found.warnings[0].sentence("en")


answers = st.tuples(
    st.one_of(st.none(), st.integers(0, 9)), st.one_of(st.none(), st.sampled_from("abc")), st.sampled_from(["x", "y"])
)


@settings(deadline=None)
@given(st.lists(answers, min_size=2, max_size=12))
def test_gower_against_a_loop(rows: list[tuple[int | None, str | None, str]]) -> None:
    numbers = [row[0] for row in rows if row[0] is not None]
    if not numbers or all(row[1] is None for row in rows):
        with pytest.raises(InvalidInputError, match="holds no value"):
            gower_fields({"a": [row[0] for row in rows], "b": [row[1] for row in rows], "c": [row[2] for row in rows]})
        return
    fields, _, n = gower_fields({"a": [r[0] for r in rows], "b": [r[1] for r in rows], "c": [r[2] for r in rows]})
    found = fields.apart(np.arange(n), np.arange(n))
    spread = (max(numbers) - min(numbers)) or 1
    for i, (a, b, c) in enumerate(rows):
        for j, (x, y, z) in enumerate(rows):
            parts = [float(c != z)]
            parts += [abs(a - x) / spread] if a is not None and x is not None else []
            parts += [float(b != y)] if b is not None and y is not None else []
            assert math.isclose(found[i, j], sum(parts) / len(parts))


def test_units_and_order_do_not_matter_and_many_cases_go_to_the_nearest() -> None:
    rng = np.random.default_rng(2)
    young = rng.random(2500) < 0.6
    age = np.where(young, rng.normal(25, 4, 2500), rng.normal(60, 5, 2500))
    channel = np.where(rng.random(2500) < np.where(young, 0.9, 0.1), "app", "shop")
    found = medoids({"age": age, "channel": channel}, 2, draws=5)
    assert np.mean((np.array(found.labels) == 0) == young) > 0.85
    assert "behaviour.silhouette_sampled" in [note.code for note in found.warnings]
    assert sum(group.n for group in found.groups) == 2500
    assert found.groups[0].values["channel"] == "app"
    months = medoids({"channel": channel, "age": age * 12}, 2, draws=5)
    assert months.labels == found.labels


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: density_clusters([[1.0, float("nan")], [2.0, 3.0]]), "table holds 1 missing"),
        (lambda: density_clusters(np.ones((4, 2))), "smallest must lie between 2 and 4"),
        (lambda: density_clusters(np.ones((9, 2)), 3, near=10), "near must lie between 1 and 9"),
        (lambda: density_clusters(np.ones((9, 2)), 2.5), "smallest must be a whole number"),  # type: ignore[arg-type]
        (lambda: density_clusters([["a", "b"]] * 9), "table must hold numbers"),
        (lambda: medoids({"a": [1, 2, 3]}, 3), "k must lie between 2 and 2"),
        (lambda: medoids({"a": [1, 2], "b": [1]}, 2), "table must hold columns of one length"),
        (lambda: medoids({"a": [None, None, None]}, 2), r"table\['a'\] holds no value"),
        (lambda: medoids({"a": [1, None, 2], "b": [None, "x", "y"]}, 2), "no field that rows 0 and 1 both answered"),
        (lambda: medoids([[1, 2], [3, 4]], 2), "table must be a mapping"),  # type: ignore[arg-type]
    ],
)
def test_bad_tables_are_named(call: Any, named: str) -> None:
    with pytest.raises(InvalidInputError, match=named):
        call()


def test_draws_of_a_part_are_said() -> None:
    rng = np.random.default_rng(7)
    cloud = rng.normal(size=(2100, 2)) * 0.3 + 5 * rng.integers(0, 2, (2100, 1))
    told = [
        note
        for found in (density_clusters(cloud, draws=3), medoids({"x": cloud[:, 0], "y": cloud[:, 1]}, 2, draws=3))
        for note in found.warnings
        if note.code == "behaviour.drawn_in_part"
    ]
    assert [dict(note.values)["cases"] for note in told] == [1000, 500]
    few = density_clusters(cloud[:300], draws=3)
    assert "behaviour.drawn_in_part" not in [note.code for note in few.warnings]

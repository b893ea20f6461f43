"""Agreement and saturation against published numbers, a plain definition and laws."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from klantreis.analysis.voice.agreement import Level, fleiss_kappa, krippendorff_alpha, saturation
from klantreis.errors import InvalidInputError

NAN = math.nan
FOUR_CODERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
#: One row per patient: the categories that six psychiatrists gave (Fleiss 1971).
DIAGNOSES = """
444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445
333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555
""".split()  # noqa: SIM905 - a table reads better than a list


def codes(result: Any) -> list[str]:
    return [item.code for item in result.warnings]


@pytest.mark.parametrize(
    ("level", "printed"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_four_coders(level: Level, printed: float) -> None:
    """Krippendorff (2011), Computing Krippendorff's alpha-reliability: 4 coders, 12 units, missing ratings."""
    found = krippendorff_alpha(FOUR_CODERS, level)
    assert round(found.estimate or 0, 3) == printed
    assert (found.n, found.ratings) == (11, 40)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= (found.estimate or 0) <= found.high <= 1


def test_alpha_of_two_coders() -> None:
    """Krippendorff (2011), Computing Krippendorff's alpha-reliability, sections A and B: .095 and .692."""
    two_kinds = krippendorff_alpha([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]], "nominal")
    five_kinds = krippendorff_alpha([list("aabbdcccedda"), list("babbbccceddd")], "nominal")
    assert (round(two_kinds.estimate or 0, 3), round(five_kinds.estimate or 0, 3)) == (0.095, 0.692)


def test_alpha_of_three_coders() -> None:
    """Krippendorff's alpha, worked example of 3 coders and 15 units: nominal .691, interval .811."""
    stars = ["*****34121133*3", "1*213343*******", "**21344*21133*4"]
    table = [[NAN if cell == "*" else float(cell) for cell in row] for row in stars]
    assert round(krippendorff_alpha(table, "nominal").estimate or 0, 3) == 0.691
    assert round(krippendorff_alpha(table, "interval").estimate or 0, 3) == 0.811


def test_fleiss_diagnoses() -> None:
    """Fleiss (1971), Psychological Bulletin 76:378-382: 30 patients, 6 psychiatrists, kappa .430."""
    counts = [[row.count(str(kind)) for kind in range(1, 6)] for row in DIAGNOSES]
    found = fleiss_kappa(counts)
    assert round(found.estimate or 0, 3) == 0.430
    assert found.grade == "not reliable"


def test_fleiss_fourteen_raters() -> None:
    """Fleiss' kappa, worked example of 10 subjects, 14 raters and 5 categories: .210."""
    counts = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    assert round(fleiss_kappa(counts).estimate or 0, 3) == 0.210
    assert codes(fleiss_kappa(counts)) == ["voice.few_units"]


def by_definition(table: list[list[float]], level: Level) -> float:
    """Alpha from its coincidence matrix, cell by cell."""
    units = [[v for v in column if not math.isnan(v)] for column in zip(*table, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    values = sorted({v for unit in units for v in unit})
    cells = dict.fromkeys(itertools.product(values, values), 0.0)
    for unit in units:
        for one, other in itertools.permutations(range(len(unit)), 2):
            cells[unit[one], unit[other]] += 1 / (len(unit) - 1)
    n = {c: sum(cells[c, k] for k in values) for c in values}

    def apart(c: float, k: float) -> float:
        if level == "nominal":
            return float(c != k)
        if level == "ordinal":
            low, high = min(c, k), max(c, k)
            return (sum(n[g] for g in values if low <= g <= high) - (n[c] + n[k]) / 2) ** 2
        if level == "interval":
            return (c - k) ** 2
        return 0.0 if c == k else ((c - k) / (c + k)) ** 2

    whole = sum(n.values())
    observed = sum(cells[c, k] * apart(c, k) for c, k in cells)
    expected = sum(n[c] * n[k] * apart(c, k) for c, k in cells)
    return 1 - (whole - 1) * observed / expected


RATINGS = st.integers(2, 4).flatmap(
    lambda coders: st.lists(st.tuples(*[st.sampled_from([0.0, 1.0, 2.0, 4.0, NAN])] * coders), min_size=2, max_size=10)
)


@given(RATINGS, st.sampled_from(["nominal", "ordinal", "interval", "ratio"]))
def test_alpha_is_its_definition(columns: list[tuple[float, ...]], level: Level) -> None:
    table = [list(row) for row in zip(*columns, strict=True)]
    rated = [[v for v in column if not math.isnan(v)] for column in columns]
    assume(len({v for unit in rated if len(unit) > 1 for v in unit}) > 1)
    found = krippendorff_alpha(table, level, draws=20)
    assert found.estimate == pytest.approx(by_definition(table, level))
    assert (found.estimate or 0) <= 1 + 1e-12
    again = krippendorff_alpha(table[::-1], level, draws=20)
    assert again.estimate == pytest.approx(found.estimate)
    if level == "interval":
        moved = krippendorff_alpha([[3 * v - 7 for v in row] for row in table], level, draws=20)
        assert moved.estimate == pytest.approx(found.estimate)
    if level == "ordinal":
        stretched = krippendorff_alpha([[v**3 + 1 for v in row] for row in table], level, draws=20)
        assert stretched.estimate == pytest.approx(found.estimate)


def test_full_agreement_and_names_of_kinds() -> None:
    names: list[list[str | None]] = [["a", "b", "b", None], ["a", "b", "b", "c"]]
    same = krippendorff_alpha(names, "nominal")
    assert (same.estimate, same.grade, same.n, same.raw) == (1, "firm", 3, 1)
    skewed = krippendorff_alpha([[1] * 38 + [1, 2], [1] * 38 + [2, 1]], "nominal")
    assert codes(skewed) == ["voice.skewed_categories"]
    assert krippendorff_alpha(FOUR_CODERS, "ordinal", seed=3) == krippendorff_alpha(FOUR_CODERS, "ordinal", seed=3)


def interviews(new: list[int]) -> list[set[int]]:
    """Interviews that bring so many codes nobody named before, and one that all share."""
    starts = itertools.accumulate([0, *new])
    return [set(range(start, start + count)) for start, count in zip(starts, new, strict=False)]


def test_saturation_of_the_worked_example() -> None:
    """Guest, Namey and Chen (2020), PLOS ONE 15(5):e0232076.

    37 themes in the base of four; the first run 4/37 = 11 %; at 5 % saturated at 6+2 (1/37 = 3 %) and at 7+3. The
    counts per interview are chosen to give the quotients that are printed.
    """
    held = interviews([15, 10, 7, 5, 3, 1, 1, 0, 1, 0])
    two, three = saturation(held, run=2), saturation(held, run=3)
    assert two.base_themes == 37
    assert [round(100 * step.ratio) for step in two.steps[:3]] == [11, 5, 3]
    assert (two.notation, three.notation) == ("6+2", "7+3")
    assert two.steps[2].ratio == pytest.approx(1 / 37)
    assert saturation(held, threshold=0).notation is None
    assert codes(saturation(held, threshold=0)) == ["voice.not_saturated"]


@given(st.lists(st.sets(st.integers(0, 12), min_size=1), min_size=6, max_size=14), st.integers(1, 4), st.integers(1, 2))
def test_saturation_laws(held: list[set[int]], base: int, run: int) -> None:
    found = saturation(held, base=base, run=run, draws=30)
    assert len(found.steps) == len(held) - base - run + 1
    assert found.base_themes == len(set().union(*held[:base]))
    for step in found.steps:
        seen = set().union(*held[: step.after])
        assert step.new == len(set().union(*held[step.after : step.after + run]) - seen)
    assert found.themes == len(set().union(*held))
    repeated = saturation([*held, *held], base=len(held), run=run, draws=30)
    assert repeated.at == len(held)


def test_order_of_interviews_can_decide() -> None:
    held = [{1, 2, 3, 4}, {1}, {2}, {3}, {4}, {1}, {5, 6}, {7, 8}]
    found = saturation(held, draws=400, seed=1)
    assert found.notation == "4+2"
    assert 0 < found.reached_share < 0.8
    assert codes(found) == ["voice.saturation_by_order"]
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.high
    assert found == saturation(held, draws=400, seed=1)


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: krippendorff_alpha([[1, 1], [1, 1]], "nominal"), "ratings holds one value"),
    (lambda: krippendorff_alpha([[1, NAN], [NAN, 2]], "nominal"), "ratings holds no unit"),
    (lambda: krippendorff_alpha([[1, 2]], "nominal"), "ratings"),
    (lambda: krippendorff_alpha([1, 2], "nominal"), "ratings"),
    (lambda: krippendorff_alpha([[1, math.inf], [1.0, 2.0]], "nominal"), "ratings"),
    (lambda: krippendorff_alpha([[-1, 2], [1, 2]], "ratio"), "ratings"),
    (lambda: krippendorff_alpha(np.array([["a", "b"], ["a", "a"]]), "ordinal"), "ratings holds texts"),
    (lambda: krippendorff_alpha([[1, 2], [1]], "nominal"), "ratings must have one row"),
    (lambda: krippendorff_alpha([[1, 2], [1, 2]], "cardinal"), "level"),  # type: ignore[arg-type]
    (lambda: fleiss_kappa([[2, 1], [2, 2]]), "counts"),
    (lambda: fleiss_kappa([[3, 0], [3, 0]]), "one category"),
    (lambda: fleiss_kappa([[1, 0], [0, 1]]), "counts"),
    (lambda: fleiss_kappa([[1.5, 1.5]]), "counts"),
    (lambda: fleiss_kappa([[-1, 3]]), "counts"),
    (lambda: fleiss_kappa([[NAN, 3]]), "counts"),
    (lambda: saturation([{1}, {2}]), "codes_per_interview has 2"),
    (lambda: saturation([set()] * 4 + [{1}] * 2), "no code"),
    (lambda: saturation(["ab"] * 8), "codes_per_interview"),
    (lambda: saturation([{1}] * 8, base=0), "base"),
    (lambda: saturation([{1}] * 8, threshold=1), "threshold"),
]


@pytest.mark.parametrize(("call", "named"), REFUSED)
def test_bad_codes_are_named(call: Callable[[], object], named: str) -> None:
    with pytest.raises(InvalidInputError, match=named):
        call()


def test_agreement_is_plain_data() -> None:
    results: list[Any] = [
        krippendorff_alpha([[1], [2]], "nominal"),
        fleiss_kappa([[2, 0], [0, 2]]),
        saturation([{1}] * 6),
    ]
    for result in results:
        json.dumps(result.to_dict(), allow_nan=False)
        for item in result.warnings:
            assert item.sentence("nl") != item.sentence("en")


@pytest.mark.slow
def test_interval_of_alpha_holds_what_it_promises() -> None:
    """Two coders, each wrong in one of ten, two even kinds: alpha .64; 100 units, 600 samples."""
    rng = np.random.default_rng(9)
    hits = {"alpha": 0, "kappa": 0}
    for draw in range(600):
        truth = rng.random(100) < 0.5
        coders = truth ^ (rng.random((2, 100)) < 0.1)
        found = krippendorff_alpha(coders.astype(float), "nominal", draws=400, seed=draw)
        hits["alpha"] += (found.low or 0) <= 0.64 <= (found.high or 0)
        yes = coders.sum(axis=0)
        kappa = fleiss_kappa(np.column_stack([yes, 2 - yes]), draws=400, seed=draw)
        hits["kappa"] += (kappa.low or 0) <= 0.64 <= (kappa.high or 0)
    coverage = {name: count / 600 for name, count in hits.items()}
    print(coverage)
    assert all(0.92 <= share <= 0.975 for share in coverage.values()), coverage

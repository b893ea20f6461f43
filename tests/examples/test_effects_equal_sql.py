"""The example's effects equal SQL over the source tables and formulas written out here; so does repeat buying."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest
from loyalty_repeat import repeat_numbers
from loyalty_source import open_source, run_sql
from numpy.typing import NDArray

from klantreis.measurement.measurement import EffectResult, Measurement
from klantreis.research.insight import Insight
from klantreis.use_cases.edit import undo
from klantreis.use_cases.measure_effect import evidence_of, keep_result, measure_effect
from klantreis.use_cases.open_workspace import open_store
from klantreis.use_cases.put_evidence import put_evidence
from tests.examples.building import EXAMPLES

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def tables(source: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The connection on which the independent SQL has run."""
    source.execute((Path(__file__).parent / "effects.sql").read_text(encoding="utf-8"))
    return source


def kept(name: str) -> EffectResult:
    """The result in the committed workspace."""
    measurement = open_store(EXAMPLES / "loyalty-card").load().get(f"measurement:{name}", Measurement)
    (result,) = measurement.results
    assert measurement.by_this_plan(result)
    assert result.computed_on == measurement.plan.fixed_on
    return result


def column(tables: duckdb.DuckDBPyConnection, table: str, name: str) -> Floats:
    """One column of numbers, in the order of the table."""
    return np.asarray(tables.table(table).fetchnumpy()[name], dtype=np.float64)


def test_the_mailing_is_a_difference_of_differences(tables: duckdb.DuckDBPyConnection) -> None:
    result = kept("mailing-besteding")
    mailed = column(tables, "by_week", "mailed") == 1
    before, during = column(tables, "by_week", "before"), column(tables, "by_week", "during")
    change = during - before
    effect = change[mailed].mean() - change[~mailed].mean()
    error = np.sqrt(change[mailed].var() / mailed.sum() + change[~mailed].var() / (~mailed).sum())
    assert result.estimate is not None
    assert result.raw is not None
    assert (result.n_exposed, result.n_comparison) == (mailed.sum(), (~mailed).sum()) == (1_076, 1_271)
    assert result.estimate.value == pytest.approx(effect, rel=1e-5)
    assert result.estimate.high == pytest.approx(effect + 1.96 * error, rel=0.01)
    assert result.raw.value == pytest.approx(during[mailed].mean() - during[~mailed].mean(), rel=1e-5)
    assert (result.grade, result.judgement) == ("quasi-experiment", "cannot tell")


def test_the_coupon_is_adjusted_for_six_things_known_before(tables: duckdb.DuckDBPyConnection) -> None:
    result = kept("bon-besteding")
    redeemed, y = column(tables, "redeeming", "redeemed") == 1, column(tables, "redeeming", "after")
    names = ("spent", "trips", "coupon_trips", "mailings", "departments", "earlier")
    x = np.column_stack([np.ones(len(y)), *(column(tables, "redeeming", name) for name in names)])
    means, errors = [], []
    chance = logistic(x, redeemed)
    for members, weight in ((redeemed, 1 / chance), (~redeemed, 1 / (1 - chance))):
        foretold = x @ np.linalg.lstsq(x[members], y[members], rcond=None)[0]
        share = np.where(members, weight, 0.0)
        means.append((foretold + share * (y - foretold)).mean())
        errors.append(y[members].std() / np.sqrt(members.sum()))
    assert result.estimate is not None
    assert result.raw is not None
    assert (result.n_exposed, result.n_comparison) == (redeemed.sum(), (~redeemed).sum()) == (158, 918)
    assert result.estimate.value == pytest.approx(means[0] - means[1], rel=1e-4)
    assert result.level == pytest.approx(means[1], rel=1e-5)
    assert result.raw.value == pytest.approx(y[redeemed].mean() - y[~redeemed].mean(), rel=1e-5)
    assert result.raw.low is not None
    assert result.raw.value - result.raw.low == pytest.approx(1.97 * np.hypot(*errors), rel=0.02)
    assert (result.grade, result.judgement) == ("adjusted", "cannot tell")
    assert result.e_value_limit == 1


def logistic(x: Floats, member: NDArray[np.bool_]) -> Floats:
    """Chances by logistic regression, by Newton's method."""
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        beta += np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x, x.T @ (member - p))
    return 1 / (1 + np.exp(-x @ beta))


def test_the_demo_measures_what_is_committed_and_writes_nothing_twice(built: Path) -> None:
    store = open_store(built / "loyalty-card")
    for name in ("mailing-besteding", "bon-besteding"):
        result = measure_effect(store, name, on=date(2026, 12, 1))
        assert result.data is not None
        assert result.model_copy(update={"data": None, "computed_on": kept(name).computed_on}) == kept(name)
        assert keep_result(store, name, result, by="els") is None


def test_the_claim_rests_on_both_effects(tables: duckdb.DuckDBPyConnection) -> None:
    workspace = open_store(EXAMPLES / "loyalty-card").load()
    claim = workspace.get("insight:meer-door-bonnen", Insight).claim
    assert [piece.locator for piece in claim.evidence] == ["measurement:mailing-besteding", "measurement:bon-besteding"]
    for piece in claim.evidence:
        measurement = workspace.get(piece.locator or "", Measurement)
        assert measurement.latest is not None
        assert piece == evidence_of(measurement, measurement.latest, piece.finding or "")
        assert "Niet te zeggen" in (piece.finding or "")


def test_repeat_buying_is_counted_from_the_source(tables: duckdb.DuckDBPyConnection) -> None:
    connection = open_source()
    run_sql(connection, "source", "repeat")
    told = repeat_numbers(connection)
    weeks = tables.sql(
        "SELECT household_id, (day - DATE '2017-01-01') // 7 AS week, sum(spent) AS spent FROM trip WHERE NOT fuel "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchnumpy()
    by_household: dict[str, dict[int, float]] = {}
    for household, number, spent in zip(weeks["household_id"], weeks["week"], weeks["spent"], strict=True):
        by_household.setdefault(str(household), {})[int(number)] = float(spent)
    seen = [one for one in by_household.values() if min(one) < 38]
    made = [sum(39 <= number <= 51 for number in one) for one in seen]
    again = [(one, later) for one, later in zip(seen, made, strict=True) if sum(number < 39 for number in one) > 1]
    assert told["weeks_again"].found.n == len(seen)
    assert f"Het werden er {np.mean(made):.2f}".replace(".", ",") in told["weeks_again"].sentence
    # Held out: what the model expects lies within a twentieth of what was made.
    assert told["weeks_again"].found.value == pytest.approx(np.mean(made), rel=0.05)
    assert told["stayed"].found.n == told["week_value"].found.n == len(again)
    assert told["stayed"].found.value == pytest.approx(np.mean([later > 0 for _, later in again]))
    values = [np.mean([spent for number, spent in one.items() if min(one) < number < 39]) for one, _ in again]
    assert told["week_value"].found.value == pytest.approx(np.mean(values))
    # The model that is not used misses what was seen.
    assert "Het gamma-gamma-model zegt 58" in told["week_value"].sentence
    assert told["week_value"].found.high < 56


def test_what_was_put_behind_a_claim_can_be_taken_off(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "card"
    shutil.copytree(built / "loyalty-card", folder)
    store = open_store(folder)
    before = store.load()
    measurement = before.get("measurement:bon-besteding", Measurement)
    assert measurement.latest is not None
    piece = evidence_of(measurement, measurement.latest, "Niet aangetoond.")
    assert put_evidence(store, "opportunity:bonnen-in-beeld", piece, by="els") is not None
    assert store.load() != before
    undo(store, "opportunity:bonnen-in-beeld", by="els")
    assert store.load() == before

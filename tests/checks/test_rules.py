"""Every rule fires where it should and stays silent where it should."""

from __future__ import annotations

import pytest

from klantreis.checks.rule import rules
from klantreis.checks.scene import Scene
from tests.checks.fixture_files import FIXTURES, fixture

RULES = rules()
#: The rules that a workspace is promised to be judged by.
PROMISED = """
J01 J02 J03 J06 J09 J10 J12 F01 F02 P01 P02 P03 K01 K02 T01 C01 C02 E01 E02 M01 M03 M07 X01 X03 X05 W01 W02
"""


def test_the_promised_rules_are_there_and_no_other() -> None:
    assert set(RULES) == set(PROMISED.split())


def test_every_rule_has_two_fixtures_and_every_fixture_a_rule() -> None:
    held = {str(file.relative_to(FIXTURES)) for file in FIXTURES.rglob("*.yaml")}
    assert held == {f"{rule}/{which}.yaml" for rule in RULES for which in ("fires", "silent")}


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_fires(rule_id: str) -> None:
    rule, given = RULES[rule_id], fixture(rule_id, "fires")
    found = [finding for judged in rule.judge(given.scene) if (finding := rule.finding(judged))]
    expected = {one["where"]: one for one in given.expect}
    assert {one.where: one.severity.value for one in found} == {
        where: one["severity"] for where, one in expected.items()
    }
    assert len(found) == len(expected)
    for one in found:
        assert one.sentence("nl") != one.sentence("en")
        assert "{" not in one.sentence("nl") + one.sentence("en")
        if "nl" in expected[one.where]:
            assert one.sentence("nl") == expected[one.where]["nl"]
        if "en" in expected[one.where]:
            assert one.sentence("en") == expected[one.where]["en"]


@pytest.mark.parametrize("rule_id", RULES)
def test_the_expected_sentences_are_written_out(rule_id: str) -> None:
    assert any("nl" in one or "en" in one for one in fixture(rule_id, "fires").expect)


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_stays_silent_where_it_does_apply(rule_id: str) -> None:
    rule, given = RULES[rule_id], fixture(rule_id, "silent")
    judged = list(rule.judge(given.scene))
    assert judged
    assert [finding.sentence("en") for one in judged if (finding := rule.finding(one))] == []


@pytest.mark.parametrize("rule_id", RULES)
def test_an_empty_workspace_is_judged_without_a_fault(rule_id: str) -> None:
    given = fixture("X05", "silent")
    bare = Scene(given.workspace.without("journey:map").without("persona:an"), given.on)
    assert list(RULES[rule_id].judge(bare)) == []

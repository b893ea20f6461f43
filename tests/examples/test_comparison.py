"""The example's small statistics: their published numbers and worked examples."""

from __future__ import annotations

import doctest

import loyalty_comparison
import pytest
from loyalty_comparison import compare_shares, false_discovery


def test_worked_examples() -> None:
    done = doctest.testmod(loyalty_comparison)
    assert done.attempted >= 7
    assert done.failed == 0


@pytest.mark.parametrize(
    ("group", "others", "difference"),
    [
        # Newcombe 1998, Table II, method 10: (a), (b), (c), (e).
        ((56, 70), (48, 80), (0.2000, 0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.6000, 0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.5714, 0.0582, 0.8062)),
        ((0, 10), (0, 20), (0.0000, -0.1611, 0.2775)),
    ],
)
def test_newcombe(group: tuple[int, int], others: tuple[int, int], difference: tuple[float, float, float]) -> None:
    found = compare_shares(group, others).difference
    assert (found.value, found.low, found.high) == pytest.approx(difference, abs=6e-5)


def test_benjamini_hochberg_published() -> None:
    """Benjamini & Hochberg 1995, section 3.2: of 15 p-values four stand at 5 %."""
    p_values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p_values += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert sum(q <= 0.05 for q in false_discovery(p_values)) == 4

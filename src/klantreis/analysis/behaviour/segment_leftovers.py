"""Do two questions still go together within the classes, where a latent class model says that they do not?"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.stats import chi2

from klantreis.analysis.result import Caution, Floats, Ints, caution

#: A pair is told when its residual is rarer than this, over all pairs.
RARE = 0.05


def leftover_caution(marks: Floats, owner: Ints, weights: Floats, share: Floats, chance: Floats) -> tuple[Caution, ...]:
    """The two items that go together most within the classes, when that is more than chance.

    Parameters
    ----------
    marks
        Shape (patterns, categories): 1 where the answer was given; all zeros of an item for no answer.
    owner
        Shape (categories,): to which item each belongs.
    weights
        Shape (patterns,): how many gave it.
    share, chance
        Shape (classes,) and (categories, classes): the fitted model.

    Notes
    -----
    The bivariate residual: Pearson's chi-squared of the table of two items beside what the model expects of it. As the
    model was fitted to the same answers it is smaller than chi-squared, so this warns too seldom rather than too often.

    References
    ----------
    Vermunt and Magidson (2016), Technical guide for Latent GOLD 5.1, section 7.4; Oberski, van Kollenburg and Vermunt
    (2013), Advances in Data Analysis and Classification 7(3):267-279.

    Examples
    --------
    >>> marks = np.array([[1, 0, 1, 0], [0, 1, 0, 1]], dtype=float)
    >>> owner, even = np.array([0, 0, 1, 1]), np.full((4, 1), 0.5)
    >>> leftover_caution(marks, owner, np.array([20.0, 20.0]), np.ones(1), even)[0].values
    (('one', 1), ('other', 2))
    """
    counted = (marks * weights[:, None]).T @ marks
    expected = (chance * share) @ chance.T
    items = int(owner.max()) + 1
    if (marks.sum(axis=1) < items).any():
        return ()  # who left one out may differ from who answered both, without the model being wrong
    pairs = list(combinations(range(items), 2))
    best, found = RARE / max(len(pairs), 1), None
    for one, other in pairs:
        table = counted[np.ix_(owner == one, owner == other)]
        model = expected[np.ix_(owner == one, owner == other)]
        freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
        if not freedom:
            continue
        model = table.sum() * model / model.sum()
        residual = float(((table - model) ** 2 / np.maximum(model, 1e-9))[(table > 0) | (model > 0.5)].sum())
        if (p := float(chi2.sf(residual, freedom))) < best:
            best, found = p, (one + 1, other + 1)
    return () if found is None else (caution("behaviour.go_together", one=found[0], other=found[1]),)

"""How are the weights of intents learnt from labelled lines, and how well do they do on lines not learnt from?

``python -m klantreis.analysis.voice.intent_model`` writes the weights anew into ``words/``; they are read, not learnt,
when a text is asked about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np

from klantreis.analysis.bootstrap import bootstrap, percentiles
from klantreis.analysis.result import Floats, Ints
from klantreis.analysis.voice.intent_features import INTENTS, IntentName, features, labelled
from klantreis.texts import LANGS
from klantreis.values import Lang

#: Inverse strength of the penalty on weights, chosen once and not by the scores that are told.
FREEDOM = 10.0
#: Fewest lines that hold a feature; digits to which weights are kept.
FEWEST, DIGITS = 2, 2
BIAS = "bias"


@dataclass(frozen=True, slots=True)
class Weights:
    """One row of weights, in the order of ``INTENTS``, per feature."""

    rows: dict[str, tuple[float, ...]]

    def probabilities(self, text: str, lang: Lang) -> Floats:
        """Per intent the probability that it is the one."""
        score = np.array(self.rows[BIAS])
        for name, value in features(text, lang).items():
            if name in self.rows:
                score = score + value * np.array(self.rows[name])
        grown = np.exp(score - score.max())
        return np.asarray(grown / grown.sum())


def learn(lines: Sequence[tuple[str, IntentName]], lang: Lang, *, phrases: bool = True) -> Weights:
    """Multinomial logistic regression with a penalty on the weights; the same lines give the same weights."""
    from sklearn.linear_model import LogisticRegression  # needed when learning only
    from threadpoolctl import threadpool_limits

    held = [features(text, lang) for text, _ in lines]
    counts = Counter(name for one in held for name in one)
    names = sorted(
        name for name, count in counts.items() if count >= FEWEST and (phrases or not name.startswith("rule:"))
    )
    column = {name: place for place, name in enumerate(names)}
    table = np.zeros((len(lines), len(names)))
    for row, one in enumerate(held):
        for name, value in one.items():
            if name in column:
                table[row, column[name]] = value
    truth = np.array([INTENTS.index(intent) for _, intent in lines])
    model = LogisticRegression(C=FREEDOM, max_iter=5000, tol=1e-8)
    with threadpool_limits(1):  # threads that wait for each other cost more than these small tables
        # The best weights are sums of lines, so they are looked for among those: the same answer from fewer numbers.
        basis, _ = np.linalg.qr(table.T)
        model.fit(table @ basis, truth)
    every = np.round(np.column_stack([model.intercept_, model.coef_ @ basis.T]), DIGITS).T + 0.0
    return Weights({name: tuple(row.tolist()) for name, row in zip([BIAS, *names], every, strict=True) if row.any()})


@dataclass(frozen=True, slots=True)
class Scores:
    """How the model does on lines it did not learn from.

    Parameters
    ----------
    macro_f1, low, high
        Average F1 of the intents when every line gets its likeliest one; interval over draws of the lines.
    answered, right
        Part of the lines at or above the threshold, and part of those that is right.
    """

    n: int
    macro_f1: float
    low: float
    high: float
    accuracy: float
    answered: float
    right: float


@cache
def cross_validated(lang: Lang, *, threshold: float, phrases: bool = True, folds: int = 10, seed: int = 0) -> Scores:
    """Scores of ten models, each on the tenth of the lines that it did not see.

    The telling phrases were written by who wrote the lines, so with them the scores flatter; ``phrases=False`` leaves
    them out.
    """
    lines = labelled(lang)
    truth = np.array([INTENTS.index(intent) for _, intent in lines])
    fold = _folds(truth, folds, seed)
    chance = np.zeros((len(lines), len(INTENTS)))
    for one in range(folds):
        weights = learn([line for line, place in zip(lines, fold, strict=True) if place != one], lang, phrases=phrases)
        for row in np.flatnonzero(fold == one):
            chance[row] = weights.probabilities(lines[row][0], lang)
    told, sure = chance.argmax(axis=1), chance.max(axis=1) >= threshold

    def macro(drawn: Floats) -> Floats:
        both = [drawn @ ((truth == k) & (told == k)) for k in range(len(INTENTS))]
        either = [drawn @ ((truth == k) * 1.0 + (told == k)) for k in range(len(INTENTS))]
        return np.asarray(np.mean([2 * b / np.maximum(e, 1e-12) for b, e in zip(both, either, strict=True)], axis=0))

    low, high = percentiles(bootstrap(macro, len(lines), draws=2000, seed=seed), 0.95)
    return Scores(
        n=len(lines),
        macro_f1=float(macro(np.ones((1, len(lines))))[0]),
        low=float(low),
        high=float(high),
        accuracy=float((told == truth).mean()),
        answered=float(sure.mean()),
        right=float((told == truth)[sure].mean()),
    )


def _folds(truth: Ints, folds: int, seed: int) -> Ints:
    """A fold per line, with as many of each intent in each."""
    rng, fold = np.random.default_rng(seed), np.zeros(len(truth), dtype=np.int64)
    for intent in np.unique(truth):
        rows = rng.permutation(np.flatnonzero(truth == intent))
        fold[rows] = np.arange(len(rows)) % folds
    return fold


@cache
def shipped(lang: Lang) -> Weights:
    """The weights in the package."""
    file = resources.files("klantreis.analysis.voice").joinpath("words", f"intent_weights_{lang}.tsv")
    rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
    return Weights({name: tuple(float(cell) for cell in cells) for name, *cells in rows})


def written(weights: Weights) -> str:
    """Weights as lines of text, a feature each."""
    return "".join(f"{name}\t" + "\t".join(f"{cell:g}" for cell in row) + "\n" for name, row in weights.rows.items())


if __name__ == "__main__":
    for one in LANGS:
        into = Path(__file__).parent / "words" / f"intent_weights_{one}.tsv"
        into.write_text(written(learn(labelled(one), one)), encoding="utf-8")

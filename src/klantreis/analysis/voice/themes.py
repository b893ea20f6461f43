"""Which words do people use together, so that a person may see themes in them?

Topics of a factorisation are words that go together; whether they are themes a person decides. Unstable ones are told.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array

from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, caution, plain
from klantreis.analysis.voice.tokens import as_lang, as_texts, stop_words, words
from klantreis.errors import InvalidInputError
from klantreis.values import Lang

#: Below this average overlap of the top words over seeds a theme is called unstable.
STABLE = 0.6
#: A theme holds a text when it has at least this part of the text's weight.
MEMBER = 0.3
#: Shortest part of a Dutch compound: klanten + kaart.
SHORTEST_PART = 4
#: Rounds after which a factorisation stops.
MOST_ROUNDS = 300


@dataclass(frozen=True, slots=True)
class Theme:
    """Words that go together, and the texts in which they do.

    Parameters
    ----------
    words
        Heaviest first.
    texts
        Positions of the texts that it holds, in the order given.
    representative
        Positions of the texts that are most of this theme and little of others, best first.
    share
        Part of all weight.
    stability
        Average Jaccard overlap of the words with the nearest theme of other seeds: 1 is the same words each time.
    """

    words: tuple[str, ...]
    texts: tuple[int, ...]
    representative: tuple[int, ...]
    share: float
    stability: float

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Themes(Result):
    """``estimate`` is the average stability, low and high that of the least and the most stable theme.

    It is also the row of its themes, the heaviest first. ``n`` counts the texts that hold a word which counts.
    """

    themes: tuple[Theme, ...]

    def __getitem__(self, place: int) -> Theme:
        return self.themes[place]

    def __len__(self) -> int:
        return len(self.themes)

    def __iter__(self) -> Iterator[Theme]:
        return iter(self.themes)


@checked_options
def themes(
    texts: Sequence[str],
    k: int,
    *,
    lang: Lang | None = None,
    top: int = 10,
    representatives: int = 3,
    seeds: int = 10,
    seed: int = 0,
) -> Themes:
    """Groups of words that go together, by TF-IDF and non-negative matrix factorisation.

    Parameters
    ----------
    texts
        What people said, one answer or fragment each.
    k
        How many themes.
    lang
        Whose stop words are left out; those of both languages unless given.
    top, representatives
        How many words and texts tell what a theme is.
    seeds, seed
        How many other starts the stability rests on, and from which number they are drawn.

    Raises
    ------
    InvalidInputError
        When k is below 1 or the texts hold fewer texts or words than themes.

    Notes
    -----
    Words in one text only do not count when there are ten texts or more. A Dutch compound also counts as its parts
    when both stand by themselves somewhere in the texts. The order of the texts does not matter.

    References
    ----------
    Lee and Seung (1999), Nature 401:788-791; Boutsidis and Gallopoulos (2008), Pattern Recognition 41:1350-1362.

    Examples
    --------
    >>> said = ["parkeren is duur", "duur parkeren in de stad", "de app loopt vast", "vast in de app"]
    >>> sorted(sorted(theme.words[:2]) for theme in themes(said, 2, top=2))
    [['app', 'vast'], ['duur', 'parkeren']]
    """
    held = as_texts("texts", texts)
    for name, number in (("k", k), ("top", top), ("seeds", seeds), ("representatives", representatives)):
        if number < 1:
            raise InvalidInputError(f"{name} must be 1 or more, not {number}.")
    # Texts in a fixed order: sums of floats then do not depend on how they were given.
    order = sorted(range(len(held)), key=lambda place: held[place])
    table, vocabulary = _table([held[place] for place in order], None if lang is None else as_lang(lang))
    full = np.flatnonzero(table.sum(axis=1) > 0) if len(vocabulary) else np.empty(0, dtype=np.int64)
    if min(len(full), len(vocabulary)) < k:
        raise InvalidInputError(
            f"texts hold {len(full)} texts with {len(vocabulary)} words that count; {k} themes are too many.",
            hint="Ask for fewer themes, or give more texts.",
        )
    weights, parts, settled = _factors(table[full], k, None)
    tops = _top_words(parts, top)
    overlaps = _overlaps(table[full], k, top, tops, [seed + place for place in range(seeds)])
    places = np.array(order)[full]
    # Each theme's words add up to one, so that the weights of themes can be compared.
    scaled = weights * parts.sum(axis=1)
    shares = scaled / np.maximum(scaled.sum(axis=1, keepdims=True), 1e-12)
    found = [
        Theme(
            words=tuple(vocabulary[word] for word in tops[theme]),
            texts=tuple(sorted(int(places[row]) for row in np.flatnonzero(shares[:, theme] >= MEMBER))),
            representative=_representative(scaled[:, theme] * shares[:, theme], places, held, representatives),
            share=float(scaled[:, theme].sum() / max(scaled.sum(), 1e-12)),
            stability=float(overlaps[theme]),
        )
        for theme in range(k)
    ]
    found.sort(key=lambda theme: (-theme.share, theme.words))
    return Themes(
        estimate=float(overlaps.mean()),
        low=float(overlaps.min()),
        high=float(overlaps.max()),
        n=len(full),
        method=f"TF-IDF and NMF into {k}; Jaccard of the {top} heaviest words over {seeds} random starts",
        warnings=_cautions(found, len(full), len(held), settled=settled),
        themes=tuple(found),
    )


def compound_parts(word: str, known: frozenset[str]) -> tuple[str, ...]:
    """The two words that a Dutch compound is made of, when both are known; nothing otherwise.

    Examples
    --------
    >>> compound_parts("klantenkaart", frozenset({"klant", "kaart"}))
    ('klant', 'kaart')
    """
    for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
        first, second = word[:cut], word[cut:]
        if second in known:
            for joint in ("", "s", "en", "e", "n"):
                stem = first.removesuffix(joint) if joint else first
                if (not joint or stem != first) and len(stem) >= SHORTEST_PART and stem in known:
                    return stem, second
    return ()


def _table(texts: list[str], lang: Lang | None) -> tuple[csr_array, tuple[str, ...]]:
    """TF-IDF of the words that count, one row a text, each of length one; and those words."""
    left_out = stop_words(lang)
    said = [[word for word in words(text) if word not in left_out and len(word) > 1] for text in texts]
    known = frozenset(word for one in said for word in one)
    if lang != "en":
        parts = {word: compound_parts(word, known) for word in known}
        said = [[part for word in one for part in (word, *parts[word])] for one in said]
    in_texts: dict[str, int] = {}
    for one in said:
        for word in set(one):
            in_texts[word] = in_texts.get(word, 0) + 1
    vocabulary = tuple(sorted(word for word, count in in_texts.items() if count > 1 or len(texts) < 10))
    column = {word: place for place, word in enumerate(vocabulary)}
    cells = Counter((row, column[word]) for row, one in enumerate(said) for word in one if word in column)
    rows, columns = np.array(list(cells), dtype=np.int64).reshape(-1, 2).T
    counts = np.array([in_texts[word] for word in vocabulary])
    weights = np.log1p(list(cells.values())) * (np.log((1 + len(texts)) / (1 + counts[columns])) + 1) if cells else []
    table = csr_array((weights, (rows, columns)), shape=(len(texts), max(1, len(vocabulary))))
    lengths = np.sqrt(np.asarray((table**2).sum(axis=1)))
    return csr_array(table.multiply(1 / np.where(lengths > 0, lengths, 1)[:, None])), vocabulary


def _factors(table: csr_array, k: int, seed: int | None) -> tuple[Floats, Floats, bool]:
    """Texts × themes, themes × words, and whether it settled; without a seed it starts from the singular vectors."""
    from sklearn.decomposition import NMF  # it takes a second to load
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    model = NMF(
        n_components=k,
        init="nndsvda" if seed is None else "random",
        random_state=0 if seed is None else seed,
        max_iter=MOST_ROUNDS,
    )
    # One thread sums in one order: the same words each time. That it did not settle is told by a caution.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        weights = model.fit_transform(table)
    return np.asarray(weights), np.asarray(model.components_), model.n_iter_ < MOST_ROUNDS


def _top_words(parts: Floats, top: int) -> list[list[int]]:
    """The heaviest words of each theme; equal ones by their place, words without weight not at all."""
    return [[int(word) for word in np.argsort(-row, kind="stable")[:top] if row[word] > 1e-9] for row in parts]


def _overlaps(table: csr_array, k: int, top: int, tops: list[list[int]], seeds: list[int]) -> Floats:
    """Per theme the average Jaccard overlap with its partner over the seeds."""
    total = np.zeros(k)
    for one in seeds:
        others = _top_words(_factors(table, k, one)[1], top)
        overlap = np.array([[_jaccard(set(mine), set(other)) for other in others] for mine in tops])
        rows, columns = linear_sum_assignment(-overlap)
        total[rows] += overlap[rows, columns]
    return np.asarray(total / len(seeds))


def _jaccard(one: set[int], other: set[int]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0


def _representative(weight: Floats, places: np.ndarray[Any, Any], held: tuple[str, ...], count: int) -> tuple[int, ...]:
    """The texts with the most weight of their own; of equal texts one."""
    chosen: dict[str, int] = {}
    for row in np.argsort(-np.round(weight, 9), kind="stable"):
        if weight[row] > 0 and len(chosen) < count:
            chosen.setdefault(held[places[row]], int(places[row]))
    return tuple(chosen.values())


def _cautions(found: list[Theme], full: int, texts: int, *, settled: bool) -> tuple[Caution, ...]:
    told = [caution("voice.themes_by_person")]
    if not settled:
        told.append(caution("voice.not_converged"))
    unstable = sum(theme.stability < STABLE for theme in found)
    if unstable:
        told.append(caution("voice.themes_unstable", n=unstable, themes=len(found), limit=STABLE))
    if full < 10 * len(found):
        told.append(caution("voice.few_texts", n=full, themes=len(found)))
    if full < texts:
        told.append(caution("voice.no_text", n=texts - full))
    return tuple(told)

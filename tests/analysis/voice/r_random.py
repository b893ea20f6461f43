"""R's random numbers in Python, so that what a package's vignette prints after ``set.seed`` can be tested here.

Mersenne-Twister with R's scrambled seed, normal numbers by inversion and ``sample`` with probabilities, as the R
manual describes them (?RNGkind, ?sample).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri


class RRandom:
    """The stream after ``set.seed(seed)``."""

    def __init__(self, seed: int) -> None:
        for _ in range(50):
            seed = (69069 * seed + 1) % 2**32
        words = []
        for _ in range(625):
            seed = (69069 * seed + 1) % 2**32
            words.append(seed)
        self._twister = np.random.MT19937()
        self._twister.state = {
            "bit_generator": "MT19937",
            "state": {"key": np.array(words[1:], dtype=np.uint32), "pos": 624},
        }

    def uniform(self) -> float:
        """``unif_rand()``: strictly between 0 and 1."""
        return float(min(max(self._twister.random_raw() * 2.3283064365386963e-10, 1.16e-10), 1 - 1.16e-10))

    def normal(self, n: int, mean: float, sd: float, digits: int = 2) -> npt.NDArray[np.float64]:
        """``round(rnorm(n, mean, sd), digits)``."""
        big = 134217728
        drawn = []
        for _ in range(n):
            coarse = int(big * self.uniform())
            drawn.append(mean + sd * float(ndtri((coarse + self.uniform()) / big)))
        return np.round(np.array(drawn), digits)

    def sample(self, n: int, chances: list[float]) -> npt.NDArray[np.float64]:
        """``sample(1:k, n, replace = TRUE, prob = chances)`` for fewer than 200 values."""
        p, place = _heap_sorted(chances)
        edges = np.cumsum(p)
        drawn = [int(np.searchsorted(edges[:-1], self.uniform(), side="left")) for _ in range(n)]
        return np.array([place[index] for index in drawn], dtype=np.float64)


def _heap_sorted(chances: list[float]) -> tuple[list[float], list[int]]:
    """Descending by heap sort; which of two equal values comes first matters, so the order is R's."""
    a, place = [0.0, *chances], list(range(len(chances) + 1))
    left, right = len(chances) // 2 + 1, len(chances)
    while True:
        if left > 1:
            left -= 1
            value, mark = a[left], place[left]
        else:
            value, mark = a[right], place[right]
            a[right], place[right] = a[1], place[1]
            right -= 1
            if right == 1:
                a[1], place[1] = value, mark
                return a[1:], place[1:]
        i, j = left, 2 * left
        while j <= right:
            if j < right and a[j] > a[j + 1]:
                j += 1
            if value <= a[j]:
                break
            a[i], place[i] = a[j], place[j]
            i, j = j, 2 * j
        a[i], place[i] = value, mark

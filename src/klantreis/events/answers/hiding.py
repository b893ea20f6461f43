"""Which numbers of a table to hide, so that nothing that is left gives the small ones away.

Numbers that add up to a sum that is shown form a line: a row or a column of a table. Of a line never just one number
is hidden, nor so few that together they are still small: the sum, less what is shown, would tell.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

C = TypeVar("C", bound=Hashable)


def few(number: int, k: int) -> bool:
    """Whether a number is that of a small group."""
    return 0 < number < k


def hidden_places(numbers: Sequence[int], k: int) -> set[int]:
    """Which of the numbers with a known sum to hide.

    Examples
    --------
    >>> sorted(hidden_places([9, 3, 0, 6], 5)), hidden_places([9, 0], 5)
    ([1, 3], set())
    >>> sorted(hidden_places([9, 1, 2, 6], 5))
    [1, 2, 3]
    """
    small = {place for place, number in enumerate(numbers) if few(number, k)}
    return hidden_cells([range(len(numbers))], dict(enumerate(numbers)), small, k)


def hidden_cells(lines: Iterable[Collection[C]], numbers: Mapping[C, int], small: Collection[C], k: int) -> set[C]:
    """Which cells of a table to hide: the small ones, and what would give them away.

    Parameters
    ----------
    lines
        The cells that add up to a sum that is shown; a cell can be in several lines.
    numbers
        What is added up in each cell. Zeros are never hidden to keep others company: they are no help.
    small
        The cells that must be hidden.

    Examples
    --------
    Two rows and three columns with all sums shown: hiding one number takes three more.

    >>> table = {(row, column): 10 * row + column + 7 for row in range(2) for column in range(3)}
    >>> rows = [[(row, column) for column in range(3)] for row in range(2)]
    >>> columns = [[(row, column) for row in range(2)] for column in range(3)]
    >>> sorted(hidden_cells([*rows, *columns], table, {(0, 0)}, 5))
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    """
    hidden = set(small)
    waiting = [line for line in lines if len(line)]
    changed = True
    while changed:
        changed = False
        for line in waiting:
            gone = [cell for cell in line if cell in hidden and numbers[cell]]
            if not gone or (len(gone) > 1 and sum(numbers[cell] for cell in gone) >= k):
                continue
            spare = [(numbers[cell], place, cell) for place, cell in enumerate(line) if numbers[cell]]
            spare = [each for each in spare if each[2] not in hidden]
            if spare:
                hidden.add(min(spare, key=lambda each: each[:2])[2])
                changed = True
    return hidden

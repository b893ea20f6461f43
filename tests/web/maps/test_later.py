"""An answer that takes long never holds a page up, is worked out once, and tells when it fails."""

from __future__ import annotations

import threading
import time
from functools import partial

from klantreis.errors import InvalidInputError
from klantreis.web.maps.later import KEPT, Later


def test_a_slow_answer_is_pending_and_there_the_next_time() -> None:
    later: Later[int] = Later()
    go = threading.Event()
    calls: list[int] = []

    def slow() -> int:
        calls.append(1)
        go.wait(10)
        return 7

    begun = time.monotonic()
    first = later.ask("key", slow, wait=0.01)
    assert time.monotonic() - begun < 1
    assert (first.pending, first.value) == (True, None)
    second = later.ask("key", slow, wait=0)
    go.set()
    assert second.wait(10)
    assert later.ask("key", slow, wait=0).value == 7
    assert len(calls) == 1


def test_another_question_is_worked_out_anew() -> None:
    later: Later[int] = Later()
    answers = [later.ask(key, partial(pow, key, 2), wait=10).value for key in (2, 3, 2)]
    assert answers == [4, 9, 4]


def test_a_failure_is_told_and_can_be_tried_again() -> None:
    later: Later[int] = Later()

    def fail() -> int:
        raise InvalidInputError("No log.")

    answer = later.ask("key", fail, wait=10)
    assert (answer.pending, answer.value, str(answer.error)) == (False, None, "No log.")
    later.forget("key")
    assert later.ask("key", lambda: 3, wait=10).value == 3


def test_an_unforeseen_failure_does_not_hang_the_page() -> None:
    later: Later[float] = Later()
    answer = later.ask("key", lambda: 1 / 0, wait=10)
    assert isinstance(answer.error, ZeroDivisionError)
    assert not answer.pending


def test_old_answers_are_let_go() -> None:
    later: Later[int] = Later()
    for number in range(KEPT + 1):
        later.ask(number, lambda: 1, wait=10)
    assert later.ask(KEPT, lambda: 2, wait=10).value == 1
    assert later.ask(0, lambda: 2, wait=10).value == 2

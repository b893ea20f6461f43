"""Answers that may take long, worked out in the background: a page asks, waits a moment, and shows what is there.

A first answer can take seconds (a kernel is compiled, a large log is read for the first time). A page never waits
for that: it says that the answer is being worked out, and shows it the next time.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from klantreis.errors import KlantreisError

T = TypeVar("T")
#: Answers that are kept.
KEPT = 64
log = logging.getLogger("klantreis.web")


@dataclass
class Answer(Generic[T]):
    """One answer: not there yet (``pending``), worked out (``value``), or impossible (``error``)."""

    value: T | None = None
    error: Exception | None = None
    _there: threading.Event = field(default_factory=threading.Event)

    @property
    def pending(self) -> bool:
        """Whether it is still being worked out."""
        return not self._there.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until the answer is there, at most this long; whether it is."""
        return self._there.wait(seconds)

    def work_out(self, compute: Callable[[], T]) -> None:
        """Work it out, here and now."""
        try:
            self.value = compute()
        except KlantreisError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread has nobody to tell; the page says that it failed
            self.error = error
            log.error("an answer in the background failed: %r", error)
        finally:
            self._there.set()


@dataclass(frozen=True)
class Later(Generic[T]):
    """Answers by key, the latest kept."""

    _answers: OrderedDict[Hashable, Answer[T]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, key: Hashable, compute: Callable[[], T], *, wait: float) -> Answer[T]:
        """The answer to a question; worked out once for each key.

        Parameters
        ----------
        key
            Everything that the answer depends on.
        compute
            Works the answer out; called in a thread of its own.
        wait
            Seconds to wait for an answer that is not there yet.
        """
        with self._lock:
            answer = self._answers.get(key)
            new = answer is None
            if answer is None:
                answer = self._answers[key] = Answer()
                while len(self._answers) > KEPT:
                    self._answers.popitem(last=False)
            else:
                self._answers.move_to_end(key)
        if new:
            threading.Thread(target=answer.work_out, args=(compute,), daemon=True).start()
        if wait > 0:
            answer.wait(wait)
        return answer

    def forget(self, key: Hashable) -> None:
        """Work it out anew at the next question."""
        with self._lock:
            self._answers.pop(key, None)

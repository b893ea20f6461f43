"""In which language a command speaks, also when something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from klantreis.errors import InvalidInputError, KlantreisError

if TYPE_CHECKING:
    from klantreis.store.protocol import Store
    from klantreis.values import Lang


@contextmanager
def speaking(store: Store | None, lang: str | None) -> Iterator[Lang]:
    """The language asked for, else the workspace's own, else English; errors are told in it where they can be."""
    from klantreis.texts import error_text

    language = cast("Lang", lang or (store.load().settings.lang if store is not None else "en"))
    try:
        yield language
    except KlantreisError as error:
        said = error_text(error, language)
        raise InvalidInputError(said.message, hint=said.hint or None) from error

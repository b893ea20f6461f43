"""A finding: one place that breaks a rule, with what is needed to say so in either language.

Values that read differently per language (the name of a phase, a kind of job) are kept as labels, so that one
finding can be shown in Dutch and in English.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from klantreis.texts import text
from klantreis.values import Label, Lang

#: What may fill a placeholder.
Filling = str | int | float | Label


class Severity(StrEnum):
    """How much a weak spot matters: an error keeps the map from being ready."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def order(self) -> int:
        """Errors first."""
        return list(Severity).index(self)

    def in_lang(self, lang: Lang) -> str:
        """The word that people read."""
        return text(f"checks.severity.{self.value}", lang)


@dataclass(frozen=True)
class Finding:
    """One place that breaks a rule.

    Parameters
    ----------
    rule
        Rule id, such as ``J01``.
    document
        Id of the document in which it stands.
    place
        Where in the document (``steps.kassa``, ``cards.c12``, ``lifeworld.behaviour.c3``); None: all of it.
    values
        What fills the placeholders of the wording.
    wording
        The text per language, with placeholders.
    """

    rule: str
    severity: Severity
    document: str
    place: str | None
    values: Mapping[str, Filling] = field(hash=False)
    wording: Mapping[Lang, str] = field(repr=False, hash=False)

    @property
    def where(self) -> str:
        """The document with the place in it, as one word: ``journey:kaart#steps.kassa``."""
        return f"{self.document}#{self.place}" if self.place else self.document

    def sentence(self, lang: Lang) -> str:
        """What is wrong and what to do, in one language."""
        # A claim that is quoted leaves the full stop to the sentence around it.
        quoted = {
            name: value.removesuffix(".") if isinstance(value, str) else value
            for name, value in self._filled(lang).items()
        }
        return self.wording[lang].format(**quoted)

    def to_dict(self, *, lang: Lang | None = None) -> dict[str, Any]:
        """As plain data; with a language also its sentence, without one the sentence in each."""
        langs: tuple[Lang, ...] = ("nl", "en") if lang is None else (lang,)
        sentences = {one: self.sentence(one) for one in langs}
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "document": self.document,
            "place": self.place,
            "where": self.where,
            "values": self._filled(lang or "en"),
            "sentence": sentences if lang is None else sentences[lang],
        }

    def _filled(self, lang: Lang) -> dict[str, str | int | float]:
        return {name: value.in_lang(lang) if isinstance(value, Label) else value for name, value in self.values.items()}


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in their order of reading: errors first, then by document, place and rule."""
    return tuple(sorted(findings, key=lambda one: (one.severity.order, one.document, one.place or "", one.rule)))

"""Messages in the words of a workspace's market: a municipality reads of citizens where a shop reads of customers."""

from __future__ import annotations

from dataclasses import dataclass

from klantreis.journeys.vocabulary import in_words_of
from klantreis.texts import catalogue
from klantreis.values import Lang
from klantreis.workspace import WorkspaceSettings


@dataclass(frozen=True)
class Words:
    """Says messages in one language; without settings, in the words of a business that sells to consumers."""

    lang: Lang
    settings: WorkspaceSettings | None = None

    def say(self, message: str, **values: object) -> str:
        """A message with its placeholders filled. What is filled in was written by people and stays as it is."""
        return self.reword(catalogue()[message][self.lang]).format(**values)

    def reword(self, label: str) -> str:
        """A label in the market's words."""
        if self.settings is None:
            return label
        # An own word for the people served is in the workspace's language: in another it would stand out.
        person = self.settings.person_word if self.lang == self.settings.lang else None
        return in_words_of(label, market=self.settings.market, lang=self.lang, person=person)

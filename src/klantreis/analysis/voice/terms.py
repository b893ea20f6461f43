"""In which words do customers speak, by how many of them, and are those the organisation's words?

Counts people before texts: one person who says a word ten times is one person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, caution, check_level, plain, same_length
from klantreis.analysis.voice.tokens import as_lang, as_text, as_texts, plain_text, stop_words, words
from klantreis.errors import InvalidInputError
from klantreis.events.share import Share, wilson
from klantreis.values import Lang


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or words in a row, that customers use.

    Parameters
    ----------
    term
        In small letters.
    times, texts, people
        How often, in how many texts, and by how many people.
    share
        Part of the people who use it, with its interval.
    company
        The organisation's own word for it, when the glossary gives one; the word itself when both use it.
    """

    term: str
    times: int
    texts: int
    people: int
    share: Share
    company: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class CompanyTerm:
    """A word of the organisation's glossary: how many customers use it, and what they say instead."""

    term: str
    people: int
    status: Literal["shared", "other words", "not heard"]
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTerms:
    """The terms, those of most people first; it is also the row of them. ``n`` counts people, ``texts`` their texts."""

    n: int
    texts: int
    method: str
    terms: tuple[Term, ...]
    glossary: tuple[CompanyTerm, ...] = ()
    warnings: tuple[Caution, ...] = ()

    def __getitem__(self, place: int) -> Term:
        return self.terms[place]

    def __len__(self) -> int:
        return len(self.terms)

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms)

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@checked_options
def customer_terms(
    texts: Sequence[str],
    *,
    people: Sequence[Hashable] | None = None,
    lang: Lang | None = None,
    longest: int = 3,
    minimum: int = 2,
    top: int = 100,
    glossary: dict[str, Iterable[str]] | Iterable[str] | None = None,
    confidence: float = 0.95,
) -> CustomerTerms:
    """The words customers use, by how many of them.

    Parameters
    ----------
    texts
        What they said or wrote.
    people
        Who said each text; without it each text is one person.
    lang
        Whose stop words are left out; those of both languages unless given.
    longest
        Most words in a row that make a term; a term neither begins nor ends with a stop word.
    minimum
        Fewest people who use a term.
    top
        Most terms given back.
    glossary
        The organisation's own words, or each of them with the words that customers have for the same thing.
    confidence
        Level of the intervals.

    Raises
    ------
    InvalidInputError
        When people is not as long as texts, or a number is below 1.

    Notes
    -----
    A term that is only ever said as part of a longer one is left out in favour of that one.

    Examples
    --------
    >>> said = ["Waar is mijn pakketje?", "Het pakketje is zoek", "Zendingen volgen", "mijn pakketje kwijt"]
    >>> found = customer_terms(said, glossary={"zending": ["pakketje"]})
    >>> [(term.term, term.people, term.company) for term in found]
    [('pakketje', 3, 'zending')]
    >>> found.glossary[0].status, found.glossary[0].instead
    ('other words', ('pakketje',))
    """
    held = as_texts("texts", texts)
    who: Sequence[Hashable] = range(len(held)) if people is None else people
    if isinstance(who, str):
        raise InvalidInputError("people must be a list of who said each text, not one text.")
    same_length(texts=held, people=who)
    for name, number in (("longest", longest), ("minimum", minimum), ("top", top)):
        if number < 1:
            raise InvalidInputError(f"{name} must be 1 or more, not {number}.")
    check_level(confidence)
    names = _glossary(glossary)
    said = [_terms(text, longest, stop_words(None if lang is None else as_lang(lang))) for text in held]
    times: Counter[str] = Counter()
    for one in said:
        times.update(one)
    in_texts = Counter(term for one in said for term in one)
    by: dict[str, set[Hashable]] = defaultdict(set)
    for person, one in zip(who, said, strict=True):
        for term in one:
            by[term].add(person)
    everyone = len(set(who))
    kept = _whole({term: times[term] for term, users in by.items() if len(users) >= minimum})
    company = {word: own for own, others in names.items() for word in (*others, own)}
    terms = sorted(kept, key=lambda term: (-len(by[term]), -times[term], term))[:top]
    return CustomerTerms(
        n=everyone,
        texts=len(held),
        method=f"counts of 1 to {longest} words without stop words; Wilson interval of the share of people",
        terms=tuple(
            Term(
                term,
                times[term],
                in_texts[term],
                len(by[term]),
                wilson(len(by[term]), everyone, confidence=confidence),
                company.get(term),
            )
            for term in terms
        ),
        glossary=tuple(_company_term(own, others, by) for own, others in names.items()),
        warnings=_cautions(held, everyone, alone=people is None),
    )


def _terms(text: str, longest: int, left_out: frozenset[str]) -> Counter[str]:
    """Words in a row within one clause, not begun or ended by a stop word."""
    found: Counter[str] = Counter()
    for clause in _clauses(text):
        row = words(clause)
        for start in range(len(row)):
            for end in range(start + 1, min(len(row), start + longest) + 1):
                if row[start] not in left_out and row[end - 1] not in left_out and len(row[start]) > 1:
                    found[" ".join(row[start:end])] += 1
    return found


def _clauses(text: str) -> list[str]:
    clauses = [""]
    for sign in text:
        if sign in '.,;:!?()[]\n"“”':
            clauses.append("")
        else:
            clauses[-1] += sign
    return clauses


def _whole(times: dict[str, int]) -> set[str]:
    """Terms without those that are said as part of one longer term alone."""
    parts = {part for term, count in times.items() for part in _parts(term) if times.get(part) == count and " " in term}
    return set(times) - parts


def _parts(term: str) -> Iterator[str]:
    row = term.split()
    for length in range(1, len(row)):
        for start in range(len(row) - length + 1):
            yield " ".join(row[start : start + length])


def _glossary(given: dict[str, Iterable[str]] | Iterable[str] | None) -> dict[str, tuple[str, ...]]:
    if given is None:
        return {}
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        raise InvalidInputError(f"glossary must be a list of words, or words with those of customers, not {given!r}.")
    pairs = given.items() if isinstance(given, dict) else ((own, ()) for own in given)
    return {
        plain_text(as_text("glossary", own)): tuple(plain_text(as_text("glossary", one)) for one in others)
        for own, others in pairs
    }


def _company_term(own: str, others: tuple[str, ...], by: dict[str, set[Hashable]]) -> CompanyTerm:
    instead = tuple(sorted((one for one in others if by.get(one)), key=lambda one: (-len(by[one]), one)))
    people = len(by.get(own, ()))
    more = bool(instead) and len(by[instead[0]]) > people
    return CompanyTerm(own, people, "other words" if more else "shared" if people else "not heard", instead)


def _cautions(held: tuple[str, ...], everyone: int, *, alone: bool) -> tuple[Caution, ...]:
    empty = sum(not words(text) for text in held)
    found = [caution("voice.texts_as_people")] if alone and held else []
    if everyone < 5:
        found.append(caution("voice.few_people", n=everyone))
    if empty:
        found.append(caution("voice.no_text", n=empty))
    return tuple(found)

"""What a rule is, and the register of all of them.

A rule is a class that is never made into an object: an id, a severity, a wording in both languages, what it asks and
how to mend it in both languages, a docstring that is the rest of its page, and ``judge``, which goes by every place
the rule applies to and says whether it is fine.
The places that are fine matter too: they are what the score is counted over.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter
from types import MappingProxyType
from typing import ClassVar, Literal, TypeVar, get_args

from klantreis.checks.finding import Filling, Finding, Severity
from klantreis.checks.scene import Scene
from klantreis.errors import InvalidInputError, NotFoundError, did_you_mean
from klantreis.texts import LANGS
from klantreis.values import Label, Lang

Family = Literal["journey", "focus", "persona", "job", "tone", "content", "evidence", "measurement", "upkeep"]
FAMILIES: tuple[Family, ...] = get_args(Family)
#: The headings that a rule's docstring has, in order.
HEADINGS: tuple[str, ...] = ("What it asks", "Why", "Source")
#: What a rule explains in both languages: in one sentence what it asks, and how to mend what it finds.
EXPLAINED: tuple[str, ...] = ("asks", "mend")
#: Name of a wording to the text per language.
Wordings = Mapping[str, Mapping[Lang, str]]


def worded(default: Mapping[Lang, str], /, **others: Mapping[Lang, str]) -> Wordings:
    """The usual wording of a rule, and others by name, each with its text per language."""
    return MappingProxyType({"default": default, **others})


def explaining(**words: Mapping[Lang, str]) -> Wordings:
    """What a rule explains, each of :data:`EXPLAINED` with its text per language."""
    return MappingProxyType(words)


def filled(**values: Filling) -> Mapping[str, Filling]:
    """What fills the placeholders of a wording."""
    return MappingProxyType(values)


@dataclass(frozen=True)
class Judged:
    """One place a rule applies to, and what it found there; ``values`` None: the place is fine.

    ``severity`` None means the rule's own; a rule that weighs places differently gives it for fine ones too.
    """

    document: str
    place: str | None = None
    values: Mapping[str, Filling] | None = field(default=None, hash=False)
    severity: Severity | None = None
    wording: str = "default"


class Rule:
    """Base of all rules; a subclass is registered with :func:`registered`."""

    id: ClassVar[str]
    family: ClassVar[Family]
    severity: ClassVar[Severity]
    title: ClassVar[Label]
    wordings: ClassVar[Wordings]
    explained: ClassVar[Wordings] = MappingProxyType({})
    thresholds: ClassVar[tuple[str, ...]] = ()
    waivable: ClassVar[bool] = True

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        """Every place the rule applies to."""
        raise NotImplementedError

    @classmethod
    def severity_of(cls, judged: Judged) -> Severity:
        """How much a place matters: the judgement's own severity, or else the rule's."""
        return judged.severity or cls.severity

    @classmethod
    def finding(cls, judged: Judged) -> Finding | None:
        """What a judgement says; None when the place is fine."""
        if judged.values is None:
            return None
        return Finding(
            rule=cls.id,
            severity=cls.severity_of(judged),
            document=judged.document,
            place=judged.place,
            values=judged.values,
            wording=cls.wordings[judged.wording],
        )

    @classmethod
    def asks(cls, lang: Lang) -> str:
        """What the rule asks, in one sentence."""
        return cls.explained["asks"][lang]

    @classmethod
    def mend(cls, lang: Lang) -> str:
        """How to mend what the rule finds."""
        return cls.explained["mend"][lang]

    @classmethod
    def page(cls) -> dict[str, str]:
        """The sections of the rule's docstring by heading; the opening sentence stands under ``""``."""
        return _sections(inspect.cleandoc(cls.__doc__ or ""))


R = TypeVar("R", bound=type[Rule])


def registered(register: dict[str, type[Rule]], rule: R) -> R:
    """Put a rule in a register.

    Raises
    ------
    InvalidInputError
        When its id is taken, a language is missing, the languages have different placeholders, it does not explain
        what it asks or how to mend it, or its page lacks a section.
    """
    faults = list(_faults(rule))
    if rule.id in register:
        faults.insert(0, f"the id is taken by {register[rule.id].__name__}")
    if faults:
        raise InvalidInputError(f"Rule {rule.id} ({rule.__name__}) cannot be registered: {'; '.join(faults)}.")
    register[rule.id] = rule
    return rule


_RULES: dict[str, type[Rule]] = {}


def rule(one: R) -> R:
    """Class decorator: put a rule in the register that every check uses."""
    return registered(_RULES, one)


def rules() -> Mapping[str, type[Rule]]:
    """All rules by id, in the order of their families and ids."""
    from klantreis.checks.rules import load_all

    load_all()
    return dict(sorted(_RULES.items(), key=lambda item: (FAMILIES.index(item[1].family), item[0])))


def rule_of(rule_id: str) -> type[Rule]:
    """The rule with this id; NotFoundError names those that exist.

    Examples
    --------
    >>> rule_of("J06").severity
    <Severity.ERROR: 'error'>
    """
    known = rules()
    if rule_id not in known:
        raise NotFoundError(f"There is no rule {rule_id!r}.", hint=did_you_mean(rule_id, known, what="rule"))
    return known[rule_id]


def placeholders(wording: str) -> frozenset[str]:
    """The names between braces.

    Examples
    --------
    >>> sorted(placeholders("{pct}% of {persona}"))
    ['pct', 'persona']
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(wording) if name is not None)


def _faults(rule: type[Rule]) -> Iterator[str]:
    for name, wording in rule.wordings.items():
        if set(wording) != set(LANGS):
            yield f"the wording {name!r} is in {sorted(wording)}, and must be in {sorted(LANGS)}"
        elif len({placeholders(text) for text in wording.values()}) != 1:
            yield f"the wording {name!r} has other placeholders in each language"
    for name in EXPLAINED:
        words = rule.explained.get(name, {})
        if set(words) != set(LANGS) or not all(text.strip() for text in words.values()):
            yield f"what it explains as {name!r} is in {sorted(words)}, and must be in {sorted(LANGS)}"
        elif any(placeholders(text) for text in words.values()):
            yield f"what it explains as {name!r} has a placeholder, and nothing to fill it"
    missing = [heading for heading in HEADINGS if not rule.page().get(heading)]
    if missing:
        yield f"its page has no section {', '.join(missing)}"


def _sections(page: str) -> dict[str, str]:
    sections: dict[str, list[str]] = {"": []}
    heading = ""
    for line in page.splitlines():
        if line in {f"{one}:" for one in HEADINGS}:
            heading = line[:-1]
            sections[heading] = []
        else:
            sections[heading].append(line.strip())
    return {name: "\n".join(lines).strip() for name, lines in sections.items()}

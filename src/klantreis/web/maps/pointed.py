"""The document that a card points at, told in a few facts: a touchpoint, an opportunity, a content need, a metric."""

from __future__ import annotations

from dataclasses import dataclass

from klantreis.decisions.content import ContentItem, ContentNeed
from klantreis.decisions.opportunity import Opportunity
from klantreis.journeys.moments import MicroMoment
from klantreis.journeys.touchpoint import Channel, Touchpoint
from klantreis.measurement.metric import Metric
from klantreis.render.numbers import day
from klantreis.render.words import Words
from klantreis.research.claim import Estimate
from klantreis.web.claims import estimate_words
from klantreis.web.measured import measurements_of, verdict_words
from klantreis.web.places import name_of, page_of
from klantreis.web.workspaces import WorkspaceContext


@dataclass(frozen=True)
class Fact:
    """One thing to know. ``own``: the words are people's own, in the workspace's language."""

    label: str
    value: str
    href: str | None = None
    own: bool = True


@dataclass(frozen=True)
class Pointed:
    """A document in a few facts."""

    kind: str
    title: str
    href: str | None
    facts: tuple[Fact, ...]
    gap: str = ""


def pointed_at(here: WorkspaceContext, document_id: str) -> Pointed | None:
    """The document with this id; None when there is no such document."""
    document = here.workspace.find(document_id)
    if document is None:
        return None
    words = Words(here.lang, here.workspace.settings)
    facts: list[Fact] = []
    gap = ""
    match document:
        case Touchpoint():
            facts = _touchpoint(here, document, words)
        case Opportunity():
            facts = _opportunity(here, document, words)
            gap = "" if document.aim else words.say("maps.pointed.no_aim")
        case ContentNeed():
            facts = _content(here, document, words)
            gap = "" if document.content else words.say("maps.pointed.no_content")
        case Metric():
            facts = [_fact(words, "definition", document.definition), _fact(words, "owner", document.owner)]
        case MicroMoment():
            facts = [
                Fact(words.say("maps.pointed.intent"), words.say(f"map.intent.{document.intent}"), own=False),
                _fact(words, "query", document.query),
                _fact(words, "context", document.context),
            ]
    kind = document.kind.replace("-", "_")
    return Pointed(
        kind=words.say(f"maps.pointed.kind.{kind}" if kind in KINDS else "maps.pointed.kind.other"),
        title=name_of(here, document.id),
        href=page_of(here, document.id),
        facts=tuple(fact for fact in facts if fact.value),
        gap=gap,
    )


#: Kinds with a name of their own below ``maps.pointed.kind``.
KINDS = frozenset({"touchpoint", "opportunity", "content_need", "metric", "micro_moment"})


def _fact(words: Words, name: str, value: str | None) -> Fact:
    return Fact(words.say(f"maps.pointed.{name}"), value or "")


def _touchpoint(here: WorkspaceContext, document: Touchpoint, words: Words) -> list[Fact]:
    channel = here.workspace.find(document.channel) if document.channel else None
    label = channel.label.in_lang(here.lang) if isinstance(channel, Channel) else ""
    return [
        Fact(words.say("maps.pointed.channel"), label, own=False),
        Fact(words.say("maps.pointed.whose"), words.say(f"maps.pointed.whose_is.{document.owner}"), own=False),
        _fact(words, "purpose", document.purpose),
        _fact(words, "pattern", str(document.pattern) if document.pattern else None),
    ]


def _opportunity(here: WorkspaceContext, document: Opportunity, words: Words) -> list[Fact]:
    aim = document.aim
    facts = [_fact(words, "intended_effect", document.intended_effect)]
    if aim is not None:
        metric = here.workspace.find(aim.metric)
        unit = metric.unit if isinstance(metric, Metric) else None
        facts += [
            Fact(words.say("maps.pointed.metric"), name_of(here, aim.metric), page_of(here, aim.metric)),
            Fact(
                words.say("maps.pointed.baseline"),
                estimate_words(here, aim.baseline) if aim.baseline else words.say("maps.pointed.no_baseline"),
                own=False,
            ),
            Fact(
                words.say("maps.pointed.target"),
                _target(
                    here, aim.target, (aim.baseline and aim.baseline.unit) or unit, words, up=aim.direction == "up"
                ),
                own=False,
            ),
            Fact(words.say("maps.pointed.due"), day(aim.due, here.lang) if aim.due else "", own=False),
            Fact(
                words.say("maps.pointed.comparison"),
                words.say(f"maps.pointed.comparison_is.{aim.comparison}") if aim.comparison else "",
                own=False,
            ),
        ]
    facts += [
        Fact(words.say("maps.pointed.measurement"), verdict_words(here, one), page_of(here, one.id))
        for one in measurements_of(here, document.id)
    ]
    return [*facts, _fact(words, "owner", document.owner)]


def _target(here: WorkspaceContext, target: float | None, unit: str | None, words: Words, *, up: bool) -> str:
    if target is None:
        return words.say("maps.pointed.no_target")
    written = estimate_words(here, Estimate(value=target, unit=unit))
    return words.say("maps.pointed.target_up" if up else "maps.pointed.target_down", value=written)


def _content(here: WorkspaceContext, document: ContentNeed, words: Words) -> list[Fact]:
    facts = []
    for one in document.content:
        item = here.workspace.find(one)
        if isinstance(item, ContentItem):
            label = words.say(f"maps.pointed.content_is.{item.status}")
            facts.append(Fact(label, item.title, page_of(here, item.id)))
    return [*facts, _fact(words, "owner", document.owner)]

"""Divide the credit for an outcome over what customers met before it, by every method, and keep it as an insight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from klantreis.analysis.behaviour.crediting import CreditShare, CreditTable, credit_table
from klantreis.analysis.result import Caution, caution
from klantreis.errors import InvalidInputError, UnsupportedQuestionError, did_you_mean
from klantreis.events.answers.outcomes import Outcomes, PathQuestion
from klantreis.events.durations import Duration
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.ids import slug_of, slugify
from klantreis.render.numbers import number, percent
from klantreis.research.claim import Claim, Estimate, Evidence
from klantreis.research.insight import Insight
from klantreis.texts import text
from klantreis.use_cases.keep_finding import keep_insight
from klantreis.use_cases.read_customers import dataset_of, local_log, period_of
from klantreis.values import Lang, Period

if TYPE_CHECKING:
    from klantreis.events.filter import Filter
    from klantreis.events.local.log import LocalLog
    from klantreis.store.protocol import Store
    from klantreis.use_cases.edit import Edited

#: Channels of which an insight tells; the rest has little credit.
MOST = 6


@dataclass(frozen=True, eq=False, slots=True)
class Attribution:
    """The credit by every method, what was asked, and of what.

    Parameters
    ----------
    source
        Id of the dataset; None for a log outside any workspace.
    open
        Paths left out, since they may still lead somewhere.
    """

    table: CreditTable
    question: PathQuestion
    period: Period | None
    open: int
    source: str | None = None

    @property
    def warnings(self) -> tuple[Caution, ...]:
        """What to know before using it."""
        more = []
        if self.open:
            more.append(caution("attribution.warning.open", n=self.open))
        if self.table.direct:
            more.append(caution("attribution.warning.direct", n=self.table.direct))
        return (*self.table.warnings, *more)

    def suppressed(self, k: int) -> Attribution:
        """The same without what fewer than ``k`` customers met."""
        table = self.table.suppressed(k)
        # A note names a channel too: those of what is hidden go with it.
        hidden = set(self.table.channels) - set(table.channels)
        shown = tuple(note for note in table.warnings if dict(note.values).get("channel") not in hidden)
        return replace(self, table=replace(table, warnings=shown))

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        asked = {name: getattr(self.question, name) for name in self.question.__dataclass_fields__}
        period = None if self.period is None else [self.period.start.isoformat(), self.period.end.isoformat()]
        told = {**self.table.to_dict(), "warnings": [one.to_dict() for one in self.warnings]}
        return {"source": self.source, "period": period, "question": asked, "open": self.open, **told}


def attribute_outcome(
    log: LocalLog,
    outcome: EventPattern | str,
    *,
    by: str | None = None,
    lookback: Duration | None = None,
    outcomes: Outcomes = "each",
    touches: EventPattern | str | None = None,
    fold_repeats: bool = False,
    filter: Filter | None = None,  # noqa: A002 - the word for it
    orders: tuple[int, ...] = (1, 2),
    draws: int = 200,
    seed: int = 0,
    source: str | None = None,
) -> Attribution:
    """The credit for an outcome by rules, removal and coalition, on the log's own paths and nulls.

    Parameters
    ----------
    outcome
        The pattern of the events that end a path.
    by
        What is credited: channel when the log has it, else touchpoint; or another field.
    lookback, outcomes, touches, fold_repeats
        As for ``EventLog.paths_to``. With a lookback, paths that may still lead somewhere are left out.
    orders
        Orders of the chain for the removal effect; none leaves it out.

    Raises
    ------
    InvalidInputError
        When a field does not exist, or no path with a touch led to the outcome.
    """
    from klantreis.events.kernels.outcomes import LED, OPEN
    from klantreis.events.local import outcomes as paths

    field = by or ("channel" if "channel" in log.fields else "touchpoint")
    if field not in log.fields:
        raise InvalidInputError(f"No event has {field!r}.", hint=did_you_mean(field, log.fields, what="field"))
    asked = paths.question(outcome, field, lookback, outcomes, touches, fold_repeats=fold_repeats)
    found = paths.paths(log, log.view(filter), asked)
    closed = found.kinds != OPEN
    lengths = np.diff(found.offsets)
    kept = np.repeat(closed, lengths)
    table = credit_table(
        found.names,
        found.codes[kept],
        np.concatenate(([0], np.cumsum(lengths[closed]))).astype(np.int64),
        found.kinds[closed] == LED,
        found.customers[closed],
        orders=orders,
        draws=draws,
        seed=seed,
    )
    return Attribution(table, asked, period_of(log, filter), int((~closed).sum()), source)


def log_for(place: str, dataset: str | None, *, slug: str | None = None) -> tuple[LocalLog, Store | None, str | None]:
    """The log at a place: an event log by itself, or that of a dataset in a workspace; with the store and the id.

    Raises
    ------
    UnsupportedQuestionError
        When the events are on an engine elsewhere: paths are needed one by one.
    """
    from klantreis.events.local.folder import open_log
    from klantreis.events.remote.manifest import is_remote
    from klantreis.use_cases.open_workspace import open_store

    if is_remote(place):
        raise UnsupportedQuestionError(
            "attribution",
            engine=place,
            why="it needs every path, and only counts come from an engine",
            hint="klantreis events credit answers the rules there.",
        )
    if (Path(place) / "manifest.json").is_file():
        return open_log(place), None, None
    store = open_store(place, workspace=slug)
    found = dataset_of(store, dataset)
    return local_log(store, found), store, found.id


def write_attribution(store: Store, attribution: Attribution, *, by: str) -> Edited:
    """Keep the credit as an insight: for each channel its share by every method, as evidence.

    Raises
    ------
    InvalidInputError
        When the log belongs to no dataset of the workspace.
    """
    return keep_insight(store, attribution_insight(attribution, lang=store.load().settings.lang), by=by)


def attribution_insight(attribution: Attribution, *, lang: Lang) -> Insight:
    """The credit as an insight."""
    if attribution.source is None:
        raise InvalidInputError("This log is no dataset of a workspace, so nothing can rest on it.")
    table, source = attribution.table, attribution.source
    top = table.channels[0]
    shares = [one.estimate or 0.0 for one in _of_channel(table, top)]
    outcome = outcome_words(attribution.question)
    evidence = tuple(
        Evidence(
            id=f"contact-{place}",
            source=source,
            finding=channel_words(attribution, channel, lang),
            estimate=_estimate(attribution, channel, lang),
            locator=f"klantreis attribution, {outcome}",
        )
        for place, channel in enumerate(table.channels[:MOST], start=1)
    )
    claim = Claim(
        id="attribution",
        text=text(
            "attribution.finding.claim",
            lang,
            outcome=outcome,
            channel=top,
            low=percent(min(shares), lang),
            high=percent(max(shares), lang),
        ),
        evidence=evidence,
        origin="research",
    )
    name = slugify(f"{slug_of(source)} {outcome} {attribution.question.by}")
    return Insight(id=f"insight:toeschrijving-{name}"[:110].rstrip("-"), claim=claim, tags=("toeschrijving",))


def outcome_words(question: PathQuestion) -> str:
    """The outcome as people say it: the touchpoint when the pattern names one, else the pattern."""
    pattern = as_pattern(question.outcome)
    said = str(pattern)
    head, tail = 'touchpoint = "', '"'
    named = said.removeprefix(head).removesuffix(tail)
    return f"‘{named}’" if said == f"{head}{named}{tail}" and '"' not in named else said


def channel_words(attribution: Attribution, channel: str, lang: Lang) -> str:
    """What every method gives one channel, in a sentence."""
    table = attribution.table
    said = "; ".join(_share_words(column.method, table.share(column.method, channel), lang) for column in table.columns)
    counts = {
        name: number(value, lang)
        for name, value in (("paths", table.paths), ("outcomes", table.outcomes), ("nulls", table.nulls))
    }
    return text("attribution.finding.channel", lang, channel=channel, shares=said, **counts)


def method_words(method: str, lang: Lang) -> str:
    """The name of a method."""
    if method.startswith("removal-"):
        return text("attribution.method.removal", lang, order=method.removeprefix("removal-"))
    return text(f"attribution.method.{method}", lang)


def note_words(note: Caution, lang: Lang) -> str:
    """A caution as a sentence, with methods by their names."""
    values = dict(note.values)
    for name in ("by_low", "by_high"):
        if name in values:
            values[name] = method_words(str(values[name]), lang)
    return text(note.code, lang, **values)


def _share_words(method: str, one: CreditShare, lang: Lang) -> str:
    share, name = percent(one.estimate or 0.0, lang), method_words(method, lang)
    if one.low is None or one.high is None:
        return text("attribution.finding.bare", lang, method=name, share=share)
    low, high = percent(one.low, lang), percent(one.high, lang)
    return text("attribution.finding.share", lang, method=name, share=share, low=low, high=high)


def _of_channel(table: CreditTable, channel: str) -> list[CreditShare]:
    return [table.share(column.method, channel) for column in table.columns]


def _estimate(attribution: Attribution, channel: str, lang: Lang) -> Estimate:
    one = attribution.table.share("linear", channel)
    return Estimate(
        value=round(one.estimate or 0.0, 4),
        low=None if one.low is None else round(one.low, 4),
        high=None if one.high is None else round(one.high, 4),
        n=attribution.table.outcomes,
        unit="share",
        method=text("attribution.finding.how", lang),
        period=attribution.period,
    )

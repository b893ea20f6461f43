"""What the events say of a journey, put into rows and sentences that stand beneath the map.

Every figure carries its n; every share and median its spread. A step that no system records says so, and a group
that is too small to show is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from klantreis.events.share import Share
from klantreis.journeys.journey import Journey
from klantreis.journeys.reality import OffMap, Reality, StepReality
from klantreis.render.map_view import FigureCell, FigureRow, RealityView
from klantreis.render.numbers import day, duration, interval, number, percent
from klantreis.render.words import Words
from klantreis.values import Lang
from klantreis.workspace import WorkspaceSettings

#: How many touchpoints off the map, and how many loops, are named.
_NAMED = 3


def reality_view(
    reality: Reality,
    journey: Journey,
    *,
    lang: Lang,
    settings: WorkspaceSettings | None = None,
    dataset: str | None = None,
) -> RealityView:
    """The rows and sentences of one journey's reality.

    Parameters
    ----------
    reality
        The events laid on the journey, small groups already suppressed when that is wanted.
    journey
        The journey as it is drawn; a step that the reality does not know yet is shown as not visible.
    settings
        The workspace's, for the words of its market.
    dataset
        Title of the dataset, named as the source.
    """
    told = _Told(reality, journey, Words(lang, settings))
    return RealityView(
        title=told.words.say("map.reality.title"),
        summary=told.summary(),
        rows=(
            told.row("reach", told.reach),
            told.row("repeats", told.repeats),
            told.row("next", told.next),
            told.row("dropped", told.dropped),
        ),
        notes=told.notes(),
        source=told.words.say("map.reality.source", title=dataset) if dataset else "",
    )


@dataclass(frozen=True)
class _Told:
    """One reality, told in one language."""

    reality: Reality
    journey: Journey
    words: Words

    def say(self, message: str, **values: object) -> str:
        return self.words.say(f"map.reality.{message}", **values)

    def n(self, value: float) -> str:
        return number(value, self.words.lang)

    def spread(self, share: Share) -> str:
        return interval(share.low, share.high, self.words.lang)

    def percent(self, share: Share) -> str:
        return "–" if share.value is None else percent(share.value, self.words.lang)

    def of(self, share: Share) -> dict[str, str]:
        """A share as the four values that sentences take."""
        return {
            "count": self.n(share.count),
            "n": self.n(share.n),
            "share": self.percent(share),
            "interval": self.spread(share),
        }

    def row(self, key: str, figure: Callable[[StepReality], FigureCell]) -> FigureRow:
        cells = []
        for step in self.journey.steps:
            found = self.reality.step(step.id)
            blank = self._blank(step.id, found)
            if blank is not None and key != "reach":
                # The reason stands in the first row; below it, saying it again would drown the figures.
                blank = replace(blank, detail="")
            cells.append(blank or figure(cast(StepReality, found)))
        return FigureRow(key=key, title=self.say(f"{key}.title"), cells=tuple(cells), help=self.say(f"{key}.help"))

    def _blank(self, step: str, found: StepReality | None) -> FigureCell | None:
        """What a step shows in every row when it has no numbers."""
        if found is None or not found.bound:
            return FigureCell(step=step, main=self.say("unseen"), detail=self.say("unseen_why"), muted=True)
        if found.hidden:
            why = self.say("hidden_why", k=self.reality.hidden_below)
            return FigureCell(step=step, main=self.say("hidden"), detail=why, muted=True)
        return None

    def nothing(self, step: StepReality) -> FigureCell:
        return FigureCell(step=step.id, main=self.say("nothing"), muted=True)

    def reach(self, step: StepReality) -> FigureCell:
        if step.reach is None or step.reach.value is None or step.customers is None:
            return self.nothing(step)
        told = self.of(step.reach)
        detail = self.say("reach.detail", people=self.n(step.customers), **told)
        if step.never_seen:
            return FigureCell(step=step.id, main=self.say("never"), detail=detail, part=0.0, muted=True)
        return FigureCell(step=step.id, main=told["share"], detail=detail, part=step.reach.value)

    def repeats(self, step: StepReality) -> FigureCell:
        if step.repeats is None or step.reach is None or step.came_back is None or not step.reach.count:
            return self.nothing(step)
        detail = self.say("repeats.detail", n=self.n(step.reach.count), back=self.n(step.came_back.count))
        match step.repeats:
            case 0:
                return FigureCell(step=step.id, main=self.say("repeats.never"), detail=detail, muted=True)
            case 1:
                return FigureCell(step=step.id, main=self.say("repeats.once"), detail=detail)
            case more:
                return FigureCell(step=step.id, main=self.say("repeats.main", n=self.n(more)), detail=detail)

    def next(self, step: StepReality) -> FigureCell:
        wait = step.next
        if wait is None or wait.median is None:
            if wait is not None and step.reach is not None and step.reach.count:
                return FigureCell(step=step.id, main=self.say("nothing"), detail=self.say("next.none"), muted=True)
            return self.nothing(step)
        lang = self.words.lang
        detail = (
            self.say("next.few", n=self.n(wait.n))
            if wait.q1 is None or wait.q3 is None
            else self.say("next.detail", q1=duration(wait.q1, lang), q3=duration(wait.q3, lang), n=self.n(wait.n))
        )
        return FigureCell(step=step.id, main=duration(wait.median, lang), detail=detail)

    def dropped(self, step: StepReality) -> FigureCell:
        share, after = step.dropped_out, step.after
        if share is None or share.value is None or after is None:
            return self.nothing(step)
        if None in (after.went_on, after.elsewhere, after.ended, after.at_end, after.open):
            return FigureCell(step=step.id, main=self.percent(share), detail=self._of_n(share), part=share.value)
        silent = (after.ended or 0) - (after.at_end or 0)
        lost = self._parts(("elsewhere", after.elsewhere), ("silent", silent))
        rest = self._parts(("went_on", after.went_on), ("at_end", after.at_end), ("still_open", after.open))
        where = "; ".join(filter(None, [self.say("dropped.detail", **self.of(share)), lost, rest]))
        return FigureCell(step=step.id, main=self.percent(share), detail=where, part=share.value)

    def _parts(self, *counted: tuple[str, int | None]) -> str:
        """Counts with their names; what did not happen is not listed."""
        return ", ".join(self.say(f"dropped.{name}", n=self.n(count)) for name, count in counted if count)

    def _of_n(self, share: Share) -> str:
        return f"n = {self.n(share.n)} ({self.spread(share)})"

    def summary(self) -> str:
        runs = self.reality.runs
        if not runs.n or runs.first is None or runs.last is None:
            return self.say("none")
        lead = self.say(
            "summary",
            runs=self.n(runs.n),
            people=self.n(runs.customers_with_runs),
            first=day(date.fromisoformat(runs.first[:10]), self.words.lang),
            last=day(date.fromisoformat(runs.last[:10]), self.words.lang),
            still_open=self.n(runs.open),
        )
        fit = self.reality.fit.share
        if fit is None or fit.value is None:
            return f"{lead} {self.say('no_fit')}"
        return f"{lead} {self.say('fit', **self.of(fit))}"

    def notes(self) -> tuple[str, ...]:
        notes: list[str] = []
        if self.reality.runs.n:
            notes += [*self._why_not(), *self._order(), *self._loops(), *self._off_map(self.reality.off_map)]
            never = [self._title(step.id) for step in self.reality.steps if step.bound and step.never_seen]
            if never:
                notes.append(self.say("note.never", names=", ".join(self._quoted(title) for title in never)))
        unseen = sum(1 for step in self.reality.steps if not step.bound)
        if unseen:
            notes.append(self.say("note.unseen", n=self.n(unseen), all=self.n(len(self.reality.steps))))
        if self.reality.hidden_below:
            notes.append(self.say("note.hidden", k=self.reality.hidden_below))
        return (*notes, self.say("not_causal"))

    def _why_not(self) -> list[str]:
        fit = self.reality.fit
        if fit.share is None or None in (fit.missing, fit.disordered, fit.wrong_repeat):
            return []
        if not (fit.missing or fit.disordered or fit.wrong_repeat):
            return []
        return [
            self.say(
                "note.why_not",
                missing=self.n(fit.missing or 0),
                disordered=self.n(fit.disordered or 0),
                wrong_repeat=self.n(fit.wrong_repeat or 0),
            )
        ]

    def _order(self) -> list[str]:
        found = self.reality.disorder
        if found.runs is None or not found.runs.count or not found.pairs:
            return []
        first = found.pairs[0]
        return [
            self.say(
                "note.disorder",
                later=self._title(first.later),
                earlier=self._title(first.earlier),
                pair=self.n(first.runs.count),
                **self.of(found.runs),
            )
        ]

    def _loops(self) -> list[str]:
        looped = [(step, step.came_back) for step in self.reality.steps if step.came_back and step.came_back.count]
        looped.sort(key=lambda pair: -pair[1].count)
        notes = []
        for step, back in looped[:_NAMED]:
            told = {"step": self._title(step.id), **self.of(back)}
            if step.came_back_undeclared:
                notes.append(self.say("note.loop_undeclared", undeclared=self.n(step.came_back_undeclared), **told))
            else:
                notes.append(self.say("note.loop", **told))
        return notes

    def _off_map(self, off: OffMap) -> list[str]:
        if off.runs is None or not off.runs.count or not off.touchpoints:
            return []
        named = [
            self.say("note.off_map_one", name=one.touchpoint, count=self.n(one.runs.count))
            for one in off.touchpoints[:_NAMED]
        ]
        more = off.distinct - len(named)
        if more > 0:
            named.append(self.say("note.off_map_more", n=self.n(more)))
        return [self.say("note.off_map", names=", ".join(named), **self.of(off.runs))]

    def _title(self, step: str) -> str:
        """The title as it stands on the map now."""
        return next((one.title for one in self.journey.steps if one.id == step), step)

    def _quoted(self, title: str) -> str:
        return f"‘{title}’" if self.words.lang == "nl" else f"“{title}”"

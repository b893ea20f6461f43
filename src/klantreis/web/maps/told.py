"""What reality says about one step, in full sentences that carry their n."""

from __future__ import annotations

from klantreis.events.share import Share
from klantreis.journeys.reality import After, StepReality
from klantreis.render.numbers import duration, interval, number, percent
from klantreis.render.words import Words


def told(step: StepReality, words: Words) -> tuple[str, ...]:
    """The sentences on one step.

    Parameters
    ----------
    step
        From a journey's reality.
    words
        The language and the market's words.
    """
    if not step.bound:
        return (words.say("maps.told.unseen"),)
    if step.hidden or step.reach is None or step.reach.value is None:
        return (words.say("maps.told.hidden"),)
    if step.never_seen:
        return (words.say("maps.told.never", **_of(step.reach, words)),)
    sentences = [words.say("maps.told.reach", people=number(step.customers or 0, words.lang), **_of(step.reach, words))]
    if step.repeats:
        sentences.append(words.say("maps.told.repeats", times=number(step.repeats, words.lang)))
    sentences += _next(step, words)
    if step.after is not None:
        sentences += _after(step.after, step.reach.count, words)
    if step.came_back is not None and step.came_back.count:
        sentences.append(words.say("maps.told.came_back", **_of(step.came_back, words)))
    return (*sentences, words.say("map.reality.not_causal"))


def _next(step: StepReality, words: Words) -> list[str]:
    wait = step.next
    if wait is None or wait.median is None:
        return []
    lang, n = words.lang, number(wait.n, words.lang)
    median = duration(wait.median, lang)
    if wait.q1 is None or wait.q3 is None:
        return [words.say("maps.told.next_short", median=median, n=n)]
    return [words.say("maps.told.next", median=median, n=n, q1=duration(wait.q1, lang), q3=duration(wait.q3, lang))]


def _after(after: After, reached: int, words: Words) -> list[str]:
    if None in (after.went_on, after.elsewhere, after.ended, after.at_end, after.open):
        return []
    counts = {
        "went_on": after.went_on or 0,
        "at_end": after.at_end or 0,
        "elsewhere": after.elsewhere or 0,
        "silent": (after.ended or 0) - (after.at_end or 0),
        "open": after.open or 0,
    }
    parts = [
        words.say(f"maps.told.after.{name}", n=number(count, words.lang)) for name, count in counts.items() if count
    ]
    return [words.say("maps.told.after.lead", n=number(reached, words.lang), parts=", ".join(parts))] if parts else []


def _of(share: Share, words: Words) -> dict[str, str]:
    return {
        "count": number(share.count, words.lang),
        "n": number(share.n, words.lang),
        "share": "–" if share.value is None else percent(share.value, words.lang),
        "interval": interval(share.low, share.high, words.lang),
    }

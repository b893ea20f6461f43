"""Which words of a text carry a feeling, how strongly, and which way once negation has had its say?

The lists stand in ``words/sentiment_nl.toml``, ``sentiment_en.toml`` and ``sentiment_signs.toml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from klantreis.analysis.voice.tokens import plain_text, word_file
from klantreis.values import Lang

STRENGTH = {"strong": 1.0, "clear": 0.6, "slight": 0.3}
#: Not good is less bad than bad is.
NEGATED = -0.6
STRONGER, SOFTER, BEFORE_CONTRAST = 1.4, 0.6, 0.7
#: Words over which a negation reaches forwards, and backwards to a Dutch verb: het werkt (nog steeds) niet.
FORWARD, BACKWARD, PARTED = 4, 5, 8
_TOKEN = re.compile(r"[^\W\d_](?:\w|['-](?=\w))*|[.,;:!?()\n]")
_STOPS = set(".,;:!?()\n")
_ENDINGS: dict[Lang, tuple[str, ...]] = {
    "nl": ("ere", "ste", "er", "st", "e", "s"),
    "en": ("ing", "est", "ed", "er", "ly", "s"),
}


@dataclass(frozen=True, slots=True)
class Feeling:
    """One word or phrase and what it weighs, from -1 to 1."""

    words: str
    value: float


@dataclass(frozen=True, slots=True)
class _Lexicon:
    values: dict[str, float]
    verbs: frozenset[str]
    phrases: dict[tuple[str, ...], float]
    parted: dict[tuple[str, str], float]
    scope: dict[str, frozenset[str]]
    positive_ends: tuple[str, ...]
    negative_ends: tuple[str, ...]
    stronger_starts: tuple[str, ...]


def feelings(text: str, lang: Lang) -> tuple[Feeling, ...]:
    """The words and signs that carry a feeling, with their weight where they stand.

    Examples
    --------
    >>> [(one.words, round(one.value, 2)) for one in feelings("Niet goed, en de levering valt erg tegen", "nl")]
    [('niet goed', -0.36), ('valt tegen', -0.84)]
    """
    lexicon = _lexicon(lang)
    tokens = _TOKEN.findall(plain_text(text))
    used = [False] * len(tokens)
    found: list[tuple[int, Feeling]] = []
    for start, end, value in _phrases(tokens, lexicon):
        if not any(used[start:end]):
            used[start:end] = [True] * (end - start)
            found.append((start, Feeling(" ".join(tokens[start:end]), value)))
    for start, end, value in _parted(tokens, lexicon):
        if not used[start] and not used[end]:
            used[start] = used[end] = True
            found.append((start, _weighed(tokens, used, (start, end), value, lexicon)))
    for place, token in enumerate(tokens):
        if used[place] or token in _STOPS:
            continue
        alone = _value(token, lang)
        if alone is not None and not _only_stresses(tokens, place, lang):
            found.append((place, _weighed(tokens, used, (place, place), alone, lexicon)))
        elif alone is None and _is_too_much(tokens, place, lexicon):
            found.append((place, Feeling(f"{tokens[place - 1]} {token}", -0.4)))
    found.sort(key=lambda one: one[0])
    turns = [place for place, token in enumerate(tokens) if token in lexicon.scope["contrasts"] and place]
    weighed = [
        Feeling(one.words, one.value * BEFORE_CONTRAST) if turns and place < turns[-1] else one
        for place, one in found
        if one.value
    ]
    return (*weighed, *_signs(text))


def says_neither(text: str, lang: Lang) -> bool:
    """Whether someone says in so many words that it is neither good nor bad."""
    flat = f" {' '.join(_TOKEN.findall(plain_text(text)))} "
    file = word_file(f"sentiment_{lang}")
    told = (*file["neutral"]["words"].split(), *file["phrases"]["neutral"])
    return any(f" {one} " in flat for one in told)


def doubts(text: str, lang: Lang) -> bool:
    """Whether a cue of irony stands in the text, or praise between quotes."""
    flat = f" {' '.join(token for token in _TOKEN.findall(plain_text(text)) if token not in _STOPS)} "
    if any(f" {cue} " in flat for cue in word_file(f"sentiment_{lang}")["irony"]["cues"]):
        return True
    quoted = re.findall(r"[\"“”„'‘](\w+)[\"“”'’]", text)
    return any((_value(plain_text(word), lang) or 0) > 0 for word in quoted)


def speaks_of_self(text: str, lang: Lang) -> bool:
    """Whether somebody tells what befell them, or denies or exclaims something."""
    tokens = set(_TOKEN.findall(plain_text(text)))
    return bool(tokens & (_lexicon(lang).scope["persons"] | _lexicon(lang).scope["negations"] | {"!"}))


@cache
def _lexicon(lang: Lang) -> _Lexicon:
    file = word_file(f"sentiment_{lang}")
    values: dict[str, float] = {}
    for side, sign in (("positive", 1), ("negative", -1)):
        for grade in ("verbs", "slight", "clear", "strong"):
            values |= dict.fromkeys(file[side][grade].split(), sign * STRENGTH.get(grade, 0.6))
    parted: dict[tuple[str, str], float] = {}
    for verb in file.get("separable", ()):
        values |= dict.fromkeys(verb["joined"].split(), verb["value"])
        parted |= {(form, verb["particle"]): verb["value"] for form in verb["forms"].split()}
    phrases: dict[tuple[str, ...], float] = {}
    for grade, told in file["phrases"].items():
        strength, _, side = grade.partition("_")
        value = {"positive": 1, "negative": -1}.get(side, 0) * STRENGTH.get(strength, 0.0)
        phrases |= {tuple(phrase.split()): value for phrase in told}
    verbs = frozenset(f"{file['positive']['verbs']} {file['negative']['verbs']}".split())
    scope = {name: frozenset(told.split()) for name, told in file["scope"].items()}
    scope["persons"] = frozenset(file["persons"]["words"].split())
    ends = file["compounds"]
    return _Lexicon(
        values,
        verbs,
        phrases,
        parted,
        scope,
        tuple(ends["positive_ends"]),
        tuple(ends["negative_ends"]),
        tuple(ends["stronger_starts"]),
    )


@cache
def _value(word: str, lang: Lang) -> float | None:
    """What a word weighs by itself: as listed, without its ending, or by the parts of a compound."""
    lexicon = _lexicon(lang)
    if word in lexicon.values:
        return lexicon.values[word]
    if word in lexicon.scope["negations"] | lexicon.scope["contrasts"]:
        return None
    for ending in _ENDINGS[lang]:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 3:
            continue
        for form in _forms(stem):
            if form in lexicon.values and (lang == "nl" or form not in lexicon.verbs):
                return lexicon.values[form]
    for start in lexicon.stronger_starts:
        rest = word.removeprefix(start).lstrip("-")
        if rest != word and len(rest) > 2 and (value := _value(rest, lang)) is not None:
            return max(-1.0, min(1.0, STRONGER * value))
    for ends, value in ((lexicon.negative_ends, -0.6), (lexicon.positive_ends, 0.6)):
        if any(word.endswith(end) and len(word) > len(end) + 2 for end in ends):
            return value
    return None


def _forms(stem: str) -> tuple[str, ...]:
    """How a word may be written without its ending: domme - dom, dure - duur, boze - boos, easier - easy."""
    single = stem[:-1] if stem[-1] == stem[-2] else ""
    long = f"{stem[:-1]}{stem[-2]}{stem[-1]}" if stem[-2] in "aeou" else ""
    hard = [f"{form[:-1]}{_HARD[form[-1]]}" for form in (stem, long) if form and form[-1] in _HARD]
    return (stem, single, long, f"{stem}e", *hard)


#: A letter that is another one before an ending: boze - boos, lieve - lief, happier - happy.
_HARD = {"z": "s", "v": "f", "i": "y"}


def _phrases(tokens: list[str], lexicon: _Lexicon) -> list[tuple[int, int, float]]:
    longest = max(map(len, lexicon.phrases))
    return [
        (start, start + length, lexicon.phrases[held])
        for length in range(longest, 0, -1)
        for start in range(len(tokens) - length + 1)
        if (held := tuple(tokens[start : start + length])) in lexicon.phrases
    ]


def _parted(tokens: list[str], lexicon: _Lexicon) -> list[tuple[int, int, float]]:
    """Verbs that stand in two parts in one clause: valt … tegen."""
    found = []
    for start, token in enumerate(tokens):
        for end in range(start + 1, min(len(tokens), start + PARTED + 1)):
            if tokens[end] in _STOPS:
                break
            last = end + 1 == len(tokens) or tokens[end + 1] in _STOPS or tokens[end + 1] in _AFTER_PARTICLE
            if last and (token, tokens[end]) in lexicon.parted:
                found.append((start, end, lexicon.parted[token, tokens[end]]))
                break
    return found


#: A particle closes its clause: "ging mis met de trein" goes on, "valt tegen de muur" is no feeling.
_AFTER_PARTICLE = {
    "en",
    "maar",
    "want",
    "omdat",
    "bij",
    "met",
    "dus",
    "hoor",
    "als",
    "dat",
    "toen",
    "sinds",
    "aan",
    "door",
}


def _only_stresses(tokens: list[str], place: int, lang: Lang) -> bool:
    """Vreselijk lekker: the first word says how much, the second how it was."""
    if place + 1 >= len(tokens) or tokens[place] not in _lexicon(lang).scope["intensifiers"]:
        return False
    return tokens[place + 1] not in _STOPS and _value(tokens[place + 1], lang) is not None


def _is_too_much(tokens: list[str], place: int, lexicon: _Lexicon) -> bool:
    return place > 0 and tokens[place - 1] in lexicon.scope["too"] and tokens[place] in lexicon.scope["measures"]


def _weighed(tokens: list[str], used: list[bool], span: tuple[int, int], value: float, lexicon: _Lexicon) -> Feeling:
    """A word with the words around it that turn it, stress it or soften it."""
    start, end = span
    scope, verb = lexicon.scope, tokens[start] in lexicon.verbs or start != end
    told = tokens[start] if start == end else f"{tokens[start]} {tokens[end]}"
    before = _clause(tokens, used, range(start - 1, max(-1, start - FORWARD - 1), -1), scope | {"verbs": lexicon.verbs})
    inside = tokens[start + 1 : end]
    behind = _clause(tokens, used, range(end + 1, min(len(tokens), end + BACKWARD + 1)), scope) if verb else []
    near = [*before[:2], *inside]
    if any(word in scope["intensifiers"] for word in near):
        value *= STRONGER
    elif any(word in scope["softeners"] for word in near):
        value *= SOFTER
    if before and before[0] in scope["too"] and not verb:
        value, told = (-0.5 * abs(value) if value > 0 else 1.2 * value), f"{before[0]} {told}"
    nots = [word for word in (*before, *inside, *behind) if word in scope["negations"]]
    if len(nots) % 2 and not _denies_nothing(before):
        value, told = NEGATED * value, f"{nots[0]} {told}"
    return Feeling(told, max(-1.0, min(1.0, value)))


def _clause(tokens: list[str], used: list[bool], places: range, scope: dict[str, frozenset[str]]) -> list[str]:
    """The words from a place on, up to where the clause ends; those of a phrase are taken already."""
    held: list[str] = []
    for place in places:
        if tokens[place] in _STOPS or tokens[place] in scope["contrasts"] or tokens[place] in {"en", "and"}:
            break
        if tokens[place] in scope.get("verbs", ()):  # they did not solve it: the verb takes the negation
            break
        if not used[place]:
            held.append(tokens[place])
    return held


def _denies_nothing(before: list[str]) -> bool:
    """Niet alleen goed; nothing but good; nog nooit zo goed."""
    held = set(before)
    return any(held & first and held & second for first, second in _DENYING_NOTHING)


_DENYING_NOTHING = (
    ({"alleen", "only", "just"}, {"niet", "not"}),
    ({"dan", "but"}, {"niets", "niks", "nothing"}),
    ({"zo", "zo'n", "so", "such"}, {"nooit", "never"}),
)


def _signs(text: str) -> tuple[Feeling, ...]:
    signs = word_file("sentiment_signs")
    return tuple(
        Feeling(sign, value)
        for side, value in (("positive", 0.6), ("negative", -0.6))
        for sign in signs[side]
        if sign in text
    )

"""A drawn portrait for a persona without a picture: quiet shapes, the same for the same persona every time.

It has no features on purpose: a persona's face comes after the research and must not suggest what nobody found.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from klantreis.ids import slug_of
from klantreis.personas.persona import Persona

GROUNDS = ("#dfeeec", "#e4ecf2", "#f5ecd9", "#f4e5df", "#ebe5f0", "#e7eee2")
CLOTHES = ("#0f5e5a", "#2a6496", "#8a5a2b", "#9c4221", "#5b4a78", "#47633f")
SKINS = ("#f0cdb0", "#e3b48e", "#c98e62", "#a06b45", "#7a4d31", "#f4d9c4")
HAIRS = ("#2b211c", "#4a3427", "#7a5634", "#b98a4e", "#8c8f94", "#5b2f22")
#: Ground and figure of somebody of whom only numbers are known.
NOBODY = ("#e6e9ea", "#aab3b8")
#: Outlines of hair over a head at (60, 50), 38 wide and 44 high; drawn behind and before the head. Short, to the chin,
#: to the shoulders, below them, tied up, curly: none of them says more than that somebody has hair.
STYLES: tuple[tuple[str, str], ...] = (
    ("", "M40 47c-2-17 8-26 20-26s22 9 20 26c-2-6-5-9-9-11-8 3-16 3-22 1-4 2-7 5-9 10z"),
    ("", "M40 46c0-15 9-23 20-23s20 8 20 23c-5-6-11-9-20-9s-15 3-20 9z"),
    (
        "M37 74c-5-9-6-31 0-40 5-9 13-13 23-13s18 4 23 13c6 9 5 31 0 40-4 4-9 5-12 3H49c-3 2-8 1-12-3z",
        "M40 50c0-16 8-24 21-24s19 8 19 24c-6-2-12-6-15-12-5 6-14 10-25 12z",
    ),
    (
        "M33 92c-4-18-2-44 4-56 4-10 13-15 23-15s19 5 23 15c6 12 8 38 4 56-4 5-11 6-16 3H49c-5 3-12 2-16-3z",
        "M40 50c0-16 8-24 20-24s20 8 20 24c-8-3-15-8-18-15-4 7-12 12-22 15z",
    ),
    (
        "M31 108c-3-26-1-58 6-72 4-10 13-15 23-15s19 5 23 15c7 14 9 46 6 72z",
        "M40 52c-1-17 8-26 20-26s21 9 20 26c-6-4-10-10-11-18-6 9-16 15-29 18z",
    ),
    (
        "M60 8a10 10 0 1 1 0 20 10 10 0 0 1 0-20z",
        "M40 48c-1-16 9-25 20-25s21 9 20 25c-2-6-5-9-8-11-8-4-16-4-24 0-3 2-6 5-8 11z",
    ),
    (
        "M78 34c10 2 15 12 13 26-1 8-4 14-8 18-5-9-5-30-5-44z",
        "M40 48c-1-16 9-25 20-25s21 9 20 25c-4-7-10-11-17-13-8 2-17 6-23 13z",
    ),
    (
        "M36 62a10 10 0 0 1-3-17 10 10 0 0 1 5-15 11 11 0 0 1 13-9 12 12 0 0 1 18 0 11 11 0 0 1 13 9 10 10 0 0 1 2 32z",
        "M40 48c0-4 1-8 3-11 4 2 8 1 11-2 4 3 9 3 12 0 3 3 7 4 11 2 2 3 3 7 3 11 1-16-7-26-20-26s-21 10-20 26z",
    ),
)
#: Outlines of shoulders, drawn over the hair behind the head: round, sloping, and with a collar's width.
SHOULDERS: tuple[str, ...] = (
    "M14 126c0-24 16-38 34-40 8 6 16 6 24 0 18 2 34 16 34 40z",
    "M20 126c1-22 13-34 30-38 7 4 13 4 20 0 17 4 29 16 30 38z",
    "M10 126c2-22 14-33 32-37 4-1 7-2 9-3 6 5 12 5 18 0 2 1 5 2 9 3 18 4 30 15 32 37z",
)


@dataclass(frozen=True)
class Portrait:
    """Colours and outlines of a drawn portrait; ``initials`` for where it is shown small."""

    key: str
    initials: str
    alt: str
    ground: str
    clothes: str
    skin: str
    hair: str
    behind: str
    before: str
    shoulders: str


def portrait(persona: Persona) -> Portrait:
    """The portrait of a persona, chosen by its id; a grey silhouette for a draft from a counted segment."""
    if persona.face is None and persona.segment is not None and persona.segment.conditions:
        return _silhouette(persona)
    seed = hashlib.sha256(persona.id.encode("utf-8")).digest()
    behind, before = STYLES[seed[4] % len(STYLES)]
    return Portrait(
        key=slug_of(persona.id),
        initials=initials(persona.name),
        alt=persona.face.alt_text if persona.face else persona.name,
        ground=GROUNDS[seed[0] % len(GROUNDS)],
        clothes=CLOTHES[seed[1] % len(CLOTHES)],
        skin=SKINS[seed[2] % len(SKINS)],
        hair=HAIRS[seed[3] % len(HAIRS)],
        behind=behind,
        before=before,
        shoulders=SHOULDERS[seed[5] % len(SHOULDERS)],
    )


def _silhouette(persona: Persona) -> Portrait:
    """Shapes in grey: hair and skin would already say what nobody counted."""
    return Portrait(
        key=slug_of(persona.id),
        initials=initials(persona.name),
        alt=persona.name,
        ground=NOBODY[0],
        clothes=NOBODY[1],
        skin=NOBODY[1],
        hair=NOBODY[1],
        behind="",
        before="",
        shoulders=SHOULDERS[0],
    )


def initials(name: str) -> str:
    """Up to two initials of a name.

    Examples
    --------
    >>> initials("An de Vries"), initials("Starter")
    ('AV', 'S')
    """
    words = [word for word in name.split() if word[:1].isalpha()]
    first = words[0][:1] if words else "?"
    capitals = [word[:1] for word in words[1:] if word[:1].isupper()]
    return (first + (capitals[-1] if capitals else "")).upper()

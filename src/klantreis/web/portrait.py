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
#: Outlines of hair over a head at (60, 50) with radius 20; drawn behind and before the head.
STYLES: tuple[tuple[str, str], ...] = (
    ("", "M39 50c-2-20 10-28 21-28s23 8 21 28c-3-9-8-14-13-15-8 4-19 4-25 2-2 4-3 8-4 13z"),
    (
        "M36 84c-3-14 0-30 2-38 3-15 12-24 22-24s19 9 22 24c2 8 5 24 2 38z",
        "M40 48c1-14 9-22 20-22s19 8 20 22c-8-2-14-7-17-13-5 7-13 11-23 13z",
    ),
    (
        "M60 12a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
        "M39 49c-1-17 9-26 21-26s22 9 21 26c-2-6-5-10-8-12-8-4-18-4-26 0-3 2-6 6-8 12z",
    ),
    (
        "M35 66c-5-9-4-26 1-33 5-9 14-13 24-13s19 4 24 13c5 7 6 24 1 33z",
        "M40 47c2-12 9-19 20-19s18 7 20 19c-4-5-9-8-13-9-9 1-19 3-27 9z",
    ),
    ("", "M40 44c0-14 9-21 20-21s20 7 20 21c-6-6-12-8-20-8s-14 2-20 8z"),
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


def portrait(persona: Persona) -> Portrait:
    """The portrait of a persona, chosen by its id."""
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

"""A rule that is not whole is not registered."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import pytest

from klantreis.checks.finding import Severity
from klantreis.checks.rule import (
    EXPLAINED,
    HEADINGS,
    Judged,
    Rule,
    explaining,
    placeholders,
    registered,
    rule_of,
    rules,
    worded,
)
from klantreis.checks.scene import Scene
from klantreis.checks.thresholds import THRESHOLDS
from klantreis.errors import InvalidInputError, NotFoundError
from klantreis.values import Label


class Sound(Rule):
    """A rule for this test.

    What it asks:
    One.

    Why:
    Two.

    Source:
    Three.
    """

    id = "Z99"
    family = "focus"
    severity = Severity.INFO
    title = Label(en="Sound", nl="Gaaf")
    explained = explaining(asks={"en": "Is it?", "nl": "Is het zo?"}, mend={"en": "Do.", "nl": "Doe."})
    wordings = worded({"en": "{n} places", "nl": "{n} plaatsen"})

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        yield Judged(scene.workspace.settings.id)


def test_a_sound_rule_is_registered_once() -> None:
    register: dict[str, type[Rule]] = {}
    assert registered(register, Sound) is Sound
    assert register == {"Z99": Sound}
    with pytest.raises(InvalidInputError, match="the id is taken by Sound"):
        registered(register, Sound)
    assert "Z99" not in rules()


def test_a_missing_language_is_refused() -> None:
    class Half(Sound):
        __doc__ = Sound.__doc__
        wordings = worded({"en": "{n} places"})

    with pytest.raises(InvalidInputError, match=r"wording 'default' is in \['en'\]"):
        registered({}, Half)


def test_other_placeholders_are_refused_in_any_wording() -> None:
    class Crooked(Sound):
        __doc__ = Sound.__doc__
        wordings = worded(Sound.wordings["default"], never={"en": "{d} days", "nl": "{n} dagen"})

    with pytest.raises(InvalidInputError, match="wording 'never' has other placeholders"):
        registered({}, Crooked)


@pytest.mark.parametrize("name", EXPLAINED)
def test_a_rule_that_explains_nothing_in_a_language_is_refused(name: str) -> None:
    class Mute(Sound):
        __doc__ = Sound.__doc__
        explained = MappingProxyType({**Sound.explained, name: {"en": "Only this."}})

    class Silent(Sound):
        __doc__ = Sound.__doc__
        explained = MappingProxyType({one: words for one, words in Sound.explained.items() if one != name})

    with pytest.raises(InvalidInputError, match=rf"explains as '{name}' is in \['en'\]"):
        registered({}, Mute)
    with pytest.raises(InvalidInputError, match=rf"explains as '{name}' is in \[\]"):
        registered({}, Silent)


def test_an_explanation_that_waits_to_be_filled_is_refused() -> None:
    class Open(Sound):
        __doc__ = Sound.__doc__
        explained = explaining(asks=Sound.explained["asks"], mend={"en": "Move {n}.", "nl": "Verplaats {n}."})

    with pytest.raises(InvalidInputError, match="explains as 'mend' has a placeholder"):
        registered({}, Open)


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_page_without_a_section_is_refused(heading: str) -> None:
    class Bare(Sound):
        __doc__ = (Sound.__doc__ or "").replace(f"{heading}:", "Something else:")

    with pytest.raises(InvalidInputError, match=f"no section {heading}"):
        registered({}, Bare)


def test_an_unknown_rule_is_named_with_those_that_exist() -> None:
    with pytest.raises(NotFoundError) as caught:
        rule_of("J99")
    assert caught.value.hint is not None
    assert "J01" in caught.value.hint


@pytest.mark.parametrize("rule_id", rules())
def test_a_rule_keeps_to_the_promises_of_its_family(rule_id: str) -> None:
    one = rules()[rule_id]
    assert set(one.thresholds) == {name for name in THRESHOLDS if name.startswith(f"{rule_id}.")}
    assert one.__module__.rpartition(".")[2].split("_")[0] == one.family
    for wording in (*one.wordings.values(), *one.explained.values()):
        # These words belong to a market; a municipality has neither customers nor purchases.
        for word in ("klant", "aankoop", "customer", "purchase"):
            assert word not in wording["nl"].lower() + wording["en"].lower()
    assert one.asks("nl").endswith("?")
    assert one.asks("en").endswith("?")
    assert all(placeholders(wording["nl"]) == placeholders(wording["en"]) for wording in one.wordings.values())

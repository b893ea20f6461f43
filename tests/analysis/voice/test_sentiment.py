"""How a text feels: negation, stress, parted verbs and compounds turn words; what cannot be told is uncertain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.analysis.voice.language import sentiment
from klantreis.errors import InvalidInputError
from klantreis.values import Lang

SAID: list[tuple[Lang, str, str]] = [
    ("nl", "Supervriendelijk personeel, echt een aanrader", "positive"),
    ("nl", "De levering valt enorm tegen", "negative"),
    ("nl", "Het viel reuze mee", "positive"),
    ("nl", "Het valt niet mee", "negative"),
    ("nl", "De app werkt nog steeds niet", "negative"),
    ("nl", "Zonder gedoe geregeld", "positive"),
    ("nl", "Veel te duur", "negative"),
    ("nl", "Steeds weer betaalproblemen", "negative"),
    ("nl", "vreselijk lekker gegeten", "positive"),
    ("nl", "Wat een waardeloze service", "negative"),
    ("nl", "Ze losten het niet op", "negative"),
    ("nl", "Ze losten het meteen op", "positive"),
    ("nl", "Niet alleen snel maar ook vriendelijk", "positive"),
    ("nl", "Ik ben nog nooit zo goed geholpen", "positive"),
    ("nl", "Kan niet beter", "positive"),
    ("nl", "Vriendelijk personeel, maar de wachttijd is verschrikkelijk", "mixed"),
    ("nl", "Het was oké", "neutral"),
    ("nl", "De winkel is open van 9 tot 17 uur", "neutral"),
    ("nl", "Lekker dan, weer geen levering", "uncertain"),
    ("nl", "Ik was gisteren in de winkel", "uncertain"),
    ("nl", "the service was great and they were very kind to me", "uncertain"),
    ("nl", "", "uncertain"),
    ("nl", "👍", "positive"),
    ("en", "Very fast help!", "positive"),
    ("en", "The app doesn't work", "negative"),
    ("en", "Without any hassle", "positive"),
    ("en", "They did not solve my problem", "negative"),
    ("en", "awfully nice people", "positive"),
    ("en", "not bad", "positive"),
    ("en", "Friendly staff but the waiting time is terrible", "mixed"),
    ("en", "Yeah right, great service", "uncertain"),
    ("en", "I would like to know more", "uncertain"),
    ("en", "easier than I thought", "positive"),
]


@pytest.mark.parametrize(("lang", "text", "label"), SAID, ids=[text for _, text, _ in SAID])
def test_a_text_has_its_label(lang: Lang, text: str, label: str) -> None:
    assert sentiment([text], lang)[0].label == label


@pytest.mark.parametrize(
    ("lang", "less", "more"),
    [
        ("nl", "goed", "heel goed"),
        ("nl", "niet goed", "goed"),
        ("nl", "slecht", "een beetje slecht"),
        ("nl", "slecht", "niet slecht"),
        ("nl", "duur", "niet duur"),
        ("en", "a bit slow but good", "good"),
        ("en", "very slow", "slow"),
        ("en", "good", "very good"),
    ],
)
def test_words_around_a_word_turn_or_stress_it(lang: Lang, less: str, more: str) -> None:
    found = sentiment([less, more], lang)
    assert found[0].value < found[1].value


def test_the_average_is_of_texts_that_can_be_judged() -> None:
    found = sentiment(["goed", "slecht", "Lekker dan, fijn", "goed"], "nl")
    assert (found.n, len(found), found.counts["uncertain"]) == (3, 4, 1)
    assert found.estimate == pytest.approx((2 - 1) * (0.6 / 1.1) / 3)
    assert found.estimate is not None
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low < found.estimate < found.high <= 1
    assert {one.code for one in found.warnings} >= {"voice.word_list_sentiment", "voice.many_uncertain"}
    assert found.to_dict()["texts"][0] == {
        "value": pytest.approx(0.6 / 1.1), "label": "positive", "words": [{"words": "goed", "value": 0.6}],
    }  # fmt: skip


def test_no_texts_have_no_average() -> None:
    found = sentiment([], "nl")
    assert (found.estimate, found.low, found.n, found.texts) == (None, None, 0, ())


WORDS = st.lists(
    st.sampled_from(
        ["niet", "goed", "slecht", "maar", "heel", "te duur", "valt", "tegen", ".", ",", "!", "ik", "é", "🙂", "not"]
    ),
    max_size=12,
).map(" ".join)


@given(st.lists(WORDS | st.text(max_size=20), max_size=5))
def test_order_does_not_matter_and_values_stay_in_range(texts: list[str]) -> None:
    for lang in ("nl", "en"):
        found = sentiment(texts, lang)
        assert all(-1 < one.value < 1 for one in found)
        assert sentiment(texts[::-1], lang).texts == found.texts[::-1]
        assert all(one.label == "uncertain" for one, text in zip(found, texts, strict=True) if not text.strip())


@given(WORDS)
def test_case_and_way_of_writing_do_not_matter(text: str) -> None:
    assert sentiment([text.upper()], "nl")[0].value == pytest.approx(sentiment([text], "nl")[0].value)


def test_bad_input_is_named() -> None:
    with pytest.raises(InvalidInputError, match="texts must be a list of texts"):
        sentiment("goed", "nl")
    with pytest.raises(InvalidInputError, match=r"texts\[1\] must be text"):
        sentiment(["goed", None], "nl")  # type: ignore[list-item]
    with pytest.raises(InvalidInputError, match="lang must be 'nl' or 'en', not 'fr'"):
        sentiment(["bon"], "fr")  # type: ignore[arg-type]

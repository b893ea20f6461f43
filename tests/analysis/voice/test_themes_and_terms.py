"""Words that go together, and the words of customers: the same in any order, counted by people."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.analysis.voice.language import customer_terms, job_statement, themes
from klantreis.errors import InvalidInputError

TOPICS = ("parkeren duur garage stad", "app inloggen wachtwoord scherm", "levering pakket bezorger laat")


def made_up(n: int, seed: int = 0) -> tuple[list[str], list[int]]:
    """Texts of three words of one topic each, and which topic."""
    rng = np.random.default_rng(seed)
    topic = rng.integers(0, 3, n).tolist()
    return [f"het was {' en '.join(rng.permutation(TOPICS[t].split())[:3])}" for t in topic], topic


def test_topics_put_in_come_out_stable() -> None:
    texts, topic = made_up(120)
    found = themes(texts, 3, lang="nl", top=4)
    assert {frozenset(theme.words) for theme in found} == {frozenset(words.split()) for words in TOPICS}
    assert found.estimate == pytest.approx(1)
    for theme in found:
        assert {frozenset(TOPICS[topic[place]].split()) for place in theme.texts} == {frozenset(theme.words)}
        assert set(theme.representative) <= set(theme.texts)
    assert sum(theme.share for theme in found) == pytest.approx(1)
    assert [one.code for one in found.warnings] == ["voice.themes_by_person"]


def test_noise_is_called_unstable() -> None:
    rng = np.random.default_rng(1)
    texts = [" ".join(f"woord{word}" for word in rng.integers(0, 60, 6)) for _ in range(60)]
    found = themes(texts, 6, top=8)
    assert found.low is not None
    assert found.low < 0.6
    assert "voice.themes_unstable" in {one.code for one in found.warnings}


def test_a_compound_counts_as_its_parts() -> None:
    texts = ["de klantenkaart", "mijn kaart", "een klant", "wachten bij de kassa", "de kassa wachten"]
    (first,) = [theme for theme in themes(texts, 2, lang="nl") if "kaart" in theme.words]
    assert {"kaart", "klant"} <= set(first.words)
    assert 0 in first.texts


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(24)))
def test_the_order_of_texts_does_not_change_themes(order: list[int]) -> None:
    texts, _ = made_up(24)
    texts[3] = ""
    there, here = themes(texts, 3, seeds=2), themes([texts[place] for place in order], 3, seeds=2)
    assert [one.words for one in here] == [one.words for one in there]
    assert here.estimate == there.estimate
    assert [sorted(order[place] for place in one.texts) for one in here] == [list(one.texts) for one in there]


def test_too_many_themes_are_refused() -> None:
    for texts, k in ((["parkeren duur"], 2), (["", "!"], 1), ([], 1), (["het is de"], 1)):
        with pytest.raises(InvalidInputError, match="themes are too many"):
            themes(texts, k)
    with pytest.raises(InvalidInputError, match="k must be 1"):
        themes(["a b"], 0)


SAID = ["Waar is mijn pakketje?", "Mijn pakketje, mijn pakketje!", "de zending volgen", "het pakketje van de buren"]


def test_people_are_counted_before_texts() -> None:
    found = customer_terms(SAID, people=["an", "an", "bo", "cem"], minimum=1, lang="nl")
    first = found[0]
    assert (first.term, first.times, first.texts, first.people, found.n, found.texts) == ("pakketje", 4, 3, 2, 3, 4)
    assert first.share.value == pytest.approx(2 / 3)
    assert {term.term for term in found} == {"pakketje", "zending volgen", "buren"}


def test_terms_of_more_words_stay_in_one_clause() -> None:
    found = customer_terms(["de late levering", "late levering. Boos", "late levering, boos"], lang="nl")
    assert [term.term for term in found] == ["late levering", "boos"]


def test_the_glossary_says_whose_word_it_is() -> None:
    found = customer_terms(SAID, glossary={"Zending": ["pakketje", "doos"], "retour": []}, minimum=1)
    assert [(one.term, one.people, one.status, one.instead) for one in found.glossary] == [
        ("zending", 1, "other words", ("pakketje",)),
        ("retour", 0, "not heard", ()),
    ]
    assert customer_terms(SAID, glossary=["pakketje"])[0].company == "pakketje"
    assert "voice.texts_as_people" in {one.code for one in found.warnings}


@given(st.lists(st.text(max_size=15) | st.sampled_from(SAID), max_size=8))
def test_the_order_of_texts_does_not_change_terms(texts: list[str]) -> None:
    found = customer_terms(texts, minimum=1)
    assert customer_terms(texts[::-1], minimum=1).to_dict() == found.to_dict()
    assert all(1 <= term.people <= term.texts <= term.times and term.people <= found.n for term in found)


def test_bad_input_is_named() -> None:
    with pytest.raises(InvalidInputError, match="people has 1"):
        customer_terms(SAID, people=["an"])
    with pytest.raises(InvalidInputError, match="glossary"):
        customer_terms(SAID, glossary="zending")
    with pytest.raises(InvalidInputError, match="text is empty"):
        job_statement(" ")


def test_a_job_is_told_without_a_language() -> None:
    assert job_statement("een verzekering afsluiten").kind == "product"
    assert job_statement("take out car insurance").why == "take out car"
    assert job_statement("ongestoord van mijn nieuwe auto genieten").kind == "job"
    assert job_statement("?").kind == "job"  # what somebody typed to begin with is no mistake
    assert job_statement("een boor kopen").to_dict() == {"kind": "product", "why": "kopen"}

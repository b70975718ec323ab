"""Vocabularies are versioned data whose hash covers every field."""

import pytest

from renkei.annotate.vocabulary import (
    FOLDER,
    NoSuchVocabularyError,
    VocabularyRefusedError,
    load_vocabulary,
    parse_vocabulary,
    vocabularies,
)


def test_every_term_is_named_in_both_languages_and_coded() -> None:
    assert vocabularies()
    for words in vocabularies():
        for term in words.terms:
            assert term.ja
            assert term.en
            assert term.code.scheme
            assert term.code.value
            assert term.tau_mm > 0


def test_the_reference_leads_back_to_the_same_version() -> None:
    words = load_vocabulary("abdomen-ct")
    assert load_vocabulary(words.reference) is words
    assert words.reference == f"abdomen-ct@1:{words.hash}"


def test_changing_one_tolerance_changes_the_hash() -> None:
    text = (FOLDER / "abdomen-ct-1.toml").read_text("utf-8")
    changed = parse_vocabulary(text.replace("tau_mm = 2.0", "tau_mm = 2.5", 1))
    assert changed.hash != parse_vocabulary(text).hash


@pytest.mark.parametrize(
    "broken", ["", 'name = "x"', 'name = "x"\nversion = 1\nja = "x"\nen = "x"\nterm = []']
)
def test_a_vocabulary_without_terms_is_refused(broken: str) -> None:
    with pytest.raises(VocabularyRefusedError):
        parse_vocabulary(broken)


def test_two_terms_with_one_key_are_refused() -> None:
    text = (FOLDER / "abdomen-ct-1.toml").read_text("utf-8")
    with pytest.raises(VocabularyRefusedError):
        parse_vocabulary(text.replace('key = "spleen"', 'key = "liver"'))


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(NoSuchVocabularyError, match="abdomen-ct"):
        load_vocabulary("no-such")

"""What is said in documents of a class: as often as planted, and what that tells of the class, exactly."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.errors import UnknownName, UsageError
from freshmark_datasets.simulators.documents.document_options import SHIFTS, document_options
from freshmark_datasets.simulators.documents.language import language
from freshmark_datasets.simulators.draws import Draws
from scipy.stats import chisquare

MANY = 40_000


@pytest.fixture(params=SHIFTS)
def spoken(request):
    return language(document_options(request.param, {}))


def everywhere(value, n=MANY):
    return np.full(n, float(value))


@pytest.mark.parametrize("progress", [0.0, 0.3, 1.0])
def test_classes_come_as_often_as_planted(spoken, progress):
    label = spoken.classes(Draws(3), everywhere(progress))
    expected = (1 - progress) * spoken.prior[0] + progress * spoken.prior[1]
    seen = np.bincount(label, minlength=4)
    assert seen[expected == 0].sum() == 0
    assert chisquare(seen[expected > 0], expected[expected > 0] * MANY).pvalue > 0.001


@pytest.mark.parametrize("progress", [0.0, 0.3, 1.0])
def test_words_are_said_as_often_as_planted_in_each_class_and_place(spoken, progress):
    label = np.arange(MANY) % 4
    word = spoken.words(Draws(5), label, everywhere(progress), length=2)
    for one in range(4):
        expected = (1 - progress) * spoken.word[0, one] + progress * spoken.word[1, one]
        for place in range(2):
            seen = np.bincount(word[label == one, place], minlength=len(expected))
            assert seen[expected == 0].sum() == 0
            assert chisquare(seen[expected > 0], expected[expected > 0] * MANY / 4).pvalue > 1e-4


def test_every_distribution_sums_to_one(spoken):
    np.testing.assert_allclose(spoken.prior.sum(1), 1)
    np.testing.assert_allclose(spoken.word.sum(2), 1)


@pytest.mark.parametrize("progress", [0.0, 0.25, 1.0])
def test_the_posterior_is_bayes_rule_written_out(spoken, progress):
    label = spoken.classes(Draws(1), everywhere(progress, 20))
    word = spoken.words(Draws(1), label, everywhere(progress, 20), length=3)
    result = spoken.posterior(word, everywhere(progress, 20))
    prior = (1 - progress) * spoken.prior[0] + progress * spoken.prior[1]
    table = (1 - progress) * spoken.word[0] + progress * spoken.word[1]
    for row, said in zip(result, word, strict=True):
        joint = np.array([prior[one] * np.prod([table[one, each] for each in said]) for one in range(4)])
        np.testing.assert_allclose(row, joint / joint.sum(), rtol=1e-9, atol=1e-300)


def test_a_document_too_long_for_the_product_of_its_probabilities_has_a_posterior():
    spoken = language(document_options("classes", {}))
    own = np.tile(np.arange(30, 40), 500)[None]  # 5,000 words of the last class, which is not there yet
    before, after = spoken.posterior(np.repeat(own, 2, 0), np.array([0.0, 1.0]))
    np.testing.assert_allclose(before, [*spoken.prior[0, :2], 0, 0])
    assert after[3] == pytest.approx(1)


def test_a_covariate_shift_leaves_what_words_say_of_a_class_exactly_as_it_was():
    chosen = document_options("covariate", {})
    spoken = language(chosen)
    own, common = chosen.classes * chosen.words, chosen.common
    assert np.array_equal(spoken.prior[0], spoken.prior[1])
    assert np.array_equal(spoken.word[0, :, :own], spoken.word[1, :, :own])
    for common_words in (spoken.word[0, :, own:], spoken.word[1, :, own:]):
        assert (common_words == common_words[0]).all()  # alike in every class: they say nothing of it
    assert not (spoken.word[0, :, own:] * spoken.word[1, :, own:]).any()  # none is left of those before
    before = spoken.words(Draws(0), np.arange(400) % 4, everywhere(0, 400), length=8)
    after = np.where(before >= own, before + common, before)
    assert (after != before).any()
    old, new = spoken.posterior(before, everywhere(0, 400)), spoken.posterior(after, everywhere(1, 400))
    np.testing.assert_allclose(old, new, rtol=1e-12)


def test_a_prior_shift_turns_the_order_of_the_classes_and_leaves_the_words():
    spoken = language(document_options("prior", {"skew": 2.0}))
    share = np.array([1, 1 / 4, 1 / 9, 1 / 16])
    np.testing.assert_allclose(spoken.prior[0], share / share.sum())
    np.testing.assert_allclose(spoken.prior[1], share[::-1] / share.sum())
    assert np.array_equal(spoken.word[0], spoken.word[1])


def test_a_shift_of_words_gives_every_second_word_of_a_class_to_the_next_one():
    spoken = language(document_options("words", {}))
    assert np.array_equal(spoken.prior[0], spoken.prior[1])
    whose = spoken.word[:, :, :40].argmax(1).reshape(2, 4, 10)
    assert np.array_equal(whose[0], np.arange(4).repeat(10).reshape(4, 10))
    assert np.array_equal(whose[1, :, 1::2], whose[0, :, 1::2])
    assert np.array_equal(whose[1, :, ::2], (whose[0, :, ::2] + 1) % 4)
    assert np.array_equal(spoken.word[0, :, 40:], spoken.word[1, :, 40:])


def test_classes_that_appear_were_impossible_before_and_nothing_else_changes():
    spoken = language(document_options("classes", {}))
    assert (spoken.prior[0, 2:] == 0).all()
    assert spoken.prior[0, 0] / spoken.prior[0, 1] == pytest.approx(2)
    np.testing.assert_allclose(spoken.prior[1], language(document_options("none", {})).prior[0])
    assert np.array_equal(spoken.word[0], spoken.word[1])


def test_words_of_a_class_are_so_many_times_as_likely_in_it():
    chosen = document_options("none", {"focus": 0.6, "topical": 0.5})
    word = language(chosen).word[0]
    assert word[1, 10:20].sum() == pytest.approx(0.5 * 0.6)
    assert word[1, 20:30].sum() == pytest.approx(0.5 * 0.4 / 3)
    assert word[1, 40:].sum() == pytest.approx(0.5)


def test_invalid_options_of_documents_are_refused():
    with pytest.raises(UnknownName, match="did you mean 'covariate'"):
        document_options("covariates", {})
    with pytest.raises(UnknownName, match="did you mean 'events'"):
        document_options("none", {"event": 3})
    with pytest.raises(UsageError, match="classes is 1"):
        document_options("none", {"classes": 1})
    with pytest.raises(UsageError, match="focus is 1"):
        document_options("none", {"focus": 1})
    with pytest.raises(UsageError, match=r"until is 0\.3, before the shift sets in.*between 0\.6 and 1"):
        document_options("words", {"until": 0.3})

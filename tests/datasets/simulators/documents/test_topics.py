"""topics(): documents whose classes are as likely as the oracle says, and shifts that pay where they should."""

from __future__ import annotations

from functools import cache
from zlib import crc32

import numpy as np
import pytest
from freshmark.errors import UnknownName, UsageError
from freshmark_datasets.simulators.bayes import entropy
from freshmark_datasets.simulators.documents.document_options import SHIFTS
from freshmark_datasets.simulators.documents.topics import topics

GOLDEN = "18d7f56fa256d69300f18053de8f1a4c411a87e10cc5e4be26de0e9107f03940"


@cache  # several tests look at the same 50,000 documents
def simulated(*arguments, **overrides):
    return topics(*arguments, **overrides).load()


@pytest.fixture(scope="module", params=SHIFTS)
def stream(request):
    return simulated(request.param)


def true(stream):
    """(n,) the probability of the class that it was."""
    return stream.oracle[np.arange(len(stream)), stream.label]


def counts(stream):
    """(n, words) how often each word is in each document."""
    known, place = np.unique(stream.features["text"], return_inverse=True)
    table = np.zeros((len(stream), len(known)))
    np.add.at(table, (np.arange(len(stream))[:, None], place.reshape(stream.features["text"].shape)), 1)
    return table


def naive_bayes(x, label, rows, *, classes=4):
    """(n, classes) the posterior of all rows, with the frequencies of some; words that are not in those say nothing."""
    x = x[:, x[rows].any(0)]
    one_hot = np.eye(classes)[label[rows]]
    said = one_hot.T @ x[rows] + 0.5
    score = x @ np.log(said / said.sum(1, keepdims=True)).T + np.log(one_hot.mean(0) + 1e-4)
    odds = np.exp(score - score.max(1, keepdims=True))
    return odds / odds.sum(1, keepdims=True)


def logloss(stream, answer, rows=slice(None)):
    return -np.mean(np.log(answer[np.arange(len(stream)), stream.label])[rows])


def test_an_expression_gives_the_stream_that_it_has_always_given():
    """Where this fails on purpose, raise ``topics.VERSION``: caches and old results are of another stream."""
    assert simulated("words", until=0.8, events=2_000).fingerprint == GOLDEN


def test_columns_are_what_the_contract_wants(stream):
    assert stream.task == "classify"
    assert stream.label.dtype == np.int64
    assert stream.features["text"].shape == (50_000, 8)
    assert stream.features["text"].dtype == np.int64
    assert stream.oracle.shape == (50_000, len(stream.classes))
    np.testing.assert_allclose(stream.oracle.sum(1), 1)
    assert (true(stream) > 0).all()


def test_words_are_hashed_as_those_of_any_text(stream):
    words = {crc32(f"word{one}".encode()) + 1 for one in range(80)}
    assert set(np.unique(stream.features["text"])) <= words


def test_the_oracle_is_calibrated_class_by_class(stream):
    for one in range(4):
        p = stream.oracle[:, one]
        tenth = np.argsort(np.argsort(p)) * 10 // len(stream)
        for part in range(10):
            rows = tenth == part
            spread = np.sqrt(np.sum(p[rows] * (1 - p[rows])))
            assert abs(np.sum((stream.label == one)[rows] - p[rows])) <= 4 * spread


def test_logloss_of_the_oracle_is_the_entropy_of_the_classes(stream):
    p = np.clip(stream.oracle, 1e-300, None)
    lost = entropy(stream.oracle)
    spread = np.sqrt(np.sum((p * np.log(p) ** 2).sum(1) - lost**2)) / len(stream)
    assert abs(logloss(stream, stream.oracle) - lost.mean()) < 3.5 * spread
    assert stream.about["bayes log loss"].startswith(f"{lost.mean():.6f} nats per event")


def test_accuracy_of_the_oracle_is_the_mean_of_its_highest_probability(stream):
    highest = stream.oracle.max(1)
    spread = np.sqrt(np.sum(highest * (1 - highest))) / len(stream)
    assert abs(np.mean(stream.oracle.argmax(1) == stream.label) - highest.mean()) < 3.5 * spread


def test_no_answer_made_from_the_oracle_or_learned_from_all_of_the_past_has_a_lower_logloss(stream):
    best = logloss(stream, stream.oracle)
    for power in (0.9, 1.1):
        bent = stream.oracle**power
        assert logloss(stream, bent / bent.sum(1, keepdims=True)) > best
    rows = np.arange(len(stream)) >= len(stream) // 2
    learned = naive_bayes(counts(stream), stream.label, ~rows)
    assert logloss(stream, learned, rows) > logloss(stream, stream.oracle, rows)


@pytest.mark.parametrize(
    ("shift", "pays"), [("none", False), ("covariate", False), ("prior", True), ("words", True), ("classes", True)]
)
def test_relearning_pays_where_what_words_mean_or_classes_moved_and_not_where_only_words_did(shift, pays):
    stream = simulated(shift)
    x, place = counts(stream), np.arange(len(stream)) / len(stream)
    after = place >= 0.8
    frozen, fresh = (
        logloss(stream, naive_bayes(x, stream.label, rows), after) - logloss(stream, stream.oracle, after)
        for rows in (place < 0.3, (place >= 0.61) & (place < 0.8))
    )
    assert fresh < 0.02
    assert (frozen > 0.05) if pays else (frozen < 0.02)


def test_labels_move_with_a_prior_shift_as_declared():
    stream = simulated("prior")
    (declared,) = stream.drifts
    after = stream.time >= declared.begin
    share = np.array([12, 6, 4, 3]) / 25
    for rows, expected in ((~after, share), (after, share[::-1])):
        seen = np.bincount(stream.label[rows], minlength=4) / rows.sum()
        assert (np.abs(seen - expected) < 4 * np.sqrt(expected * (1 - expected) / rows.sum())).all()


def test_new_classes_appear_when_declared_and_are_known_from_the_start():
    stream = simulated("classes", at=0.5)
    (declared,) = stream.drifts
    assert stream.classes == ("topic0", "topic1", "topic2", "topic3")
    assert stream.time[np.isin(stream.label, [2, 3])].min() >= declared.begin
    assert set(stream.label[stream.time >= declared.begin]) == {0, 1, 2, 3}


def test_a_shift_is_declared_with_its_end():
    assert simulated(events=100).drifts == ()
    day = 86_400 * 1_000_000
    (at_once,) = simulated("words", events=100).drifts
    (gradual,) = simulated("words", events=100, at=0.5, until=0.75).drifts
    assert (at_once.kind, at_once.end - at_once.begin) == ("words", 0)
    assert (gradual.begin - at_once.begin, gradual.end - gradual.begin) == (-6 * day, 15 * day)


def test_a_gradual_shift_sets_in_at_its_begin_and_is_as_the_sudden_one_from_its_end_on():
    sudden, gradual, still = simulated("words"), simulated("words", until=0.8), simulated()
    (declared,) = gradual.drifts
    text = [one.features["text"] for one in (sudden, gradual, still)]
    before, after = sudden.time < declared.begin, sudden.time >= declared.end
    between = ~before & ~after
    assert np.array_equal(text[1][before], text[2][before])
    assert np.array_equal(text[1][after], text[0][after])
    assert not np.array_equal(text[1][between], text[0][between])
    assert not np.array_equal(text[1][between], text[2][between])


def test_one_expression_one_stream_one_key():
    assert topics("prior", seed=3).key == topics("prior", seed=3).key
    assert len({topics().key, topics("prior").key, topics(seed=1).key, topics(events=10).key}) == 4
    assert topics("prior", events=100).load().fingerprint == simulated("prior", events=100).fingerprint
    assert simulated(seed=1, events=100).fingerprint != simulated(events=100).fingerprint


def test_a_stream_is_named_by_its_expression_and_records_its_options():
    stream = simulated("prior", seed=2, events=100)
    assert stream.name == "topics('prior', seed=2, events=100)"
    assert stream.about["option focus"] == "0.6"
    assert stream.about["oracle"] == "the true probability of each class"


def test_invalid_options_are_refused_before_anything_is_built():
    with pytest.raises(UnknownName, match="did you mean 'words'"):
        topics("word")
    with pytest.raises(UnknownName, match="did you mean 'until'"):
        topics(untill=0.7)
    with pytest.raises(UsageError, match="seed is -1"):
        topics(seed=-1)

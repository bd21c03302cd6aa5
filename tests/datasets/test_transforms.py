"""Transforms: each does what it is called, and none looks into the future: a cut commutes with every one."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.contract.stream import Source, stream_of
from freshmark.errors import DataError, UsageError
from freshmark.runs.registry import load
from freshmark_datasets.clicks import clicks
from freshmark_datasets.derived import only
from freshmark_datasets.transforms import (
    anonymise,
    deduplicate,
    min_count,
    normalise,
    relabel,
    sessionise,
    subsample,
    time_shift,
)

SECOND = 1_000_000
HOUR = 3_600 * SECOND


def some(n=400, seed=0):
    generator = np.random.default_rng(seed)
    return stream_of(
        name="s",
        task="rate",
        time=np.sort(generator.integers(0, 60, n)) * HOUR // 2,
        user=generator.integers(0, 30, n),
        item=generator.integers(0, 20, n),
        label=generator.integers(1, 6, n).astype(np.float64),
        features={"x": generator.normal(5, 2, (n, 2)).astype(np.float32)},
    )


def pairs(*events):
    """A stream of (second, user, item)."""
    time, user, item = zip(*events, strict=True)
    return stream_of(name="s", task="rank", time=np.array(time) * SECOND, user=np.array(user), item=np.array(item))


TRANSFORMS = {
    "min_count": lambda stream: min_count(stream, users=3, items=2),
    "deduplicate": lambda stream: deduplicate(stream, seconds=7200),
    "deduplicate for ever": lambda stream: deduplicate(stream, seconds=None),
    "subsample": lambda stream: subsample(stream, share=0.5),
    "sessionise": lambda stream: sessionise(stream, minutes=90),
    "normalise": lambda stream: normalise(stream, feature="x"),
    "relabel": lambda stream: relabel(stream, least=4),
    "time_shift": lambda stream: time_shift(stream, days=3),
    "anonymise": lambda stream: anonymise(stream, salt="s", seconds=1800),
    "anonymise into buckets": lambda stream: anonymise(stream, salt="s", seconds=1800, buckets=5),
}


def events(stream):
    """Each event with its ids in words: what must not depend on later events."""
    named = [[stream.users[int(u)], stream.items[int(i)]] for u, i in zip(stream.user, stream.item, strict=True)]
    rest = [
        column.reshape(len(stream), -1).tolist() for column in (stream.time, stream.label, *stream.features.values())
    ]
    return list(zip(named, *rest, strict=True))


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("cut", [40, 200, 399])
def test_cutting_the_stream_changes_nothing_before_the_cut(name, cut):
    whole = some()
    cut = int(np.searchsorted(whole.time, whole.time[cut]))  # between two times
    early = only(whole, np.arange(len(whole)) < cut)
    one, other = events(TRANSFORMS[name](whole).load()), events(TRANSFORMS[name](early).load())
    assert len(other) > 0
    assert one[: len(other)] == other


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_source_gives_what_its_stream_gives_and_keys_tell_apart(name):
    whole = some()
    source = Source("k", lambda: whole)
    assert TRANSFORMS[name](source).load().fingerprint == TRANSFORMS[name](whole).load().fingerprint
    assert TRANSFORMS[name](source).key == TRANSFORMS[name](source).key != TRANSFORMS[name](Source("l", some)).key
    assert len({transform(source).key for transform in TRANSFORMS.values()}) == len(TRANSFORMS)


def test_min_count_keeps_events_from_the_nth_on():
    stream = pairs((1, "a", "x"), (2, "b", "x"), (3, "a", "y"), (4, "a", "x"))
    assert min_count(stream, users=2).load().time.tolist() == [3 * SECOND, 4 * SECOND]
    assert min_count(stream, items=3).load().time.tolist() == [4 * SECOND]
    assert min_count(stream).load().fingerprint == stream.fingerprint


def test_deduplicate_leaves_the_first_of_those_that_are_close():
    stream = pairs((0, "a", "x"), (0, "a", "x"), (5, "a", "x"), (5, "b", "x"), (50, "a", "x"))
    assert len(deduplicate(stream).load()) == 4
    assert deduplicate(stream, seconds=10).load().time.tolist() == [0, 5 * SECOND, 50 * SECOND]
    assert len(deduplicate(stream, seconds=None).load()) == 2


def test_deduplicate_for_ever_is_idempotent():
    once = deduplicate(some(), seconds=None).load()
    assert deduplicate(once, seconds=None).load().fingerprint == once.fingerprint


def test_subsample_keeps_users_whole_and_a_smaller_share_is_part_of_a_larger():
    half, tenth = (subsample(some(), share=share).load() for share in (0.5, 0.2))
    assert set(tenth.users) <= set(half.users)
    counts = np.bincount(some().user)
    for code, name in enumerate(half.users):
        assert np.sum(half.user == code) == counts[list(some().users).index(name)]
    assert subsample(some(), share=1).load().fingerprint == some().fingerprint
    assert set(subsample(some(), share=0.5, seed=1).load().users) != set(half.users)


def test_a_session_ends_with_a_gap():
    stream = pairs((0, "a", "x"), (10, "b", "x"), (60, "a", "y"), (1000, "a", "x"))
    sessions = sessionise(stream, minutes=2).load()
    assert sessions.user.tolist() == [0, 1, 0, 2]
    assert list(sessions.users) == ["a/0", "b/0", "a/1"]


def test_an_endless_gap_leaves_every_user_one_session():
    assert np.array_equal(sessionise(some(), minutes=1e6).load().user, some().user)


def test_numbers_are_measured_by_the_events_of_earlier_times():
    stream = some()
    x, time = stream.features["x"].astype(float), stream.time
    found = normalise(stream, feature="x").load().features["x"]
    for row in (50, 200, 399):
        past = x[time < time[row]]
        np.testing.assert_allclose(found[row], (x[row] - past.mean(0)) / past.std(0), rtol=1e-4, atol=1e-5)
    assert not found[time == time[0]].any()


def test_a_feature_that_never_changes_becomes_nought():
    stream = stream_of(name="s", task="rank", time=np.arange(9), features={"x": np.full(9, 7.0)})
    assert not normalise(stream, feature="x").load().features["x"].any()


def test_labels_become_two_classes():
    found = relabel(some(), least=4, classes=("bad", "good")).load()
    assert (found.task, found.classes) == ("classify", ("bad", "good"))
    assert np.array_equal(found.label, some().label >= 4)


def test_a_shift_in_time_moves_times_and_drifts_and_back_is_where_it_was():
    stream = clicks("prior", events=100).load()
    there = time_shift(stream, days=2.5).load()
    assert (there.time - stream.time == 60 * HOUR).all()
    assert there.drifts[0].begin - stream.drifts[0].begin == 60 * HOUR
    assert time_shift(there, days=-2.5).load().fingerprint == stream.fingerprint


def test_nothing_of_an_id_a_source_or_a_feature_is_left_but_who_is_who():
    stream = some()
    found = anonymise(stream, salt="secret", seconds=3600).load()
    assert np.array_equal(found.user, stream.user)
    assert np.array_equal(found.item, stream.item)
    assert not set(found.users) & set(stream.users)
    assert dict(found.features) == {}
    assert set(found.about) == {"transform anonymise"}
    assert "secret" not in str(found.about)
    assert not (found.time % HOUR).any()
    assert list(found.users) != list(anonymise(stream, salt="other").load().users)


def test_buckets_are_shared_by_users_and_there_are_no_more_than_asked_for():
    found = anonymise(some(), salt="s", buckets=3).load()
    assert len(found.users) == 3
    where: dict[int, int] = {}
    for user, bucket in zip(some().user.tolist(), found.user.tolist(), strict=True):
        assert where.setdefault(user, bucket) == bucket


def test_they_are_written_as_expressions_around_a_stream():
    made = load().build("streams", "min_count(deduplicate(drift('tiny'), seconds=None), users=2)")
    stream = made.load()
    assert stream.name.startswith("min_count(deduplicate(")
    assert {"transform min_count", "transform deduplicate"} <= set(stream.about)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: min_count(some(), users=0),
        lambda: deduplicate(some(), seconds=-1),
        lambda: subsample(some(), share=0),
        lambda: sessionise(some(), minutes=-1),
        lambda: anonymise(some(), salt=""),
        lambda: anonymise(some(), salt="s", buckets=0),
        lambda: relabel(some(), least=1, classes=("a",)),  # type: ignore[arg-type]  # what is refused here
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_loaded(wrong):
    with pytest.raises(UsageError):
        wrong()


def test_a_transform_that_does_not_fit_says_why():
    with pytest.raises(DataError, match="no feature of numbers is called 'y'; there are x"):
        normalise(some(), feature="y").load()
    with pytest.raises(DataError, match="leaves no events"):
        min_count(some(), users=10_000).load()
    with pytest.raises(DataError, match="no labels"):
        relabel(pairs((0, "a", "x")), least=1).load()

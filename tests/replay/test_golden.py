"""Numbers from an independent implementation of the protocol."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark import stream_of
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline


@pytest.fixture(scope="module")
def movietweetings(shared_data):
    """Read here by hand: what reads it in the product is tested elsewhere."""
    lines = (shared_data / "movietweetings-100k" / "ratings.dat").read_text("utf-8").splitlines()
    user, item, _, seconds = zip(*(line.split("::") for line in lines), strict=True)
    return stream_of(
        name="movietweetings",
        task="rank",
        time=np.array(seconds, np.int64) * 1_000_000,
        user=np.array(user, object),
        item=np.array(item, object),
        repeats=False,
    )


def figures(stream, strategy, every):
    line = Timeline(stream, Settings(probes=0, panel=0))
    rank = replay(line, strategy, Schedule.parse(every)).tables["outcomes"]["rank"]
    hit = rank <= 10
    return len(rank), int(np.isinf(rank).sum()), hit.mean(), (hit / np.log2(1 + rank)).mean(), (1 / rank).mean()


@pytest.mark.parametrize(
    ("every", "since_update", "hr", "ndcg", "mrr"),
    [
        ("never", False, 0.048186, 0.025216, 0.025407),
        ("1w", False, 0.106586, 0.056751, 0.052712),
        ("1d", False, 0.125571, 0.065968, 0.059313),
        ("1h", False, 0.129657, 0.068027, 0.060873),
        pytest.param("event", False, 0.129929, 0.068153, 0.060963, marks=pytest.mark.slow),
        ("1w", True, 0.202357, 0.122804, 0.107716),
        ("1d", True, 0.227500, 0.150142, 0.133015),
    ],
)
def test_popularity_on_movietweetings(movietweetings, counts, every, since_update, hr, ndcg, mrr):
    events, cold, *found = figures(movietweetings, counts(since_update=since_update), every)
    assert (events, cold) == (70_000, 4_536)
    assert found == pytest.approx([hr, ndcg, mrr], abs=1e-6)


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize(
    ("repeats", "hr", "ndcg", "mrr"), [(False, 0.076050, 0.036998, 0.025362), (True, 0.046790, 0.022034, 0.014666)]
)
def test_popularity_on_movielens_100k_one_event_at_a_time(ml_100k, counts, repeats, hr, ndcg, mrr):
    user, item = ml_100k[:, 0], ml_100k[:, 1]
    # No tie barrier: the golden number asks one event after the other, so each gets a time of its own.
    stream = stream_of(name="ml-100k", task="rank", time=np.arange(len(user)), user=user, item=item, repeats=repeats)
    line = Timeline(stream, Settings(warmup=0, probes=0, panel=0))
    rank = replay(line, counts(), Schedule.parse("event")).tables["outcomes"]["rank"]
    hit = rank <= 10
    assert (len(rank), int(np.isinf(rank).sum())) == (100_000, 1_682)
    assert [hit.mean(), (hit / np.log2(1 + rank)).mean(), (hit / rank).mean()] == pytest.approx(
        [hr, ndcg, mrr], abs=1e-6
    )

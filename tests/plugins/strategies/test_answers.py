"""What every strategy that ranks owes the protocol."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark import stream_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize("batch", [1, 7])
def test_the_size_of_batches_changes_no_rank(ranker, stream, ranks, batch):
    assert np.array_equal(ranks(ranker(), stream, batch=batch), ranks(ranker(), stream))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(users=st.lists(st.integers(0, 60), min_size=1, max_size=40), data=st.data())
def test_a_row_is_answered_alike_in_any_batch(ranker, walk, stream, query, users, data):
    strategy = _walked(ranker, walk, stream)
    whole = _raw(strategy, query(users, candidates=40))
    cut = data.draw(st.integers(0, len(users)))
    parts = [_raw(strategy, query(part, candidates=40)) for part in (users[:cut], users[cut:]) if part]
    assert np.array_equal(np.concatenate(parts), whole)


WALKED: dict[object, object] = {}


def _walked(ranker, walk, stream):
    """Learned once for all examples: an answer must not change it."""
    if ranker not in WALKED:
        WALKED[ranker] = walk(ranker(), stream).update(400, 600)
    return WALKED[ranker]


def _raw(strategy, query):
    """The rows that differ by query: users' factors, or scores."""
    return strategy.factors(query).user if hasattr(strategy, "factors") else np.array(strategy.score(query))


def test_answers_are_finite_and_of_known_items_only(ranker, walk, stream, query, scores):
    strategy = walk(ranker(), stream).strategy
    known = int(stream.item[:200].max()) + 1
    answer = scores(strategy, query([0, 1, 500], candidates=known))
    assert answer.shape == (3, known)
    assert np.isfinite(answer).all()


def test_asking_changes_nothing(ranker, walk, stream, query, assert_same_state, scores):
    asked, silent = walk(ranker(), stream), walk(ranker(), stream)
    for _ in range(3):
        scores(asked.strategy, query(range(30), candidates=40))
    assert_same_state(asked.update(400, 600), silent.update(400, 600))


def test_two_runs_of_one_seed_agree(ranker, stream, ranks):
    assert np.array_equal(ranks(ranker(), stream, seed=3), ranks(ranker(), stream, seed=3))


def test_other_names_for_users_and_items_change_nothing(ranker, stream, ranks):
    draw = np.random.default_rng(1)
    users, items = draw.permutation(len(stream.users)), draw.permutation(len(stream.items))
    named = stream_of(
        name="renamed", task="rank", time=stream.time, user=users[stream.user], item=items[stream.item]
    )  # fmt: skip
    assert np.array_equal(ranks(ranker(), named), ranks(ranker(), stream))


def test_it_starts_from_nothing(ranker, stream, ranks):
    found = ranks(ranker(), stream, warmup=0.0)
    assert np.isfinite(found).mean() > 0.5


def test_events_of_one_time_and_one_user_twice_over_are_no_trouble(ranker, ranks):
    time = np.repeat(np.arange(20), 10) * 3_600_000_000
    user, item = np.tile(np.repeat([0, 1], 5), 20), np.tile([0, 1, 1, 2, 2, 3, 3, 3, 0, 1], 20)
    stream = stream_of(name="ties", task="rank", time=time, user=user, item=item)
    found = ranks(ranker(), stream, every="event")
    assert np.isfinite(found).all()
    assert np.array_equal(ranks(ranker(), stream, every="event", batch=1), found)


def test_the_state_is_arrays(ranker, walk, stream):
    state = walk(ranker(), stream).update(600).state()
    assert all(isinstance(array, np.ndarray) for array in state.values())


def test_it_says_which_tasks_it_answers(ranker):
    assert ranker().tasks == {"rank"}

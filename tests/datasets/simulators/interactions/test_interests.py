"""What users want, and the stages through which that moves."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.interactions.interests import Change, interests, schedule_changes
from freshmark_datasets.simulators.interactions.presets import Options

TOPICS = 6
USERS = 4
BEGIN, END = 1_000, 4_000


@pytest.fixture
def theta():
    return interests(Draws(0), Options(users=USERS, topics=TOPICS, concentration=1.0, topic_skew=0.5, wander=0.06))


def moving(theta, kind, begin=BEGIN, end=END):
    """Interests in which the first half of the users undergo one change."""
    return schedule_changes(theta, [Change(kind, begin, end, np.arange(USERS) < USERS // 2)])


def at(moved, time, user=0):
    return moved.share(np.array([user]), np.array([time]))[0]


def test_interests_are_shares_and_every_topic_has_at_least_its_part_of_the_wander(theta):
    assert theta.shape == (USERS, TOPICS)
    np.testing.assert_allclose(theta.sum(axis=1), 1.0)
    assert theta.min() >= 0.01


def test_skew_makes_the_first_topics_the_most_wanted():
    theta = interests(Draws(0), Options(users=20_000, topics=TOPICS, concentration=1.0, topic_skew=1.0, wander=0.001))
    share = 1 / np.arange(1, TOPICS + 1)
    np.testing.assert_allclose(theta.mean(axis=0), share / share.sum(), atol=0.01)


def test_a_small_concentration_leaves_users_with_few_topics():
    def largest(concentration):
        few = interests(
            Draws(0), Options(users=2_000, topics=TOPICS, concentration=concentration, topic_skew=0.0, wander=0.001)
        )
        return few.max(axis=1).mean()

    assert largest(0.1) > 0.9 > largest(1.0) > 0.5 > largest(1_000.0)


@pytest.mark.parametrize("kind", ["sudden", "gradual", "recurring", "incremental"])
def test_the_unaffected_never_move(theta, kind):
    end = BEGIN if kind == "sudden" else END
    moved = moving(theta, kind, end=end)
    for time in (0, BEGIN, 1_700, 2_500, 3_999, END, 10**9):
        np.testing.assert_allclose(at(moved, time, user=3), theta[3], rtol=1e-12)


@pytest.mark.parametrize("kind", ["sudden", "gradual", "recurring", "incremental"])
def test_no_user_moves_before_the_beginning_and_nothing_after_the_end(theta, kind):
    end = BEGIN if kind == "sudden" else END
    moved = moving(theta, kind, end=end)
    np.testing.assert_array_equal(at(moved, -5), theta[0])
    np.testing.assert_array_equal(at(moved, BEGIN - 1), theta[0])
    np.testing.assert_array_equal(at(moved, end), at(moved, 10**9))
    assert np.array_equal(at(moved, end), theta[0]) == (kind == "recurring")


def test_sudden_moves_all_at_once(theta):
    moved = moving(theta, "sudden", end=BEGIN)
    np.testing.assert_array_equal(at(moved, BEGIN), np.roll(theta[0], TOPICS // 2))


def test_gradual_blends_the_old_into_the_new_in_proportion_to_time(theta):
    moved = moving(theta, "gradual")
    new = at(moved, END)
    assert not np.allclose(new, theta[0])
    for time, passed in ((BEGIN, 0.0), (1_750, 0.25), (2_500, 0.5), (3_400, 0.8)):
        np.testing.assert_allclose(at(moved, time), (1 - passed) * theta[0] + passed * new)


def test_incremental_passes_through_interests_that_are_neither_old_nor_new(theta):
    moved = moving(theta, "incremental")
    np.testing.assert_allclose(at(moved, 2_000), np.roll(theta[0], 1))
    np.testing.assert_allclose(at(moved, 2_500), (np.roll(theta[0], 1) + np.roll(theta[0], 2)) / 2)
    np.testing.assert_allclose(at(moved, 3_000), np.roll(theta[0], 2))
    np.testing.assert_allclose(at(moved, END), np.roll(theta[0], 3))


def test_recurring_goes_and_comes_back_twice_to_the_same(theta):
    moved = moving(theta, "recurring")
    away = at(moved, 1_500)
    assert not np.allclose(away, theta[0])
    np.testing.assert_array_equal(at(moved, 1_999), away)
    np.testing.assert_array_equal(at(moved, 2_000), theta[0])
    np.testing.assert_array_equal(at(moved, 3_000), away)
    np.testing.assert_array_equal(at(moved, END), theta[0])


def test_the_spans_of_a_change_are_when_interests_are_away_or_on_the_move():
    nobody = np.zeros(USERS, np.bool_)
    assert Change("recurring", BEGIN, END, nobody).spans == [(1_000, 2_000), (3_000, 4_000)]
    assert Change("gradual", BEGIN, END, nobody).spans == [(BEGIN, END)]


def test_a_second_change_starts_from_where_the_first_ended(theta):
    everyone = np.ones(USERS, np.bool_)
    moved = schedule_changes(theta, [Change("sudden", 10, 10, everyone), Change("incremental", 20, 50, everyone)])
    np.testing.assert_array_equal(at(moved, 15), np.roll(theta[0], 3))
    np.testing.assert_allclose(at(moved, 60), np.roll(theta[0], 6))


def test_topics_are_drawn_by_the_share_of_the_moment(theta):
    moved = moving(theta, "gradual")
    for time in (0, 2_500, END):
        drawn = moved.draw(Draws(1), np.zeros(60_000, np.int64), np.full(60_000, time))
        expected = at(moved, time)
        np.testing.assert_allclose(np.bincount(drawn, minlength=TOPICS) / 60_000, expected, atol=0.01)


@pytest.mark.parametrize("topics", [1, 2, 3, 7, 8, 9])
def test_any_number_of_topics_can_be_drawn_the_last_one_included(topics):
    theta = interests(Draws(0), Options(users=3, topics=topics, concentration=1.0, topic_skew=0.0, wander=1.0))
    drawn = schedule_changes(theta, []).draw(Draws(0), np.zeros(20_000, np.int64), np.zeros(20_000, np.int64))
    np.testing.assert_allclose(np.bincount(drawn, minlength=topics) / 20_000, 1 / topics, atol=0.015)

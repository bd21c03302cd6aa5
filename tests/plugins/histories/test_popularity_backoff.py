from __future__ import annotations

import numpy as np
from freshmark_plugins.histories.popularity_backoff import back_off_to_popularity


def test_what_has_a_score_keeps_it_and_the_rest_follows_by_popularity():
    scores, counts = np.array([[0.0, 2.0, 0.0, 0.0], [1e-9, 0.0, 0.0, 0.0]]), np.array([5.0, 0.0, 7.0, 0.0])
    back_off_to_popularity(scores, counts)
    assert np.argsort(-scores[0], kind="stable").tolist() == [1, 2, 0, 3]
    assert scores[1, 0] == 1e-9
    assert scores[0, 1] == 2
    assert ((scores[1, 1:] < 0) & (scores[1, 1:] >= -1)).all()


def test_without_any_event_all_are_alike():
    scores = np.zeros((1, 3))
    back_off_to_popularity(scores, np.zeros(3))
    assert scores.tolist() == [[-1.0, -1.0, -1.0]]

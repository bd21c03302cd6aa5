"""What enters training when: fake negatives, late positives, and nothing that is not known."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark import Events
from freshmark_plugins.strategies.delayed.corrections import elapsed_weights, fake_negative_weights, shift_weights
from freshmark_plugins.strategies.delayed.pending_impressions import PendingImpressions
from freshmark_plugins.training.event_sets import concatenated

UNLABELLED = None


def events(time, label=UNLABELLED, user=None, item=None):
    time = np.array(time, np.int64)
    code = np.zeros(len(time), np.int64)
    return Events(
        time,
        code if user is None else np.array(user),
        time.copy() if item is None else np.array(item),
        None if label is None else np.array(label, float),
        {"x": time * 2.0},
    )


def entered(entries):
    """time, label and whether late, of what enters."""
    found = entries.events
    return list(zip(found.time.tolist(), found.label.tolist(), entries.late.tolist(), strict=True))


@pytest.fixture
def shown():
    some = PendingImpressions(0)
    some.add(events([1, 2, 3]))
    return some


def test_what_has_its_label_enters_with_it_and_what_is_older_enters_as_a_negative(shown):
    assert entered(shown.resolve(events([2], [1]))) == [(2, 1, False), (1, 0, False)]


def test_a_click_on_what_entered_as_a_negative_enters_again_and_late(shown):
    shown.resolve(events([2], [1]))
    assert entered(shown.resolve(events([1], [1]))) == [(1, 1, True)]


def test_an_impression_enters_as_a_negative_once(shown):
    assert entered(shown.resolve(events([3], [0]))) == [(3, 0, False), (1, 0, False), (2, 0, False)]
    assert entered(shown.resolve(events([], []))) == []


def test_what_is_newer_than_every_known_label_waits(shown):
    shown.add(events([4, 5]))
    assert entered(shown.resolve(events([3], [1])))[1:] == [(1, 0, False), (2, 0, False)]
    assert entered(shown.resolve(events([5], [1])))[1:] == [(4, 0, False)]


def test_an_impression_waits_as_long_as_configured():
    some = PendingImpressions(2)
    some.add(events([1, 2, 3, 4]))
    assert entered(some.resolve(events([4], [0]))) == [(4, 0, False), (1, 0, False), (2, 0, False)]


def test_what_was_not_shown_enters_with_its_label(shown):
    assert entered(shown.resolve(events([0, 0], [1, 0], item=[7, 8]))) == [(0, 1, False), (0, 0, False)]
    assert len(shown.resolve(events([0], [1], item=[7])).labelled) == 0


def test_impressions_are_identified_by_time_user_and_item():
    some = PendingImpressions(0)
    some.add(events([5, 5, 5, 6], user=[1, 1, 2, 1], item=[1, 2, 1, 1]))
    entries = some.resolve(events([5, 6], [1, 1], user=[2, 1], item=[1, 1]))
    left = concatenated(some.shown)
    assert list(zip(left.user.tolist(), left.item.tolist(), strict=True)) == [(1, 1), (1, 2)]
    assert len(entries.labelled) == 2


def test_twins_are_taken_one_after_the_other():
    some = PendingImpressions(0)
    some.add(events([5, 5], user=[1, 1], item=[1, 1]))
    assert len(some.resolve(events([5], [0], user=[1], item=[1])).labelled) == 1
    assert entered(some.resolve(events([5], [1], user=[1], item=[1]))) == [(5, 1, True)]
    assert len(concatenated(some.shown)) == 0


def test_labels_that_come_with_an_impression_are_not_looked_at():
    some = PendingImpressions(0)
    some.add(events([1, 2], [1, 1]))
    assert entered(some.resolve(events([2], [0]))) == [(2, 0, False), (1, 0, False)]


def simulated(p, q, *, n=40_000, seed=0):
    """Everything that enters, of impressions with one chance p of a click, which is late with the chance q."""
    draw = np.random.default_rng(seed)
    clicked, late = draw.random(n) < p, draw.random(n) < q
    time, some, parts = np.arange(n), PendingImpressions(0), []
    some.add(events(time))
    in_time = clicked & ~late
    for rows, label in ((in_time, 1.0), (clicked & late, 1.0), (~clicked, 0.0)):
        known = events(time[rows], np.full(rows.sum(), label))
        parts.append(some.resolve(events([n], [1.0]) if not len(known) else known))
    return parts


@pytest.mark.parametrize(("p", "q"), [(0.3, 1.0), (0.3, 0.6), (0.5, 0.8)])
@pytest.mark.parametrize("kind", ["fnw", "esdfm", "fsiw"])
def test_weights_give_the_true_loss_on_a_stream_with_known_delays(p, q, kind):
    if kind == "fsiw" and q == 1.0:
        pytest.skip("no click comes in time, so that no weight can make up for it")
    parts = simulated(p, q)
    label = np.concatenate([one.events.label[~one.late] if kind == "fsiw" else one.events.label for one in parts])
    chance, negative = np.full(len(label), p), np.full(len(label), (1 - p) / (1 - p + p * q))
    weights = {
        "fnw": lambda: fake_negative_weights(label, chance, q),
        "esdfm": lambda: elapsed_weights(label, chance * q, negative),
        "fsiw": lambda: shift_weights(label, np.full(len(label), 1 - q), negative),
    }[kind]()
    for answer in (0.05, 0.9):
        loss = np.where(label > 0, -np.log(answer), -np.log(1 - answer))
        true = -p * np.log(answer) - (1 - p) * np.log(1 - answer)
        error = np.std(weights * loss) / np.sqrt(len(loss))
        assert np.mean(weights * loss) == pytest.approx(true, abs=5 * error)
        assert abs(np.mean(loss) - true) > 5 * error  # without weights it is not

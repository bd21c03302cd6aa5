from __future__ import annotations

import numpy as np
import pytest
from freshmark_plugins.strategies.factorisation.online_bpr import OnlineBPR
from freshmark_plugins.strategies.factorisation.online_mf import OnlineMF


def test_it_is_online_mf_with_other_draws(walk, stream, events):
    """Given the items that online_bpr chose, online_mf takes the very same steps."""
    one = walk(OnlineBPR(dim=4, negatives=2), stream, known=0)
    twin = walk(OnlineBPR(dim=4, negatives=2), stream, known=0).strategy
    chosen = twin.negative_draws(events(stream, 0, 300))
    one.update(300)
    other = walk(OnlineMF(dim=4, negatives=2, scale=0.1), stream, known=0)
    other.strategy.negative_draws = lambda events: chosen
    other.update(300)
    state = one.strategy.state()
    for name, array in other.strategy.state().items():
        assert np.array_equal(state[name], array), name


def test_its_draws_stand_for_items_that_the_user_has_not_had(walk, stream, events):
    one = walk(OnlineBPR(dim=4, negatives=3), stream, known=0).strategy
    part = events(stream, 0, 400)
    draws = one.negative_draws(part)
    known = np.maximum.accumulate(part.item + 1)[:, None]
    assert ((draws >= 0) & (draws < 1)).all()
    had: dict[int, set[int]] = {}
    for user, item, row in zip(part.user.tolist(), part.item.tolist(), (draws * known).astype(int), strict=True):
        assert set(row.tolist()) - {item} == set(row.tolist()) - {item} - had.setdefault(user, set())
        had[user].add(item)


def test_where_a_user_had_everything_the_step_is_none(walk, stream, events, start_run):
    one = OnlineBPR(dim=4)
    one.start(start_run(stream, 0))
    some = events(stream, 0, 3)
    some.user[:], some.item[:] = 0, [0, 1, 2]
    one.update(some)
    draw = [np.random.default_rng([0, k]) for k in (0, 1)]
    assert one.users[0, :4] == pytest.approx(0.1 * draw[0].standard_normal(4, np.float32), abs=1e-6)
    assert one.items[:3, :4] == pytest.approx(0.1 * draw[1].standard_normal((3, 4), np.float32), abs=1e-6)
    assert one.items[:3, 4] == pytest.approx([0, 0, 0], abs=1e-6)

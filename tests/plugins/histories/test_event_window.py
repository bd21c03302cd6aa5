from __future__ import annotations

import numpy as np
from freshmark_plugins.histories.event_window import EventWindow
from hypothesis import given
from hypothesis import strategies as st


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30)), max_size=60))
def test_it_holds_what_a_plain_list_would_hold(steps):
    recent, plain, now = EventWindow(), [], 0
    for number, (count, drop) in enumerate(steps):
        now += count
        time, item = np.full(count, now), np.arange(count) + 10 * number
        recent.append(time, item)
        plain += list(zip(time.tolist(), item.tolist(), strict=True))
        if drop % 2:
            gone = [i for t, i in plain if t < now - drop]
            plain = [(t, i) for t, i in plain if t >= now - drop]
            assert recent.drop_before(now - drop).tolist() == gone
        else:
            gone = [i for _, i in plain[: max(0, len(plain) - drop)]]
            plain = plain[len(gone) :]
            assert recent.drop_beyond(drop).tolist() == gone
        assert len(recent) == len(plain)
        assert recent.state().get("item", np.zeros(0)).tolist() == [i for _, i in plain]
        assert recent.state().get("time", np.zeros(0)).tolist() == [t for t, _ in plain]

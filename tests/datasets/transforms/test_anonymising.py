"""Privacy: every id is that of k users at any time, nothing of the source is left, and no more is claimed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from freshmark.cli import main
from freshmark.contract.streams.raw_columns import stream_of
from freshmark_datasets.logs.file import file
from freshmark_datasets.simulators.interactions.drift import drift
from freshmark_datasets.transforms.anonymising import anonymise, shared
from freshmark_datasets.transforms.derived import only
from hypothesis import given
from hypothesis import strategies as st

SECOND = 1_000_000
HOUR = 3_600 * SECOND
LOGS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9), st.integers(0, 4)), min_size=1, max_size=60)
"""(second, user, item)."""


def known(rows):
    """A stream whose labels are the users, so that who is behind an id can be seen."""
    time, user, item = (np.array(column) for column in zip(*sorted(rows), strict=True))
    return stream_of(name="s", task="rate", time=time * SECOND, user=user, item=item, label=user.astype(float))


def behind(stream):
    """Id → the users of the source with an event under it."""
    result: dict[str, set[float]] = {}
    for code, user in zip(stream.user.tolist(), stream.label.tolist(), strict=True):
        result.setdefault(stream.users[code], set()).add(user)
    return result


@given(LOGS, st.integers(1, 5), st.integers(1, 50), st.sampled_from([1, 7]))
def test_at_any_time_every_id_has_events_of_exactly_k_users_and_a_user_has_one_id(rows, k, until, seconds):
    stream = known(rows)
    early = stream.time < until * SECOND
    if len(np.unique(stream.user[early])) < k:
        return
    result = anonymise(only(stream, early), salt="s", seconds=seconds, k=k).load()
    for moment in np.unique(result.time):
        released = behind(only(result, result.time <= moment))
        assert {len(users) for users in released.values()} == {k}
        assert sum(map(len, released.values())) == len(set.union(*released.values()))


@given(LOGS, st.integers(1, 5))
def test_only_the_last_users_that_are_fewer_than_k_are_left_out(rows, k):
    stream = known(rows)
    if len(stream.users) < k:
        return
    result = anonymise(stream, salt="s", k=k).load()
    left = len(stream.users) % k
    assert len(set(result.label.tolist())) == len(stream.users) - left
    out = np.count_nonzero(stream.user >= len(stream.users) - left)
    assert len(result) == len(stream) - out
    assert result.about["anonymise left out"].startswith(f"{out} events of {left} users")


@given(LOGS, st.integers(1, 4), st.integers(1, 50), st.sampled_from([1, 7]))
def test_events_released_before_a_cut_do_not_depend_on_later_ones(rows, k, until, seconds):
    stream = known(rows)
    early = stream.time < until * SECOND
    if len(np.unique(stream.user[early])) < k:
        return
    whole, cut = (anonymise(one, salt="s", seconds=seconds, k=k).load() for one in (stream, only(stream, early)))
    for column in ("time", "user", "item", "label"):
        assert np.array_equal(getattr(whole, column)[: len(cut)], getattr(cut, column))
    assert whole.users[: len(cut.users)] == cut.users[:]
    later = whole.time[len(cut) :] // SECOND
    assert (later >= until // seconds * seconds).all()


def test_events_wait_for_the_kth_user_and_are_released_with_its_first(pairs):
    stream = pairs((0, "a", "x"), (1, "a", "y"), (3, "b", "x"), (5, "a", "z"), (6, "c", "x"), (9, "c", "y"))
    result = anonymise(stream, salt="s", k=2).load()
    assert (result.time // SECOND).tolist() == [3, 3, 3, 5]
    assert list(result.users) == ["0"]
    assert result.about["anonymise held back"] == "2 events, for 2 s (median), at most 3 s"
    assert result.about["anonymise left out"].startswith("2 events of 1 users")


def test_groups_are_of_users_as_they_come():
    user = np.array([0, 1, 0, 2, 3, 4, 1])
    group, released = shared(user, np.arange(7), 2)
    assert group.tolist() == [0, 0, 0, 1, 1, -1, 0]
    assert released.tolist()[:5] == [1, 1, 2, 4, 4]
    assert released[6] == 6


def test_with_one_user_an_id_nothing_waits_and_nothing_is_left_out(some):
    result = anonymise(some(), salt="s").load()
    assert np.array_equal(result.time, some().time)
    assert np.array_equal(result.user, some().user)
    assert result.about["anonymise held back"] == "0 events"
    assert result.about["anonymise left out"].startswith("0 events of 0 users")


def test_nothing_of_an_id_a_source_or_a_feature_is_left_but_who_is_who(some):
    stream = replace(some(), about={"source": "/home/someone/log.csv"})
    result = anonymise(stream, salt="secret", seconds=3600).load()
    assert np.array_equal(result.user, stream.user)
    assert np.array_equal(result.item, stream.item)
    assert not (set(result.users) | set(result.items)) & (set(stream.users) | set(stream.items))
    assert dict(result.features) == {}
    assert set(result.about) == {"transform anonymise", "anonymise held back", "anonymise left out"}
    assert "secret" not in str(result.about)
    assert not (result.time % HOUR).any()
    assert list(result.users) != list(anonymise(stream, salt="other").load().users)


def test_a_name_distinguishes_streams_and_reveals_nothing_of_them(some):
    names = [
        anonymise(stream, salt=salt, k=k).load().name
        for stream, salt, k in ((some(), "s", 1), (some(), "s", 2), (some(seed=1), "s", 1), (some(), "t", 1))
    ]
    assert len(set(names)) == 4
    assert all(re.fullmatch(r"anonymised\([0-9a-f]{6}, seconds=1.0, k=[12]\)", name) for name in names)
    assert names[0][:17] == names[1][:17]


@pytest.mark.slow
def test_a_report_of_a_plan_does_not_hold_the_salt(tmp_path):
    plan = tmp_path / "plan.toml"
    streams = ["anonymise(drift('tiny'), salt='hush hush')"]
    plan.write_text(f"streams = {json.dumps(streams)}\nstrategies = ['recency()']\nevery = ['never']\n")
    with pytest.raises(SystemExit) as left:
        main(["run", str(plan), "-o", str(tmp_path / "run")])
    assert left.value.code == 0
    report = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "anonymised(" in report
    assert "hush" not in report


def test_what_a_simulator_knows_is_not_passed_on():
    stream = drift("tiny").load()
    assert stream.drifts
    assert stream.oracle is not None
    result = anonymise(stream, salt="s", k=3).load()
    assert result.drifts == ()
    assert result.oracle is None


@pytest.mark.parametrize(("k", "repeats"), [(1, False), (2, True)])
def test_users_who_share_an_id_may_have_the_same_items(pairs, k, repeats):
    stream = pairs((0, "a", "x"), (1, "b", "x"), repeats=False)
    assert anonymise(stream, salt="s", k=k).load().repeats is repeats


def test_a_label_is_never_known_before_it_was_and_on_the_grid(pairs):
    stream = pairs(
        *((second, user, "x") for second, user in ((3, "a"), (14, "b"), (27, "a"))),
        label_delay=np.array([4, 100, 0]) * SECOND,
    )
    result = anonymise(stream, salt="s", seconds=10, k=2).load()
    known_at = result.time + result.label_delay
    assert (result.time // SECOND).tolist() == [10, 10, 20]
    assert (known_at // SECOND).tolist() == [10, 120, 30]
    assert not (result.label_delay % (10 * SECOND)).any()


def test_the_log_to_be_handed_on_is_read_again_as_it_was(tmp_path, monkeypatch):
    page = (Path(__file__).parents[3] / "docs" / "transforms.md").read_text("utf-8")
    code = page.partition("```python\n")[2].partition("```")[0]
    monkeypatch.chdir(tmp_path)
    rows = [(f"user{one % 7}", f"item{one % 5}", 1_700_000_000 + 900 * one) for one in range(40)]
    lines = "".join(f"{user},{item},{time}\n" for user, item, time in rows)
    Path("log.csv").write_text(f"user,item,time\n{lines}")
    exec(code, {})
    shown, stream = file("shown.csv").load(), anonymise(file("log.csv"), salt="a secret", seconds=3600, k=5).load()
    assert (len(shown.users), len(shown)) == (1, len(stream))
    assert np.array_equal(shown.time, stream.time)
    assert shown.items[:] == stream.items[:]

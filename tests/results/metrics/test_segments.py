import numpy as np
import pytest
from freshmark import Metric, Outcomes, Segment
from freshmark.discovery.offers import Offer
from freshmark.results.metrics.measured import measure
from freshmark.results.metrics.named import Metrics
from freshmark.results.metrics.named_segments import Segments
from freshmark.results.metrics.registry import METRICS
from freshmark.results.metrics.segments import Assignment, Division
from hypothesis import given, settings
from hypothesis import strategies as st

ROWS = st.lists(
    st.tuples(
        st.integers(0, 3),  # window
        st.integers(0, 5),  # kind
        st.integers(1, 30),  # rank
        st.integers(0, 10),  # prediction, tenths
        st.integers(0, 1),  # label
    ),
    min_size=1,
    max_size=80,
)
USER, ITEM = ("new user", "known user"), ("new item", "head", "tail")
MEMBERS = {
    "all": {0, 1, 2, 3, 4, 5},
    "new user": {0, 1, 2},
    "known user": {3, 4, 5},
    "new item": {0, 3},
    "head": {1, 4},
    "tail": {2, 5},
}


def events(**columns):
    rows = len(next(iter(columns.values())))
    usual = {"window": [0] * rows, "item": range(rows), "item_events": [1] * rows, "user_events": [1] * rows}
    usual |= {"user": [0] * rows, "time": range(rows), "position": range(rows)}
    given = {name: np.array(list(column)) for name, column in {**usual, **columns}.items()}
    return {"head": np.zeros(rows, np.bool_)} | given


def segments_of(table):
    """Names of the segments of each event."""
    assignments, faults = Segments().assignments(table)
    assert not faults
    rows = range(len(table["time"]))
    return [{one.groups[group] for one in assignments if (group := one.group[row]) >= 0} for row in rows]


def division(window, kind, windows):
    """The windows, and the built-in segments of events of these kinds."""
    return Division(window, windows, (Assignment(USER, kind // 3), Assignment(ITEM, kind % 3)))


def test_a_users_first_event_is_a_new_users():
    first, second = segments_of(events(user_events=[0, 3]))
    assert "new user" in first
    assert "known user" not in first
    assert "known user" in second


def test_an_item_first_seen_within_a_window_is_new_to_the_end_of_it():
    given = events(window=[0, 0, 0, 1], item=[7, 7, 8, 7], item_events=[0, 1, 5, 2])
    assert ["new item" in one for one in segments_of(given)] == [True, True, False, False]


def test_an_item_seen_before_its_window_is_head_or_tail():
    given = events(item=[1, 2], item_events=[4, 4], head=np.array([True, False]))
    assert segments_of(given) == [{"known user", "head"}, {"known user", "tail"}]


def test_events_of_one_time_that_bring_a_new_item_are_all_of_a_new_item():
    # Of a tie neither is earlier than the other: both count no earlier event.
    assert all("new item" in one for one in segments_of(events(item=[3, 3], item_events=[0, 0])))


def test_new_head_and_tail_share_out_every_event():
    rng = np.random.default_rng(0)
    given = events(
        window=np.sort(rng.integers(0, 5, 500)),
        item=rng.integers(0, 60, 500),
        item_events=rng.integers(0, 3, 500),
        user_events=rng.integers(0, 3, 500),
        head=rng.random(500) < 0.3,
    )
    for one in segments_of(given):
        assert len(one & {"new item", "head", "tail"}) == 1
        assert len(one & {"new user", "known user"}) == 1


def assigned(segment, **columns):
    """The places of the events in a segment of a plugin, and what it raised."""
    segments = Segments({"mine": Offer("mine.py", segment)})
    ((assignment,), faults) = segments.assignments(events(**columns))
    assert segments.names == ("all", *segment.groups)
    return assignment.group.tolist(), [str(fault) for fault in faults]


def test_a_segment_reads_a_feature_that_was_recorded():
    abroad = Segment("mine", ("home", "abroad"), of=lambda some: some.features["country"] != 31, features=("country",))
    assert assigned(abroad, feature_country=[31, 49, 31]) == ([0, 1, 0], [])
    group, (fault,) = assigned(abroad, item=[1])
    assert group == [-1]
    assert "segment 'mine' of plugin 'mine.py' needs the feature 'country', which was not recorded" in fault


@pytest.mark.parametrize(
    ("of", "what"),
    [
        (lambda some: some.none, "AttributeError"),
        (lambda some: some.user[1:], "int64 of shape (1,) for 2 events"),
        (lambda some: some.user / 2, "float64 of shape (2,) for 2 events"),
        (lambda some: some.user + 2, "numbers from 2 to 2; −1 to 1"),
    ],
)
def test_a_segment_that_fails_has_no_events_and_names_the_plugin(of, what):
    group, (fault,) = assigned(Segment("mine", ("a", "b"), of=of), user=[0, 0])
    assert group == [-1, -1]
    assert "mine.py" in fault
    assert what in fault


def columns(rows):
    window, kind, rank, prediction, label = np.array(sorted(rows)).T
    return window, kind, rank.astype(float), prediction / 10, label.astype(float)


def outcomes(metric, rank, prediction, label):
    task = min(metric.tasks)
    whole = label.astype(np.int64) if task == "classify" else label
    called = (prediction > 0.5).astype(np.int64)
    return Outcomes(task, rank=rank, prediction=prediction, label=whole, predicted=called)


@pytest.mark.parametrize("name", [*(name.replace("@K", "@10") for name in METRICS), "ndcg@3", "mine"])
@settings(max_examples=25, deadline=None)
@given(rows=ROWS)
def test_every_window_and_segment_is_the_metric_of_its_own_events(name, rows):
    mine = Metric("mine", frozenset({"rank"}), "higher", whole=lambda o: float(np.median(o.rank)))
    metric = Metrics.besides_built_in({"mine": mine}).named(name)
    window, kind, *answers = columns(rows)
    measured = measure(metric, outcomes(metric, *answers), division(window, kind, 4))
    assert measured.segments == ("all", *USER, *ITEM)
    for row, segment in enumerate(measured.segments):
        inside = np.isin(kind, list(MEMBERS[segment]))
        for place in (0, 1, 2, 3, -1):
            chosen = inside if place == -1 else inside & (window == place)
            assert measured.count[row, place] == chosen.sum()
            alone = metric(outcomes(metric, *(answer[chosen] for answer in answers))) if chosen.any() else np.nan
            assert measured.value[row, place] == pytest.approx(alone, nan_ok=True)


def test_what_windows_add_up_to_is_the_whole():
    window, kind = np.array([0, 0, 1]), np.array([3, 3, 3])
    rate = Outcomes("rate", prediction=np.array([1.0, 2.0, 6.0]), label=np.array([1.0, 1.0, 3.0]))
    measured = measure(Metrics().named("rmse"), rate, division(window, kind, 3))
    assert measured.root
    assert measured.sums.tolist() == [1.0, 9.0, 0.0]
    assert measured.value[0, -1] == pytest.approx(np.sqrt(measured.sums.sum() / 3))

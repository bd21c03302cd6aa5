from __future__ import annotations

import hashlib

import numpy as np
import pytest
from freshmark import Drift, Stream, Vocabulary, stream_of
from freshmark.contract.streams.prepared import open_stream, save_stream
from freshmark.errors import DataError
from hypothesis import given
from hypothesis import strategies as st


def small(**changes):
    columns = {
        "name": "small",
        "task": "rank",
        "time": np.array([1, 2, 2, 5]),
        "user": np.array([0, 1, 0, 2]),
        "item": np.array([0, 0, 1, 1]),
        "users": Vocabulary.of("abc"),
        "items": Vocabulary.of("xy"),
    }
    return Stream(**columns | changes)


def test_sorting_is_stable_and_codes_follow_first_appearance():
    stream = stream_of(
        name="raw",
        task="rank",
        time=np.array([30, 10, 20, 20, 10]),
        user=np.array(["c", "b", "a", "b", "a"]),
        item=np.array([900, 7, 900, 8, 7]),
        label=np.array([5.0, 1.0, 3.0, 4.0, 2.0]),
    )
    assert stream.time.tolist() == [10, 10, 20, 20, 30]
    assert np.array_equal(stream.label, [1.0, 2.0, 3.0, 4.0, 5.0])
    assert stream.user.tolist() == [0, 1, 1, 0, 2]
    assert stream.users[:] == ["b", "a", "c"]
    assert stream.items[:] == ["7", "900", "8"]


def test_facts_count_ties_duplicates_and_repeats():
    stream = stream_of(
        name="twins", task="rank", time=np.array([1, 1, 1, 9]), user=np.array(list("aaba")), item=np.array(list("xxxx"))
    )
    assert stream.facts == {
        "events": 4,
        "users": 2,
        "items": 1,
        "span_seconds": 8e-6,
        "ties": 2,
        "duplicates": 1,
        "repeat_share": 0.5,
    }


def test_the_fingerprint_is_of_the_ordered_columns_written_out():
    stream = small()
    digest = hashlib.sha256(b"freshmark stream 1 rank repeats=True")
    for name, kind in (("time", "<i8"), ("user", "<i4"), ("item", "<i4")):
        column = getattr(stream, name).astype(kind)
        digest.update(f"{name} {kind} (4,)".encode() + column.tobytes())
    assert stream.fingerprint == digest.hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"time": np.array([1, 2, 3, 5])},
        {"user": np.array([0, 1, 2, 2])},
        {"item": np.array([0, 1, 1, 1])},
        {"repeats": False},
        {"label": np.ones(4)},
        {"features": {"x": np.ones((4, 2))}},
        {"task": "rate", "label": np.ones(4)},
    ],
)
def test_whatever_changes_numbers_changes_the_fingerprint(change):
    assert small(**change).fingerprint != small().fingerprint


def test_a_name_changes_nothing():
    assert small(name="other", about={"source": "elsewhere"}).fingerprint == small().fingerprint


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"time": np.array([1, 2, 1, 5])}, "time decreases at row 2"),
        ({"time": np.array([1.0, 2, 2, 5])}, "time is float64"),
        ({"time": np.array([1, 2, 2, 2**62])}, "year 2262"),
        ({"time": np.array([1, 2, 2])}, "user has 4 rows, time has 3"),
        ({"user": np.array([1, 0, 0, 2])}, "user codes are not in order of first appearance: 1 after -1, row 0"),
        ({"user": np.array([0, 1, 3, 2])}, "3 after 1, row 2"),
        ({"item": np.array([0, 0, -1, 1])}, "row 2"),
        ({"item": np.array([0.0, 0, 1, 1])}, "item is float64"),
        ({"items": Vocabulary.of("xyz")}, "2 items appear, 3 have a name"),
        ({"task": "guess"}, "unknown task 'guess'"),
        ({"task": "click"}, "needs labels"),
        ({"label": np.array([1.0, np.nan, 0, 0])}, "label of row 1 is not finite"),
        ({"features": {"x": np.ones(3)}}, "x has 3 rows"),
    ],
)
def test_a_broken_column_is_refused_with_its_first_row(change, told):
    with pytest.raises(DataError, match=told) as caught:
        small(**change)
    assert caught.value.exit_code == 3
    assert caught.value.where == "small"


def test_no_events_are_no_stream():
    with pytest.raises(DataError, match="no events"):
        stream_of(name="none", task="rank", time=np.empty(0, np.int64))


def test_events_without_users_or_items_have_one_of_each():
    stream = stream_of(
        name="mail", task="classify", time=np.arange(3), label=np.array([0, 1, 0]), classes=("ham", "spam")
    )
    assert stream.user.tolist() == stream.item.tolist() == [0, 0, 0]


def test_the_disk_keeps_everything(tmp_path):
    stream = small(
        task="click",
        label=np.array([0.0, 1, 1, 0]),
        features={"x": np.arange(8.0).reshape(4, 2)},
        oracle=np.array([0.1, 0.9, 0.8, 0.2]),
        drifts=(Drift(2, 5, "gradual", (0, 2), (1,)),),
        about={"licence": "none – stated"},
        repeats=False,
    )
    save_stream(stream, tmp_path)
    again = open_stream(tmp_path)
    assert again.fingerprint == stream.fingerprint
    assert again.facts == stream.facts
    assert again.drifts == stream.drifts
    assert again.users[:] == stream.users[:]
    assert (again.features["x"] == stream.features["x"]).all()
    assert (again.oracle == stream.oracle).all()
    assert (again.name, again.task, again.repeats, again.about) == ("small", "click", False, stream.about)
    assert isinstance(again.time, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        again.time[0] = 7


def test_a_folder_without_a_whole_stream_is_refused(tmp_path):
    save_stream(small(), tmp_path)
    (tmp_path / "stream.json").unlink()
    with pytest.raises(DataError, match="will be rebuilt"):
        open_stream(tmp_path)


def test_a_stream_of_another_version_is_refused(tmp_path):
    save_stream(small(), tmp_path)
    head = tmp_path / "stream.json"
    head.write_text(head.read_text("utf-8").replace('"format": 1', '"format": 99'), "utf-8")
    with pytest.raises(DataError, match="format 99"):
        open_stream(tmp_path)


@given(st.lists(st.text(), min_size=1))
def test_ids_are_kept_letter_by_letter(ids):
    vocabulary = Vocabulary.of(ids)
    assert vocabulary[:] == ids
    assert vocabulary[-1] == ids[-1]
    assert len(vocabulary) == len(ids)


def test_a_code_without_an_id_is_an_index_error():
    with pytest.raises(IndexError, match="code 3 is out of range"):
        Vocabulary.of("abc")[3]


def test_the_oracle_of_classes_has_a_probability_for_each_of_them():
    told = {"task": "classify", "label": np.array([0, 1, 1, 0]), "classes": ("a", "b")}
    assert small(**told, oracle=np.full((4, 2), 0.5)).oracle.shape == (4, 2)
    for wrong in (np.full(4, 0.5), np.full((4, 3), 0.5)):
        with pytest.raises(DataError, match=r"oracle has shape .*\(n, 2\): one probability per class"):
            small(**told, oracle=wrong)

"""npz and parquet: columns of their own types, nothing run, nothing unpacked without limit."""

from __future__ import annotations

import gzip
import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from freshmark.contract.arrays import AnyArray
from freshmark.contract.stream import Source
from freshmark.errors import DataError
from freshmark_datasets.logs.file import file
from freshmark_datasets.readers import npz
from numpy.lib import format as npy


class Explodes:
    """Unpickling it would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.path), "w")


@pytest.fixture
def saved(tmp_path):
    def save(**arrays):
        np.savez_compressed(tmp_path / "events.npz", **arrays)
        return tmp_path / "events.npz"

    return save


@pytest.fixture
def parquet(tmp_path):
    def save(**columns):
        pq.write_table(pa.table(columns), tmp_path / "events.parquet")
        return tmp_path / "events.parquet"

    return save


TIMES = np.array([1_400_000_000, 1_400_000_005])


@pytest.mark.parametrize(
    "ids",
    [
        np.array([7, 300], np.uint16),
        np.array([7, 300], np.int64),
        np.array([7.0, 300.0]),
        np.array(["7", "300"]),
        np.array([b"7", b"300"]),
    ],
)
def test_arrays_of_any_plain_type_are_ids(saved, ids):
    stream = file(saved(user=ids, item=ids, time=TIMES, other=np.zeros((5, 5)))).load()
    assert list(stream.users) == ["7", "300"]
    assert stream.time.tolist() == [1_400_000_000_000_000, 1_400_000_005_000_000]
    assert stream.about["format"] == "npz"


def test_large_unsigned_ids_are_exact(saved):
    stream = file(saved(user=np.array([2**63, 2**53 + 1], np.uint64), item=TIMES, time=TIMES)).load()
    assert list(stream.users) == ["9223372036854775808", "9007199254740993"]


def test_steps_beside_an_origin_are_added_up(saved):
    steps = np.array([0, 3, 0, 60_000], np.uint16)
    stream = file(saved(user=steps, item=steps, dmin=steps, t0=np.int64(1_259_653_500))).load()
    assert (stream.time // 60_000_000 - 1_259_653_500 // 60).tolist() == [0, 3, 3, 60_003]
    assert stream.about["steps"] == "'dmin' holds the minutes since the previous row, from t0 = 1259653500 s"


def test_the_same_name_without_an_origin_is_an_ordinary_time(saved):
    stream = file(saved(user=TIMES, item=TIMES, dt=TIMES)).load()
    assert stream.time.tolist() == (TIMES * 1_000_000).tolist()


def test_steps_from_an_origin_that_is_no_number_are_refused(saved):
    with pytest.raises(DataError, match="not whole numbers"):
        file(saved(user=TIMES, item=TIMES, dt=TIMES, t0=np.array("now"))).load()


def test_arrays_of_other_lengths_are_refused(saved):
    with pytest.raises(DataError, match=r"columns differ in length: item \(1,\), time \(2,\)"):
        file(saved(user=TIMES, item=TIMES[:1], time=TIMES)).load()


def test_objects_in_an_array_are_not_loaded(saved, tmp_path):
    trap = np.empty(2, np.object_)
    trap[0] = Explodes(tmp_path / "ran")
    with pytest.raises(DataError, match="Python objects") as caught:
        file(saved(user=trap, item=TIMES, time=TIMES)).load()
    assert caught.value.code == "FM217"
    assert not (tmp_path / "ran").exists()


def test_a_pickle_is_no_log(tmp_path):
    log = tmp_path / "events.pkl"
    log.write_bytes(pickle.dumps(Explodes(tmp_path / "ran")))
    with pytest.raises(DataError):
        file(log).load()
    assert not (tmp_path / "ran").exists()


def label_of(source: Source) -> AnyArray:
    label = source.load().label
    assert label is not None
    return label


def archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members.items():
            written.writestr(f"{name}.npy", content)
    return path


def array_bytes(array: AnyArray, shape: tuple[int, ...] | None = None) -> bytes:
    stream = io.BytesIO()
    npy.write_array_header_1_0(
        stream, {"shape": shape or array.shape, "fortran_order": False, "descr": array.dtype.str}
    )
    return stream.getvalue() + array.tobytes()


def test_an_array_that_claims_a_trillion_rows_is_refused_at_once(tmp_path):
    sound = array_bytes(TIMES)
    lying = array_bytes(TIMES, (10**12,))
    with pytest.raises(DataError, match="has another length than it declares"):
        file(archive(tmp_path / "a.npz", user=lying, item=sound, time=sound)).load()


def test_an_array_that_unpacks_into_a_thousand_times_its_size_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, "FREE_BYTES", 100_000)
    bomb = array_bytes(np.zeros(100_000))
    with pytest.raises(DataError, match="100 times"):
        file(archive(tmp_path / "a.npz", user=bomb, item=bomb, time=bomb)).load()


def test_an_array_that_stands_in_the_archive_twice_is_refused(tmp_path):
    path = archive(tmp_path / "a.npz", user=array_bytes(TIMES))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as written:
        written.writestr("user.npy", array_bytes(TIMES))
    with pytest.raises(DataError, match="twice"):
        file(path).load()


def test_a_zip_without_arrays_says_that_it_is_to_be_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as written:
        written.writestr("events.csv", "user,item,time\n")
    with pytest.raises(DataError, match="unpack it"):
        file(tmp_path / "a.zip").load()


def test_a_damaged_member_is_refused(tmp_path):
    path = archive(tmp_path / "a.npz", user=array_bytes(TIMES), item=b"no array", time=array_bytes(TIMES))
    with pytest.raises(DataError, match="not a readable npz"):
        file(path).load()
    whole = bytearray(path.read_bytes())
    whole[60] ^= 0xFF
    path.write_bytes(whole)
    with pytest.raises(DataError, match="not a readable npz"):
        file(path).load()


@pytest.mark.parametrize(
    "times",
    [
        pa.array(TIMES),
        pa.array(TIMES.astype(np.float64)),
        pa.array(TIMES * 1000, pa.timestamp("ms")),
        pa.array(TIMES * 10**9, pa.timestamp("ns", "Europe/Berlin")),
        pa.array(["2014-05-13 16:53:20", "2014-05-13 16:53:25"]),
        pa.array(["2014-05-13 16:53:20", "2014-05-13 16:53:25"], pa.large_string()),
        pa.array(["1400000000", "1400000005"]).dictionary_encode(),
    ],
)
def test_parquet_times_of_any_type_are_the_same_times(parquet, times):
    stream = file(parquet(user=["a", "b"], item=["x", "y"], time=times)).load()
    assert stream.time.tolist() == (TIMES * 1_000_000).tolist()


@pytest.mark.parametrize(
    "ids",
    [
        pa.array([7.0, 300.0]),
        pa.array([7, 300], pa.uint16()),
        pa.array(["7", "300"], pa.string_view()),
        pa.array(["7", "300"], pa.large_string()),
        pa.array([b"7", b"300"]),
        pa.array(["7", "300"]).dictionary_encode(),
    ],
)
def test_parquet_ids_of_any_type_are_the_same_ids(parquet, ids):
    stream = file(parquet(user=ids, item=ids, time=TIMES)).load()
    assert list(stream.users) == list(stream.items) == ["7", "300"]


def test_a_day_is_a_time_and_an_hour_of_the_day_is_none(parquet):
    stream = file(parquet(user=["a"], item=["x"], time=pa.array([16_000], pa.date32()))).load()
    assert stream.time.tolist() == [16_000 * 86_400_000_000]
    assert stream.about["resolution"] == "1 day"
    with pytest.raises(DataError, match="is not a number or an ISO date"):
        file(parquet(user=["a"], item=["x"], time=pa.array([1], pa.time32("s")))).load()


@pytest.mark.parametrize("missing", [pa.array([1.0, None]), pa.array([1.0, float("nan")]), pa.array(["a", None])])
def test_a_missing_id_is_refused_with_its_row_or_left_out(parquet, missing):
    path = parquet(user=missing, item=["x", "y"], time=TIMES)
    with pytest.raises(DataError, match="the user is empty") as caught:
        file(path).load()
    assert caught.value.where == f"{path}:2"
    assert len(file(path, skip_bad=True).load()) == 1


def test_a_missing_time_is_refused_with_its_row(parquet):
    for times in (pa.array([1_400_000_000, None]), pa.array([1, None], pa.timestamp("s")), pa.array([1.5, None])):
        path = parquet(user=["a", "b"], item=["x", "y"], time=times)
        with pytest.raises(DataError, match="the time is empty") as caught:
            file(path).load()
        assert caught.value.where == f"{path}:2"


def test_lists_are_no_ids(parquet):
    with pytest.raises(DataError, match="holds list"):
        file(parquet(user=[[1], [2]], item=["x", "y"], time=TIMES)).load()


def test_booleans_are_clicks(parquet):
    path = parquet(user=["a", "b"], item=["x", "y"], time=TIMES, clicked=[True, False])
    assert np.array_equal(label_of(file(path, task="click")), [1.0, 0.0])


def test_an_error_in_a_later_batch_names_its_row(parquet):
    times = np.full(300_000, 1_400_000_000)
    times[299_998] = -1
    path = parquet(user=np.arange(300_000) % 9, item=np.arange(300_000) % 7, time=times)
    with pytest.raises(DataError, match="before 1970") as caught:
        file(path).load()
    assert caught.value.where == f"{path}:299999"


def test_parquet_cut_short_and_parquet_within_gzip_are_refused(parquet, tmp_path):
    path = parquet(user=["a", "b"], item=["x", "y"], time=TIMES)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    with pytest.raises(DataError, match="not a readable parquet"):
        file(path).load()
    path.write_bytes(gzip.compress(whole))
    with pytest.raises(DataError):
        file(path).load()

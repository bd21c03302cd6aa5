"""npz and parquet: columns of their own types; nothing is executed, nothing unpacked without limit."""

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
from freshmark.errors import DataError
from freshmark_datasets.logs.file import file
from freshmark_datasets.readers import npz
from numpy.lib import format as npy

TIMES = np.array([1_400_000_000, 1_400_000_005])


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
        pq.write_table(pa.table({"user": ["a", "b"], "item": ["x", "y"], "time": TIMES} | columns), tmp_path / "a.pq")
        return tmp_path / "a.pq"

    return save


def archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members.items():
            written.writestr(f"{name}.npy", content)
    return path


def array_bytes(array: AnyArray, shape: tuple[int, ...] | None = None) -> bytes:
    stream = io.BytesIO()
    header = {"shape": shape or array.shape, "fortran_order": False, "descr": array.dtype.str}
    npy.write_array_header_1_0(stream, header)
    return stream.getvalue() + array.tobytes()


@pytest.mark.parametrize(
    ("ids", "names"),
    [
        (np.array([7, 300], np.uint16), ["7", "300"]),
        (np.array([7.0, 300.0]), ["7", "300"]),
        (np.array(["7", "300"]), ["7", "300"]),
        (np.array([b"7", b"300"]), ["7", "300"]),
        (np.array([2**63, 2**53 + 1], np.uint64), ["9223372036854775808", "9007199254740993"]),
    ],
)
def test_arrays_of_any_plain_type_are_ids(saved, ids, names):
    stream = file(saved(user=ids, item=ids, time=TIMES, other=np.zeros((5, 5)))).load()
    assert list(stream.users) == names
    assert stream.time.tolist() == (TIMES * 1_000_000).tolist()
    assert stream.about["format"] == "npz"


def test_steps_next_to_an_origin_are_added_up(saved):
    steps = np.array([0, 3, 0, 60_000], np.uint16)
    stream = file(saved(user=steps, item=steps, dmin=steps, t0=np.int64(1_259_653_500))).load()
    assert (stream.time // 60_000_000 - 1_259_653_500 // 60).tolist() == [0, 3, 3, 60_003]
    assert stream.about["steps"] == "'dmin' holds the minutes since the previous row, from t0 = 1259653500 s"
    plain = file(saved(user=TIMES, item=TIMES, dt=TIMES)).load()  # without an origin: ordinary times
    assert plain.time.tolist() == (TIMES * 1_000_000).tolist()
    with pytest.raises(DataError, match="not whole numbers"):
        file(saved(user=TIMES, item=TIMES, dt=TIMES, t0=np.array("now"))).load()


def test_pickled_objects_are_not_loaded(saved, tmp_path):
    trap = np.empty(2, np.object_)
    trap[0] = Explodes(tmp_path / "ran")
    with pytest.raises(DataError, match="Python objects") as caught:
        file(saved(user=trap, item=TIMES, time=TIMES)).load()
    assert caught.value.code == "FM217"
    (tmp_path / "events.pkl").write_bytes(pickle.dumps(Explodes(tmp_path / "ran")))
    with pytest.raises(DataError):
        file(tmp_path / "events.pkl").load()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("user", "words"),
    [
        (array_bytes(TIMES[:1]), r"columns differ in length: item \(2,\), time \(2,\), user \(1,\)"),
        (array_bytes(TIMES, (10**12,)), "has another length than it declares"),
        (array_bytes(np.zeros(100_000)), "100 times"),
        (b"no array", "not a readable npz"),
    ],
)
def test_an_invalid_array_is_refused(tmp_path, monkeypatch, user, words):
    monkeypatch.setattr(npz, "FREE_BYTES", 100_000)
    with pytest.raises(DataError, match=words):
        file(archive(tmp_path / "a.npz", user=user, item=array_bytes(TIMES), time=array_bytes(TIMES))).load()


def test_an_archive_that_is_damaged_has_a_duplicate_or_no_arrays_is_refused(tmp_path):
    path = archive(tmp_path / "a.npz", user=array_bytes(TIMES), item=array_bytes(TIMES), time=array_bytes(TIMES))
    whole = bytearray(path.read_bytes())
    whole[60] ^= 0xFF
    (tmp_path / "b.npz").write_bytes(whole)
    with pytest.raises(DataError, match="a damaged archive"):
        file(tmp_path / "b.npz").load()
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as written:
        written.writestr("user.npy", array_bytes(TIMES))
    with pytest.raises(DataError, match="twice"):
        file(path).load()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as written:
        written.writestr("events.csv", "user,item,time\n")
    with pytest.raises(DataError, match="unpack it"):
        file(tmp_path / "a.zip").load()


@pytest.mark.parametrize(
    "times",
    [
        pa.array(TIMES),
        pa.array(TIMES.astype(np.float64)),
        pa.array(TIMES * 1000, pa.timestamp("ms")),
        pa.array(TIMES * 10**9, pa.timestamp("ns", "Europe/Berlin")),
        pa.array(["2014-05-13 16:53:20", "2014-05-13 16:53:25"], pa.large_string()),
        pa.array(["1400000000", "1400000005"]).dictionary_encode(),
    ],
)
def test_parquet_times_of_any_type_are_the_same_times(parquet, times):
    assert file(parquet(time=times)).load().time.tolist() == (TIMES * 1_000_000).tolist()


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
    stream = file(parquet(user=ids, item=ids)).load()
    assert list(stream.users) == list(stream.items) == ["7", "300"]


def test_dates_are_times_booleans_are_clicks_and_lists_are_not_ids(parquet):
    stream = file(parquet(time=pa.array([16_000, 16_001], pa.date32()))).load()
    assert stream.time.tolist() == [16_000 * 86_400_000_000, 16_001 * 86_400_000_000]
    assert stream.about["resolution"] == "1 day"
    assert file(parquet(clicked=[True, False]), task="click").load().label.tolist() == [1.0, 0.0]
    with pytest.raises(DataError, match="is not a number or an ISO date"):
        file(parquet(time=pa.array([1, 2], pa.time32("s")))).load()
    with pytest.raises(DataError, match="holds list"):
        file(parquet(user=[[1], [2]])).load()


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("user", pa.array([1.0, None])),
        ("user", pa.array([1.0, float("nan")])),
        ("user", pa.array(["a", None])),
        ("time", pa.array([1_400_000_000, None])),
        ("time", pa.array([1, None], pa.timestamp("s"))),
        ("time", pa.array([1.5, None])),
    ],
)
def test_a_missing_id_or_time_is_refused_with_its_row_or_left_out(parquet, column, values):
    path = parquet(**{column: values})
    with pytest.raises(DataError, match=f"the {column} is empty") as caught:
        file(path).load()
    assert caught.value.where == f"{path}:2"
    assert len(file(path, skip_bad=True).load()) == 1


def test_an_error_in_a_later_batch_names_its_row(parquet):
    times = np.full(300_000, 1_400_000_000)
    times[299_998] = -1
    path = parquet(user=np.arange(300_000) % 9, item=np.arange(300_000) % 7, time=times)
    with pytest.raises(DataError, match="before 1970") as caught:
        file(path).load()
    assert caught.value.where == f"{path}:299999"


def test_parquet_cut_short_or_within_gzip_is_refused(parquet):
    path = parquet()
    whole = path.read_bytes()
    for content in (whole[:-9], gzip.compress(whole)):
        path.write_bytes(content)
        with pytest.raises(DataError):
            file(path).load()

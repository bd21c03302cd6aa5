"""folder(): parts of JSON lines, text and parquet are one stream; a bad part leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from freshmark.errors import DataError, UnknownName, UsageError
from freshmark.runs.catalogue.registry import load as registry
from freshmark.runs.store.prepared_streams import prepare
from freshmark_datasets.logs.file import file
from freshmark_datasets.logs.folder import folder

TABLE = pd.DataFrame(
    {
        "user": [f"u{number % 7}" for number in range(60)],
        "item": [number % 11 for number in range(60)],
        "time": [1_400_000_000 + number for number in range(60)],
        "click": [number % 2 for number in range(60)],
        "price": [number / 4 for number in range(60)],
    }
)


def parts(place: Path, form: str, table: pd.DataFrame = TABLE) -> Path:
    """The table in parts of 20 rows: part-1, part-2, part-10."""
    place.mkdir()
    for begin, number in ((0, 1), (20, 2), (40, 10)):
        rows = table.iloc[begin : begin + 20]
        path = place / f"part-{number}.{form}"
        if form == "parquet":
            rows.to_parquet(path, index=False)
        elif form == "csv":
            rows.to_csv(path, index=False)
        else:
            path.write_text("".join(f"{json.dumps(row)}\n" for row in rows.to_dict("records")))
    (place / "_SUCCESS").write_text("")
    return place


@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_the_parts_are_the_stream_of_the_whole(tmp_path, form):
    place = parts(tmp_path / "log", form)
    TABLE.to_parquet(tmp_path / "whole.parquet", index=False)
    told: dict[str, Any] = {"label": "click", "task": "click", "numbers": "price", "words": ["item"]}
    stream = folder(place, f"*.{form}", **told).load()
    whole = file(tmp_path / "whole.parquet", **told).load()
    assert stream.fingerprint == whole.fingerprint
    assert stream.features["numbers"][:, 0].tolist() == TABLE["price"].tolist()
    assert stream.name == "log"


def test_forms_may_be_mixed(tmp_path):
    place = parts(tmp_path / "log", "parquet")
    (place / "part-11.jsonl").write_text('{"user": "z", "item": 99, "time": 1400000099}\n')
    stream = folder(place, "part-*").load()
    assert len(stream) == 61
    assert list(stream.items)[-1] == "99"


def test_an_error_names_the_part_and_the_line(tmp_path):
    place = parts(tmp_path / "log", "jsonl")
    (place / "part-2.jsonl").write_text('{"user": "z", "item": 9, "time": 1400000020}\n{"user": "z"}\n')
    with pytest.raises(DataError) as caught:
        folder(place, "*.jsonl").load()
    assert caught.value.where == f"{place / 'part-2.jsonl'}:2"
    assert len(folder(place, "*.jsonl", skip_bad=True).load()) == 41


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FM201"),
        (b"PAR1 torn", "FM217"),
        (b"user,item\n1,2\n", "FM214"),
        (b"user,item,time\n1,2\n", "FM212"),
        (b"user,item,time\n1,2,2010-05-06\n", "FM215"),
        (b"user;item;time\n,2,1400000000\n", "FM212"),
    ],
)
def test_a_bad_part_is_an_error_and_nothing_half_written_is_kept(tmp_path, content, code):
    place = parts(tmp_path / "log", "csv")
    (place / "part-2.csv").write_bytes(content)
    cache = tmp_path / "cache"
    with pytest.raises(DataError) as caught:
        prepare(registry(), f"folder({str(place)!r}, '*.csv', unit='s')", cache)
    assert (caught.value.code, caught.value.exit_code) == (code, 3)
    assert str(place / "part-2.csv") in caught.value.where
    assert not [path for path in cache.rglob("*") if path.is_file() and path.stat().st_size]


def test_a_part_that_changes_makes_another_stream(tmp_path):
    place = parts(tmp_path / "log", "csv")
    before = folder(place, "*.csv").key
    assert folder(place, "*.csv").key == before
    (place / "part-2.csv").write_text("user,item,time\n1,2,1400000000\n")
    assert folder(place, "*.csv").key != before
    (place / "part-3.csv").write_text("user,item,time\n1,2,1400000000\n")
    longer = folder(place, "*.csv").key
    (place / "part-3.csv").rename(place / "part-4.csv")
    assert folder(place, "*.csv").key != longer
    keys = {
        before,
        longer,
        folder(place, "*.csv").key,
        folder(place, "*-2.csv").key,
        folder(place, "*.csv", unit="s").key,
    }
    assert len(keys) == 5


def test_parts_without_times_cover_so_many_days_each(tmp_path):
    place = tmp_path / "log"
    place.mkdir()
    for number in (1, 2):
        (place / f"{number}.tsv").write_text("".join(f"u{row}\ti{row}\n" for row in range(4)))
    stream = folder(place, "*.tsv", each_days=1, user=0, item=1, header=False, sep="tab").load()
    assert (stream.time / 3600e6).tolist() == [0, 6, 12, 18, 24, 30, 36, 42]
    assert stream.about["time"] == "none in the log: each file is 1 days, evenly spread, in the order of the file"


def test_rows_are_the_clock_where_there_is_none(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("user,item\n1,2\n3,4\n,9\n5,6\n")
    stream = file(path, unit="row", skip_bad=True).load()
    assert stream.time.tolist() == [0, 1_000_000, 3_000_000]
    assert stream.about["time"].startswith("none in the log: a second a row")
    with pytest.raises(DataError) as caught:
        file(path, unit="row").load()
    assert caught.value.where == f"{path}:4"


def test_what_cannot_be_meant_is_refused(tmp_path):
    place = parts(tmp_path / "log", "csv")
    with pytest.raises(DataError, match="no such folder"):
        folder(tmp_path / "none")
    with pytest.raises(DataError, match=r"contains '\*.tsv' 0 times"):
        folder(place, "*.tsv").load()
    with pytest.raises(UnknownName, match="no option of a log 'usr'; did you mean 'user'"):
        folder(place, usr="u")
    for days in (0, -1, "1d", True):
        with pytest.raises(UsageError, match="each_days"):
            folder(place, each_days=days)  # type: ignore[arg-type]

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
def test_the_files_are_the_stream_of_the_whole_in_any_format(tmp_path, form):
    place = parts(tmp_path / "log", form)
    TABLE.to_parquet(tmp_path / "whole.parquet", index=False)
    options: dict[str, Any] = {"label": "click", "task": "click", "numbers": "price", "words": ["item"]}
    stream = folder(place, f"*.{form}", **options).load()
    assert stream.fingerprint == file(tmp_path / "whole.parquet", **options).load().fingerprint
    assert stream.features["numbers"][:, 0].tolist() == TABLE["price"].tolist()
    assert stream.name == "log"
    (place / "part-11.jsonl").write_text('{"user": "z", "item": 99, "time": 1400000099}\n{"user": "z"}\n')
    with pytest.raises(DataError) as caught:
        folder(place, "part-*").load()
    assert caught.value.where == f"{place / 'part-11.jsonl'}:2"
    mixed = folder(place, "part-*", skip_bad=True).load()
    assert (len(mixed), list(mixed.items)[-1]) == (61, "99")


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
def test_a_bad_file_is_an_error_and_nothing_partial_is_stored(tmp_path, content, code):
    place = parts(tmp_path / "log", "csv")
    (place / "part-2.csv").write_bytes(content)
    cache = tmp_path / "cache"
    with pytest.raises(DataError) as caught:
        prepare(registry(), f"folder({str(place)!r}, '*.csv', unit='s')", cache)
    assert (caught.value.code, caught.value.exit_code) == (code, 3)
    assert str(place / "part-2.csv") in caught.value.where
    assert not [path for path in cache.rglob("*") if path.is_file() and path.stat().st_size]


def test_the_key_changes_with_the_content_the_names_and_the_options(tmp_path):
    place = parts(tmp_path / "log", "csv")
    keys = [folder(place, "*.csv").key]
    assert folder(place, "*.csv").key == keys[0]
    (place / "part-2.csv").write_text("user,item,time\n1,2,1400000000\n")
    keys.append(folder(place, "*.csv").key)
    (place / "part-2.csv").rename(place / "part-4.csv")
    keys += [folder(place, pattern).key for pattern in ("*.csv", "*-4.csv")]
    keys.append(folder(place, "*.csv", unit="s").key)
    assert len(set(keys)) == len(keys)


def test_files_without_times_cover_so_many_days_each(tmp_path):
    place = tmp_path / "log"
    place.mkdir()
    for number in (1, 2):
        (place / f"{number}.tsv").write_text("".join(f"u{row}\ti{row}\n" for row in range(4)))
    stream = folder(place, "*.tsv", each_days=1, user=0, item=1, header=False, sep="tab").load()
    assert (stream.time / 3600e6).tolist() == [0, 6, 12, 18, 24, 30, 36, 42]
    assert stream.about["time"] == "none in the log: each file is 1 days, evenly spread, in the order of the file"


def test_rows_are_a_second_apart_in_a_log_without_times(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("user,item\n1,2\n3,4\n,9\n5,6\n")
    stream = file(path, unit="row", skip_bad=True).load()
    assert stream.time.tolist() == [0, 1_000_000, 3_000_000]
    assert stream.about["time"].startswith("none in the log: a second per row")
    with pytest.raises(DataError) as caught:
        file(path, unit="row").load()
    assert caught.value.where == f"{path}:4"


def test_invalid_arguments_are_refused(tmp_path):
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

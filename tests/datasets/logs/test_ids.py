from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from freshmark.errors import DataError
from freshmark_datasets.logs.ids import Ids, by_first_appearance


def taken(*batches: Any) -> tuple[Any, Any]:
    ids = Ids("user")
    for batch in batches:
        coded, wrong = ids.parse(batch)
        assert not wrong.any()
        ids.append(coded)
    return ids.codes()


def test_ids_of_all_batches_share_one_set_of_codes():
    codes, names = taken(pa.array(["b", "a", "b"]), pa.array(["a", "c"]), pa.array([b"c", b"b"]))
    assert [names[int(code)].as_py() for code in codes] == [b"b", b"a", b"b", b"a", b"c", b"c", b"b"]
    assert len(names) == 3


def test_codes_are_renumbered_in_order_of_first_appearance():
    codes, names = taken(pa.array(["c", "a", "b", "a", "é"]))
    fresh, vocabulary = by_first_appearance(codes[[3, 0, 1, 4]], names)
    assert fresh.tolist() == [0, 1, 0, 2]
    assert list(vocabulary) == ["a", "c", "é"]


def test_a_vocabulary_out_of_a_slice_is_whole():
    column = pa.array(["x", "aa", "bb", "cc"]).slice(1)
    codes, names = taken(column)
    assert list(by_first_appearance(codes[1:], names)[1]) == ["bb", "cc"]


def test_no_rows_have_no_codes():
    codes, names = Ids("user").codes()
    assert (len(codes), len(names)) == (0, 0)


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        (pa.array(["a", "", "b"]), [False, True, False]),
        (pa.array(["a", None]), [False, True]),
        (pa.array([1.0, float("nan"), None]), [False, True, True]),
        (pa.array([b"a", b"\xff", b"b"]), [False, True, False]),
        (pa.array(["a\nb", "b"]), [True, False]),
        (pa.array(["a\0b", "b"]), [True, False]),
        (pa.array([b"\xff", b"", b"a\nb"]), [True, True, True]),
    ],
)
def test_invalid_ids_are_detected_and_explained(column, wrong):
    ids = Ids("item")
    assert ids.parse(column)[1].tolist() == wrong
    error = ids.explain(column, int(np.argmax(wrong)))
    assert error.what.startswith("the item ")
    assert error.code in {"FM211", "FM212", "FM216"}
    assert error.remedy


def test_a_column_of_structures_is_refused():
    with pytest.raises(DataError, match="the user column holds struct"):
        Ids("user").parse(pa.array([{"a": 1}]))
    with pytest.raises(DataError, match="holds null"):
        Ids("user").parse(pa.nulls(3))

"""A table that cannot be written is refused where it is built."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from freshmark import Chart, Column, Link, Table, UsageError, Value


def test_a_column_of_an_unknown_kind_is_refused():
    kind: Any = "money"
    with pytest.raises(UsageError) as caught:
        Column("Cost", kind)
    assert caught.value.code == "FM307"


@pytest.mark.parametrize("row", [(), ("a",), ("a", "b", "c")])
def test_a_row_has_one_entry_per_column(row):
    columns = (Column("One"), Column("Other"))
    with pytest.raises(UsageError, match="row 1 of the table 'pairs'") as caught:
        Table(columns, (("a", "b"), row), "pairs")
    assert caught.value.code == "FM307"


def test_a_chart_gives_its_numbers_as_a_frame():
    columns = (Column("Run"), Column("n", "count"), Column("NDCG", "number"), Column("n", "count"))
    rows = ((Link("a", "a.html"), 3, Value(0.5, 0.25), None), ("b", 4, 0.75, 2))
    data = Chart(lambda _: None, "finding", Table(columns, rows)).data
    assert list(data.columns) == ["Run", "n", "NDCG", "NDCG ±", "n"]
    wanted = pd.DataFrame([["a", 3, 0.5, 0.25, np.nan], ["b", 4, 0.75, np.nan, 2.0]], columns=data.columns)
    pd.testing.assert_frame_equal(data, wanted)


def test_a_chart_without_rows_has_a_frame_without_rows():
    data = Chart(lambda _: None, "finding", Table((Column("Run"), Column("n", "count")), ())).data
    assert data.empty
    assert list(data.columns) == ["Run", "n"]

"""A table that cannot be written is refused where it is built."""

from typing import Any

import pytest
from freshmark import Column, Table, UsageError


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

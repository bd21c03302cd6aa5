import numpy as np
import pytest
from freshmark.results.stored.table_cache import TableCache


class Reader:
    def __init__(self, rows=1):
        self.rows = rows
        self.reads = 0

    def __call__(self):
        self.reads += 1
        return {"x": np.zeros(self.rows)}


def test_a_table_is_read_once():
    kept, reader = TableCache(), Reader()
    assert kept.table("a", reader) is kept.table("a", reader)
    assert reader.reads == 1


def test_what_was_asked_for_longest_ago_goes_first():
    kept, readers = TableCache(most=2 * 80), {name: Reader(10) for name in "abc"}
    for name in "abaca":
        kept.table(name, readers[name])
    assert {name: reader.reads for name, reader in readers.items()} == {"a": 1, "b": 1, "c": 1}
    kept.table("b", readers["b"])
    assert readers["b"].reads == 2


def test_a_table_that_is_larger_than_all_that_may_be_kept_is_given_and_not_kept():
    kept, reader = TableCache(most=100), Reader(20)
    assert len(kept.table("a", reader)["x"]) == 20
    kept.table("a", reader)
    assert reader.reads == 2
    assert kept._bytes == 0


def test_nobody_can_write_to_what_others_are_given():
    with pytest.raises(ValueError, match="read-only"):
        TableCache().table("a", Reader())["x"][0] = 1


def test_results_read_a_table_of_a_cell_once(fabricated, made, monkeypatch):
    results = made([fabricated.MadeCell("a()")])
    (key,) = results.cells["key"]
    results.table(key, "outcomes")
    monkeypatch.setattr(type(results.folders[0]), "table", None)
    assert len(results.outcomes(key).rank) == 4000
    assert len(results.priced(["cpu_hour=1"]).table(key, "outcomes")["rank"]) == 4000

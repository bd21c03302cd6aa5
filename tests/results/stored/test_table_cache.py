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


def test_a_table_is_read_once_and_shared_read_only():
    cache, reader = TableCache(), Reader()
    table = cache.table("a", reader)
    assert cache.table("a", reader) is table
    assert reader.reads == 1
    with pytest.raises(ValueError, match="read-only"):
        table["x"][0] = 1


def test_the_least_recently_used_table_is_evicted():
    cache, readers = TableCache(limit=2 * 80), {name: Reader(10) for name in "abc"}
    for name in "abaca":
        cache.table(name, readers[name])
    assert {name: reader.reads for name, reader in readers.items()} == {"a": 1, "b": 1, "c": 1}
    cache.table("b", readers["b"])
    assert readers["b"].reads == 2


def test_a_table_larger_than_the_cache_is_returned_and_not_cached():
    cache, reader = TableCache(limit=100), Reader(20)
    assert len(cache.table("a", reader)["x"]) == 20
    cache.table("a", reader)
    assert reader.reads == 2


def test_results_on_other_terms_share_the_cache(fabricated, made, monkeypatch):
    results = made([fabricated.MadeCell("a()")])
    (key,) = results.cells["key"]
    results.table(key, "outcomes")
    monkeypatch.setattr(type(results.folders[0]), "table", None)
    assert len(results.outcomes(key).rank) == 4000
    assert len(results.priced(["cpu_hour=1"]).table(key, "outcomes")["rank"]) == 4000

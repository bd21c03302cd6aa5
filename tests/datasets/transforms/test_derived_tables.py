"""What is known of items and users follows them through transforms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from freshmark import stream_of
from freshmark_datasets.transforms.anonymising import anonymise
from freshmark_datasets.transforms.merging import merge
from freshmark_datasets.transforms.rewriting import sessionise
from freshmark_datasets.transforms.selecting import min_count


@pytest.fixture
def stream():
    item = np.array([0, 1, 2, 2, 1, 2, 3, 3, 2, 1])
    return stream_of(
        name="small", task="rank", time=np.arange(10) * 1_000_000, user=np.arange(10) % 2, item=item,
        features={"price": item * 10.0, "hour": np.arange(10) % 3}, of={"hour": "context"},
    )  # fmt: skip


def with_table(stream):
    return replace(stream, item_features={"weight": np.array([float(name) for name in stream.items]) + 0.5})


def test_a_table_of_items_is_coded_as_its_items(stream):
    left = min_count(with_table(stream), items=2).load()
    assert [*left.items] != [*stream.items]
    assert left.item_features["weight"].tolist() == [float(name) + 0.5 for name in left.items]
    assert left.attributes("item")["price"].tolist() == [float(name) * 10 for name in left.items]


def test_owners_survive_a_merge_and_tables_are_reported_as_left_out(stream):
    both = merge(with_table(stream), stream, items="matched").load()
    assert {name: both.owner(name) for name in both.features} == {"price": "item", "hour": "context"}
    assert "item_features" in both.about["merge left out"]


def test_what_leaves_out_features_leaves_out_their_owners(stream):
    assert not anonymise(with_table(stream), salt="x", seconds=1, k=1).load().of
    assert sessionise(with_table(stream), minutes=0.01).load().owner("hour") == "context"

"""Whose features the columns of a log become."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark import DataError, UsageError
from freshmark_datasets.logs.file import file

ROWS = "".join(f"u{n % 7},i{n % 11},{n * 60},{(n % 11) * 2.5},{n % 5},c{n % 7}\n" for n in range(300))


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(f"user,item,time,price,hour,city\n{ROWS}")
    return path


def test_columns_with_owners_are_features_of_their_own(log):
    stream = file(
        log, unit="s", numbers=["price", "hour"], words="city", context="hour", of_item="price", of_user="city"
    ).load()
    shapes = {name: column.shape for name, column in stream.features.items()}
    assert shapes == {"item_numbers": (300, 1), "context_numbers": (300, 1), "user_words": (300, 1)}
    assert dict(stream.of) == {"item_numbers": "item", "context_numbers": "context", "user_words": "user"}
    assert stream.attributes("item")["item_numbers"][:, 0].tolist() == [n * 2.5 for n in range(11)]
    assert len(np.unique(stream.attributes("user")["user_words"])) == 7


def test_without_owners_columns_stay_together_and_no_query_of_a_rank_stream_shows_them(log):
    stream = file(log, unit="s", numbers=["price", "hour"]).load()
    assert stream.features["numbers"].shape == (300, 2)
    assert stream.owner("numbers") == "item"


def test_the_key_of_a_log_without_owners_is_what_it_was(log):
    plain = file(log, unit="s", numbers=["price"])
    assert plain.key == file(log, unit="s", numbers=["price"], context=()).key
    assert plain.key != file(log, unit="s", numbers=["price"], of_item="price").key


def test_a_price_given_as_context_is_refused(log):
    with pytest.raises(DataError) as refused:
        file(log, unit="s", numbers=["price", "hour"], context=["price", "hour"]).load()
    assert refused.value.code == "FM219"
    assert "of_item=" in refused.value.remedy


@pytest.mark.parametrize("owners", [{"context": "cost"}, {"context": "price", "of_item": "price"}])
def test_an_owner_of_no_feature_or_a_second_owner_is_refused(log, owners):
    with pytest.raises(UsageError):
        file(log, unit="s", numbers=["price"], **owners)

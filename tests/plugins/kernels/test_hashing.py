from __future__ import annotations

import numpy as np
from freshmark_plugins.kernels.hashing import buckets, mixed


def test_the_hash_is_splitmix64():
    # Published outputs of SplitMix64 for seed 1234567: its state moves by GOLDEN before each output.
    states = (np.uint64(1234567) + np.arange(1, 4, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)).astype(np.uint64)
    assert mixed(states).tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_buckets_spread_evenly():
    counts = np.bincount(buckets(np.arange(64_000), field="user", bits=6), minlength=64)
    assert counts.min() > 800
    assert counts.max() < 1200


def test_text_and_the_order_of_rows_do_not_matter():
    names = np.array(["b", "a", "c", "a"])
    one, two = buckets(names, field="x", bits=18), buckets(names[::-1], field="x", bits=18)
    assert one.tolist() == two[::-1].tolist()
    assert one[1] == one[3] != one[0]


def test_whole_numbers_of_any_width_have_one_bucket():
    assert buckets(np.array([7], np.int8), field="x", bits=18) == buckets(np.array([7], np.int64), field="x", bits=18)

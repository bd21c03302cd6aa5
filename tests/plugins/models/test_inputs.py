"""The convention of docs/models.md: which feature is read as what."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark import Events, Stream, stream_of
from freshmark_plugins.kernels.hashing import buckets
from freshmark_plugins.models.inputs import categorical, numbers, numeric, pixels, tokens, width
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.training.learner import Learner

FEATURES: dict[str, np.ndarray] = {
    "price": np.zeros(3, np.float32),
    "age": np.zeros((3, 2), np.float64),
    "shop": np.zeros((3, 2), np.int64),
    "new": np.zeros(3, np.bool_),
    "device": np.array(["a", "b", "c"]),
    "text": np.array([[5, 7, 0], [5, 0, 0], [0, 0, 0]]),
    "image": np.arange(12, dtype=np.uint8).reshape(3, 2, 2),
}


def rows(features=FEATURES) -> Events:
    zeros = np.zeros(3, np.int64)
    return Events(np.arange(3), zeros, zeros, None, features)


def test_floats_and_images_are_numbers_and_all_else_but_text_is_a_category():
    assert numeric(FEATURES) == ["age", "image", "price"]
    assert categorical(FEATURES) == ["device", "new", "shop"]
    assert width(FEATURES, numeric(FEATURES)) == 2 + 4 + 1


@pytest.mark.parametrize(("name", "dtype"), [("position", np.int64), ("position", np.float32), ("propensity", float)])
def test_how_a_logging_policy_chose_is_read_by_no_model(name, dtype):
    told = {**FEATURES, name: np.zeros(3, dtype)}
    assert numeric(told) == numeric(FEATURES)
    assert categorical(told) == categorical(FEATURES)


def test_numbers_stand_side_by_side_as_they_are_and_pixels_from_0_to_1():
    given = {**FEATURES, "price": np.array([1.5, -2, 9]), "age": np.array([[1, 2], [3, 4], [5, 6]], np.float64)}
    found = numbers(rows(given), ["age", "image", "price"]).numpy()
    assert found.dtype == np.float32
    assert found[1].tolist() == pytest.approx([3, 4, *(np.arange(4, 8) / 255), -2])


def test_a_token_has_its_bucket_wherever_it_stands_and_padding_is_no_token():
    index, present = tokens(rows(), bits=8)
    assert index[0, 0] == index[1, 0] == buckets(np.array([5]), field="text", bits=8)[0]
    assert present.tolist() == [[True, True, False], [True, False, False], [False] * 3]


def test_pixels_of_bytes_are_divided_and_floats_are_not():
    image = np.full((3, 1, 1), 51)
    assert pixels(rows({"image": image.astype(np.uint8)})).flatten().tolist() == [pytest.approx(0.2)] * 3
    assert pixels(rows({"image": image.astype(np.float32)})).flatten().tolist() == [51.0] * 3


def texts(words) -> Stream:
    n = len(words)
    return stream_of(
        name="texts", task="classify", time=np.arange(n), label=np.arange(n) % 2, features={"text": np.array(words)},
        classes=("a", "b"),
    )  # fmt: skip


def test_logistic_reads_the_words_of_a_text_wherever_they_stand(start_run, events, query):
    stream = texts([[3, 4, 0], [5, 6, 7]] * 20)
    learner = Learner(Logistic(bits=8), optimiser="adam", lr=0.1)
    learner.start(start_run(stream, 2))
    learner.learn(events(stream, 0, 40), epochs=20)
    asked = {"text": np.array([[4, 3, 0], [7, 6, 5], [3, 4, 0]])}
    shares = learner.model.predict(query([0, 0, 0], features=asked))
    assert shares.argmax(1).tolist() == [0, 1, 0]
    assert shares[0] == pytest.approx(shares[2])

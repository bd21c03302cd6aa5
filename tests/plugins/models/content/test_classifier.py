"""What the six models of classes share: they learn, grow, answer alike in any batch, refuse what they cannot read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from freshmark import Events, FreshmarkError, stream_of
from freshmark_plugins.models.content.bow_logistic import BowLogistic
from freshmark_plugins.models.content.cnn import CNN
from freshmark_plugins.models.content.embedding_bag import EmbeddingBag
from freshmark_plugins.models.content.softmax import Softmax
from freshmark_plugins.models.content.text_gru import TextGRU
from freshmark_plugins.models.content.vae_head import VAEHead
from freshmark_plugins.training.learner import Learner

TEXT = {
    "bow_logistic": lambda: BowLogistic(bits=9),
    "embedding_bag": lambda: EmbeddingBag(8, hidden=8, bits=9),
    "text_gru": lambda: TextGRU(8, hidden=8, bits=9),
}
IMAGE = {"softmax": Softmax, "cnn": lambda: CNN(channels=4), "vae_head": lambda: VAEHead(8, hidden=32)}


def texts(n=600, seed=0, classes=3, length=8):
    """A third of the words of a text are of its class."""
    draw = np.random.default_rng(seed)
    label = draw.integers(0, classes, n)
    own = 1000 + 10 * label[:, None] + draw.integers(0, 10, (n, length))
    words = np.where(draw.random((n, length)) < 1 / 3, own, draw.integers(1, 100, (n, length)))
    words[np.arange(length) >= draw.integers(2, length + 1, n)[:, None]] = 0
    return stream_of(
        name="texts", task="classify", time=np.arange(n), label=label, features={"text": words},
        classes=tuple("abcdef"[:classes]),
    )  # fmt: skip


def digits():
    loaded = pytest.importorskip("sklearn.datasets").load_digits()
    n = len(loaded.target)
    return stream_of(
        name="digits", task="classify", time=np.arange(n), label=loaded.target.astype(np.int64),
        features={"image": (loaded.images * 15).astype(np.uint8)}, classes=tuple("0123456789"),
    )  # fmt: skip


STREAMS = {**dict.fromkeys(TEXT, texts), **dict.fromkeys(IMAGE, digits)}
MODELS: dict[str, Any] = {**TEXT, **IMAGE}
every_model = pytest.mark.parametrize("name", MODELS)


@pytest.fixture(scope="module")
def streams():
    made = {make: make() for make in (texts, digits)}
    return {name: made[STREAMS[name]] for name in MODELS}


@pytest.fixture
def learned(streams, start_run, events):
    """A learner of this model after some epochs over the first two thirds of its stream."""

    def made(name, *, epochs=3, model=None, **options):
        stream = streams[name]
        learner = Learner(model or MODELS[name](), **{"optimiser": "adam", "lr": 0.02, "batch": 32, **options})
        learner.start(start_run(stream, 1))
        if epochs:
            learner.learn(events(stream, 0, 2 * len(stream) // 3), epochs=epochs)
        return learner

    return made


@pytest.fixture
def asked(streams, events, query):
    """The query about the last third of a stream, and its labels."""

    def made(name, rows=slice(None)):
        stream = streams[name]
        rest = events(stream, 2 * len(stream) // 3, len(stream))[rows]
        return query(rest.user, features=rest.features), rest.label

    return made


@pytest.mark.slow
@every_model
def test_it_learns_what_it_can_and_answers_the_rest_well_above_chance(learned, asked, name):
    question, label = asked(name)
    shares = learned(name, epochs=6).model.predict(question)
    chance = 1 / shares.shape[1]
    assert shares.sum(1) == pytest.approx(1)
    assert (shares.argmax(1) == label).mean() > chance + 0.4


@pytest.mark.parametrize("name", [name for name in MODELS if name != "vae_head"])
def test_the_loss_is_minus_the_log_of_what_it_answers(learned, streams, events, query, name):
    model = learned(name, epochs=1).model
    part = events(streams[name], 0, 40)
    shares = model.predict(query(part.user, features=part.features))
    loss = model.loss(part, torch.Generator()).detach().numpy()
    assert loss == pytest.approx(-np.log(shares[np.arange(40), part.label]), abs=1e-4)


@every_model
def test_one_seed_gives_the_same_to_the_byte_and_another_does_not(learned, name):
    states = [learned(name, epochs=1).state() for _ in range(2)]
    for key, array in states[0].items():
        assert array.tobytes() == states[1][key].tobytes(), key


@every_model
def test_a_class_beyond_those_declared_gets_a_row_and_old_rows_keep_their_values(
    learned, streams, asked, query, events, name
):
    learner = learned(name, epochs=1)
    model, question = learner.model, asked(name, slice(5))[0]
    before = {key: array.copy() for key, array in model.state().items()}
    shares = model.predict(question)
    part = events(streams[name], 0, 30)
    new = replace_labels(part, np.full(30, model.classes + 1))
    learner.grow_vocabulary(new)
    for key, array in before.items():
        assert np.array_equal(model.state()[key][: len(array)], array), key
    grown = model.predict(question)
    assert grown.shape[1] == shares.shape[1] + 2
    ratio = grown[:, : shares.shape[1]] / shares
    assert ratio == pytest.approx(np.broadcast_to(ratio[:, :1], shares.shape), rel=1e-6)
    learner.learn(new, epochs=20)
    assert model.predict(query(part.user, features=part.features)).argmax(1).tolist() == new.label.tolist()


def replace_labels(part: Events, label) -> Events:
    return Events(part.time, part.user, part.item, label, part.features)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in MODELS if name not in {"cnn", "vae_head"}])
def test_it_learns_with_sparse_gradients_too(learned, asked, name):
    question, label = asked(name)
    shares = learned(name, epochs=6, sparse=True).model.predict(question)
    assert (shares.argmax(1) == label).mean() > 1 / shares.shape[1] + 0.3


@every_model
def test_gradients_agree_with_differences(streams, start_run, events, name):
    model = MODELS[name]()
    model.build(start_run(streams[name], 1))
    model.double()
    with torch.no_grad():  # a head of zeros would hide what lies below it
        for number, weight in enumerate(model.parameters()):
            weight.normal_(0, 0.1, generator=torch.Generator().manual_seed(number))
    batch = events(streams[name], 0, 3)
    weights = [weight for weight in model.parameters() if weight.numel() < 2000]
    assert torch.autograd.gradcheck(
        lambda *_: model.loss(batch, torch.Generator().manual_seed(0)).sum(),
        weights,
        atol=1e-5,
        eps=1e-4,
        fast_mode=True,
    )


@pytest.mark.parametrize("name", [name for name in MODELS if name != "bow_logistic"])
def test_its_outputs_are_the_head_of_what_it_represents(learned, streams, events, name):
    model, part = learned(name, epochs=1).model, events(streams[name], 0, 9)
    assert torch.equal(model.head(model.represent(part)), model.outputs(part))
    assert model.outputs(part).requires_grad


@every_model
def test_a_stream_without_what_it_reads_is_refused_with_the_reason(streams, start_run, name):
    other = streams["softmax" if name in TEXT else "bow_logistic"]
    wanted, there = ("text", "image") if name in TEXT else ("image", "text")
    with pytest.raises(FreshmarkError, match=f"reads a feature '{wanted}', and this stream has {there}"):
        Learner(MODELS[name]()).start(start_run(other, 1))


@every_model
def test_events_without_labels_are_refused(learned, streams, events, name):
    model = learned(name, epochs=0).model
    with pytest.raises(FreshmarkError, match="these events have no labels"):
        model.loss(replace_labels(events(streams[name], 0, 3), None), torch.Generator())

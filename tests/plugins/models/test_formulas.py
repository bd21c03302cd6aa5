"""Each model of clicks, ratings and classes held against its formula, written out in numpy, row by row."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch
from freshmark import stream_of
from freshmark_plugins.kernels.hashing import buckets
from freshmark_plugins.models.content.bow_logistic import BowLogistic
from freshmark_plugins.models.content.cnn import CNN
from freshmark_plugins.models.content.embedding_bag import EmbeddingBag
from freshmark_plugins.models.content.softmax import Softmax
from freshmark_plugins.models.content.text_gru import TextGRU
from freshmark_plugins.models.content.vae_head import VAEHead
from freshmark_plugins.models.tabular.biased_mf import BiasedMF
from freshmark_plugins.models.tabular.dlrm import DLRM
from freshmark_plugins.models.tabular.fm import FM
from freshmark_plugins.models.tabular.wide_deep import WideDeep

BITS = 6
DRAW = np.random.default_rng(0)
N = 8
WORDS = DRAW.integers(1, 90, (N, 5)) * (np.arange(5) < DRAW.integers(0, 6, N)[:, None])
FEATURES: dict[str, np.ndarray] = {
    "x": DRAW.standard_normal((N, 3)).astype(np.float32),
    "shop": DRAW.integers(0, 4, (N, 2)),
    "text": WORDS,
}
IMAGES = DRAW.integers(0, 256, (N, 2, 5, 6)).astype(np.uint8)

SHOP = stream_of(
    name="shop", task="rate", time=np.arange(N), user=np.arange(N) % 3, item=np.arange(N) % 4,
    label=np.arange(N) / 2.0, features=FEATURES,
)  # fmt: skip
TEXTS = stream_of(
    name="texts", task="classify", time=np.arange(N), label=np.arange(N) % 3, features={"text": WORDS},
    classes=("a", "b", "c"),
)  # fmt: skip
PICTURES = stream_of(
    name="pictures", task="classify", time=np.arange(N), label=np.arange(N) % 3, features={"image": IMAGES},
    classes=("a", "b", "c"),
)  # fmt: skip


@pytest.fixture
def drawn(start_run):
    """The model with every weight drawn at random, and its weights by name, float64."""

    def made(model, stream):
        model.build(start_run(stream, 4))
        with torch.no_grad():
            for number, weight in enumerate(model.parameters()):
                weight.normal_(0, 0.5, generator=torch.Generator().manual_seed(number))
        return model, {name: weight.detach().numpy().astype(float) for name, weight in model.named_parameters()}

    return made


@pytest.fixture
def whole(events, query):
    def made(stream):
        part = events(stream, 0, N)
        return query(part.user, item=part.item, features=part.features)

    return made


def softmax(logits):
    odds = np.exp(logits - logits.max())
    return odds / odds.sum()


def relu(x):
    return np.maximum(x, 0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def of(w, layer, x):
    return w[f"{layer}.weight"] @ x + w[f"{layer}.bias"]


def bucket(value, field):
    return buckets(np.array([value]), field=field, bits=BITS)[0]


def words_of(row):
    return [bucket(word, "text") for word in WORDS[row] if word]


def fields(w, name, row, query):
    """The vectors of a row: user, item, two categories, the mean of its words; a user or item without a row is 0."""
    hashed = w[f"{name}.hashed.weight"]
    vectors = []
    for kind, code in (("users", query.user[row]), ("items", query.item[row])):
        table = w[f"{name}.{kind}.weight"]
        vectors.append(table[code] if code < len(table) else np.zeros(table.shape[1]))
    vectors += [hashed[bucket(FEATURES["shop"][row, part], f"shop.{part}")] for part in range(2)]
    words = words_of(row)
    vectors.append(np.mean([hashed[word] for word in words], 0) if words else np.zeros(hashed.shape[1]))
    return vectors


def test_fm_is_the_sum_over_all_pairs(drawn, whole):
    model, w = drawn(FM(3, bits=BITS), SHOP)
    query = whole(SHOP)
    for row, answer in enumerate(model.predict(query)):
        x = FEATURES["x"][row]
        scaled = [*fields(w, "vectors_of", row, query), *(w["number_vectors"] * x[:, None])]
        linear = sum(one[0] for one in fields(w, "weights", row, query)) + w["slopes"][:, 0] @ x
        pairs = sum(one @ other for one, other in combinations(scaled, 2))
        assert answer == pytest.approx(w["bias"][0] + linear + pairs, abs=1e-5)


def test_wide_deep_is_a_linear_model_and_a_network(drawn, whole):
    model, w = drawn(WideDeep(3, layers=(4, 2), bits=BITS), SHOP)
    query = whole(SHOP)
    for row, answer in enumerate(model.predict(query)):
        x = FEATURES["x"][row]
        pair = int(query.user[row]) * 2**32 + int(query.item[row])
        wide = sum(one[0] for one in fields(w, "weights", row, query)) + w["slopes"][:, 0] @ x
        wide += w["pairs.weight"][bucket(pair, "user × item"), 0]
        hidden = np.concatenate([*fields(w, "embedded", row, query), x])
        hidden = relu(of(w, "deep.1", relu(of(w, "deep.0", hidden))))
        assert answer == pytest.approx(w["bias"][0] + wide + of(w, "head", hidden)[0], abs=1e-5)


def test_dlrm_looks_at_the_inner_product_of_every_pair(drawn, whole):
    model, w = drawn(DLRM(3, layers=(4,), bits=BITS), SHOP)
    query = whole(SHOP)
    for row, answer in enumerate(model.predict(query)):
        z = relu(of(w, "bottom.1", relu(of(w, "bottom.0", FEATURES["x"][row]))))
        products = [one @ other for one, other in combinations([z, *fields(w, "embedded", row, query)], 2)]
        hidden = relu(of(w, "top.0", np.concatenate([z, products])))
        assert answer == pytest.approx(w["bias"][0] + of(w, "head", hidden)[0], abs=1e-5)


def test_dlrm_without_numbers_has_the_products_alone(start_run, events, query):
    stream = stream_of(
        name="bare", task="click", time=np.arange(4), user=np.arange(4), item=np.arange(4), label=np.ones(4),
    )  # fmt: skip
    model = DLRM(3, layers=(4,))
    model.build(start_run(stream, 4))
    assert model.top[0].weight.shape == (4, 1)
    assert model.predict(query([0, 1], item=[0, 1])).shape == (2,)


def test_biased_mf_is_its_formula_and_its_loss_has_the_penalty(drawn, whole, events):
    model, w = drawn(BiasedMF(3, reg=0.1), SHOP)
    model.grow(3, 4)
    w = {name: weight.detach().numpy().astype(float) for name, weight in model.named_parameters()}
    query, part = whole(SHOP), events(SHOP, 0, N)
    loss = model.loss(part, torch.Generator()).detach().numpy()
    for row, answer in enumerate(model.predict(query)):
        p, q = w["users.weight"][query.user[row]], w["items.weight"][query.item[row]]
        b, c = w["user_bias.weight"][query.user[row], 0], w["item_bias.weight"][query.item[row], 0]
        rating = w["bias"][0] + b + c + p @ q
        assert answer == pytest.approx(rating, abs=1e-5)
        penalty = 0.1 * (p @ p + q @ q + b * b + c * c)
        assert loss[row] == pytest.approx((rating - part.label[row]) ** 2 + penalty, abs=1e-4)


def test_bow_logistic_adds_up_the_words_over_the_root_of_their_number(drawn, whole):
    model, w = drawn(BowLogistic(bits=BITS), TEXTS)
    weights = w["words.weight"].reshape(3, 1 << BITS)
    for row, shares in enumerate(model.predict(whole(TEXTS))):
        words = words_of(row)
        logits = w["bias.weight"][:, 0] + weights[:, words].sum(1) / max(len(words), 1) ** 0.5
        assert shares == pytest.approx(softmax(logits), abs=1e-6)


def test_embedding_bag_is_a_layer_over_the_mean_of_the_words(drawn, whole):
    model, w = drawn(EmbeddingBag(3, hidden=4, bits=BITS), TEXTS)
    for row, shares in enumerate(model.predict(whole(TEXTS))):
        vectors = [w["words.weight"][word] for word in words_of(row)]
        hidden = relu(of(w, "inner", np.mean(vectors, 0) if vectors else np.zeros(3)))
        logits = w["head.weight.weight"] @ hidden + w["head.bias.weight"][:, 0]
        assert shares == pytest.approx(softmax(logits), abs=1e-6)


def test_text_gru_reads_word_by_word(drawn, whole):
    model, w = drawn(TextGRU(3, hidden=4, bits=BITS, length=4), TEXTS)
    for row, shares in enumerate(model.predict(whole(TEXTS))):
        state = np.zeros(4)
        for word in words_of(row)[:4]:
            given = of(w, "inward", w["words.weight"][word]).reshape(3, 4)
            kept = of(w, "onward", state).reshape(3, 4)
            reset, keep = sigmoid(given[:2] + kept[:2])
            state = (1 - keep) * np.tanh(given[2] + reset * kept[2]) + keep * state
        logits = w["head.weight.weight"] @ state + w["head.bias.weight"][:, 0]
        assert shares == pytest.approx(softmax(logits), abs=1e-6)


def test_softmax_is_linear_in_the_pixels_from_0_to_1(drawn, whole):
    model, w = drawn(Softmax(), PICTURES)
    for row, shares in enumerate(model.predict(whole(PICTURES))):
        logits = w["head.weight.weight"] @ (IMAGES[row].reshape(-1) / 255) + w["head.bias.weight"][:, 0]
        assert shares == pytest.approx(softmax(logits), abs=1e-6)


def test_cnn_convolves_and_keeps_the_largest_of_four_twice(drawn, whole):
    model, w = drawn(CNN(channels=2), PICTURES)

    def layer(name, image):
        _, height, breadth = image.shape
        kernel = w[f"{name}.weight"]
        padded = np.pad(image, [(0, 0), (1, 1), (1, 1)])
        out = np.zeros((len(kernel), -(-height // 2), -(-breadth // 2)))  # max(0, ·) is the maximum with these 0
        for place in np.ndindex(len(kernel), height, breadth):
            k, i, j = place
            value = (kernel[k] * padded[:, i : i + 3, j : j + 3]).sum() + w[f"{name}.bias"][k]
            out[k, i // 2, j // 2] = max(out[k, i // 2, j // 2], value)
        return out

    for row, shares in enumerate(model.predict(whole(PICTURES))):
        flat = layer("second", layer("first", IMAGES[row] / 255)).reshape(-1)
        logits = w["head.weight.weight"] @ flat + w["head.bias.weight"][:, 0]
        assert shares == pytest.approx(softmax(logits), abs=1e-5)


def test_vae_head_answers_from_the_mean_code(drawn, whole):
    model, w = drawn(VAEHead(3, hidden=4), PICTURES)
    for row, shares in enumerate(model.predict(whole(PICTURES))):
        mean = of(w, "mean", relu(of(w, "encoder", IMAGES[row].reshape(-1) / 255)))
        logits = w["head.weight.weight"] @ mean + w["head.bias.weight"][:, 0]
        assert shares == pytest.approx(softmax(logits), abs=1e-6)


def test_vae_head_learns_from_class_image_and_divergence(drawn, events):
    model, w = drawn(VAEHead(3, hidden=4, weight=0.3), PICTURES)
    part = events(PICTURES, 0, N)
    loss = model.loss(part, torch.Generator().manual_seed(5)).detach().numpy()
    noise = torch.randn((N, 3), generator=torch.Generator().manual_seed(5)).numpy()
    for row in range(N):
        x = IMAGES[row].reshape(-1) / 255
        hidden = relu(of(w, "encoder", x))
        mean, logvar = of(w, "mean", hidden), of(w, "spread", hidden)
        z = mean + np.exp(logvar / 2) * noise[row]
        again = of(w, "outer", relu(of(w, "inner", z)))
        shares = softmax(w["head.weight.weight"] @ z + w["head.bias.weight"][:, 0])
        divergence = 0.5 * (mean**2 + np.exp(logvar) - 1 - logvar).sum()
        wanted = -np.log(shares[part.label[row]]) + 0.3 * (0.5 * ((x - again) ** 2).sum() + divergence)
        assert loss[row] == pytest.approx(wanted, rel=1e-4)

"""What every model owes that answers from histories, whatever its encoder."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from freshmark import stream_of
from freshmark_plugins.histories.sequences import Log
from freshmark_plugins.models.ranking.gru4rec import GRU4Rec
from freshmark_plugins.models.ranking.multvae import MultVAE
from freshmark_plugins.models.ranking.sasrec import SASRec
from freshmark_plugins.models.ranking.sequential import Stepwise
from freshmark_plugins.strategies.counting.popularity import Popularity
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.frozen import Frozen

MODELS = {
    "gru4rec": lambda **o: GRU4Rec(dim=6, scale=0.5, **{"length": 5, "negatives": 8, **o}),
    "gru4rec(bpr-max)": lambda **o: GRU4Rec(dim=6, scale=0.5, loss="bpr-max", **{"length": 5, "negatives": 8, **o}),
    "gru4rec(steps)": lambda **o: GRU4Rec(dim=6, scale=0.5, through_time=False, **{"length": 5, **o}),
    "sasrec": lambda **o: SASRec(dim=6, scale=0.5, heads=2, **{"length": 5, **o}),
    "sasrec(sampled)": lambda **o: SASRec(dim=6, scale=0.5, blocks=1, **{"length": 5, "negatives": 8, **o}),
    "sasrec(logistic)": lambda **o: SASRec(dim=6, scale=0.5, loss="logistic", blocks=1, **{"length": 5, **o}),
    "multvae": lambda **o: MultVAE(hidden=6, dim=3, scale=0.5, **{"length": 5, **o}),
}
CAUSAL = [name for name in MODELS if name != "multvae"]


@pytest.fixture(params=MODELS)
def make(request):
    return MODELS[request.param]


def built(make, stream, start_run, events, *, known=300, seen=None, **options) -> Any:
    """A model with rows for the first ``known`` events, which has seen those or more, or others."""
    model = make(**options)
    model.build(start_run(stream, known))
    model.observe(events(stream, 0, known) if seen is None else seen)
    with torch.no_grad():
        model.bias.weight.normal_(generator=torch.Generator().manual_seed(1))
    return model.eval()


def generator(seed=3):
    return torch.Generator().manual_seed(seed)


def test_no_event_is_part_of_its_own_input(make, stream, start_run, events):
    """By the time it is learned the history holds the event, those of its time, and later ones."""
    batch = events(stream, 220, 260)
    after, seen = int(batch.time[0]), events(stream, 0, 300)
    honest = built(make, stream, start_run, events, seen=seen).represent(batch)
    changed = copy.deepcopy(seen)
    changed.item[changed.time >= after] = 0
    first = batch.time == after
    cheated = built(make, stream, start_run, events, seen=changed).represent(batch)
    assert honest[first].detach().numpy() == pytest.approx(cheated[first].detach().numpy(), abs=1e-6)
    assert not torch.isclose(honest[~first], cheated[~first]).all()


@pytest.mark.parametrize("name", MODELS)
def test_what_an_event_looks_at_is_what_was_there_before_it_event_by_event(name, stream, start_run, events):
    model, seen = built(MODELS[name], stream, start_run, events, length=200), events(stream, 0, 300)
    together = model.represent(seen).detach().numpy()
    for at in range(0, 300, 17):
        past = seen[seen.time < seen.time[at]]
        alone = built(MODELS[name], stream, start_run, events, seen=past, length=200).represent(seen[at : at + 1])
        assert together[at] == pytest.approx(alone.detach().numpy()[0], abs=1e-5)


@pytest.mark.parametrize("name", CAUSAL)
@pytest.mark.parametrize("training", [False, True])
def test_a_later_item_changes_no_earlier_output(name, stream, start_run, events, training):
    model = built(MODELS[name], stream, start_run, events)
    items = torch.randn(3, 5, 6, generator=generator())
    changed = items.clone()
    changed[:, 3] = torch.randn(3, 6, generator=generator(4))
    one, two = (model.encode(part, generator() if training else None) for part in (items, changed))
    assert torch.equal(one[:, :3], two[:, :3])
    assert not torch.isclose(one[:, 3], two[:, 3]).all(1).any()


def test_answers_are_what_training_compares(make, stream, start_run, events, query):
    model, batch = built(make, stream, start_run, events), events(stream, 280, 300)
    alone = torch.cat([model.represent(batch[at : at + 1]) for at in range(20)]).detach().numpy()
    asked = query(batch.user)
    asked.time[:] = batch.time
    answer = model.factors(asked)
    assert answer.user == pytest.approx(alone, abs=1e-5)
    assert answer.user.dtype == answer.item.dtype == answer.bias.dtype == np.float32
    scores = answer.user @ answer.item.T + answer.bias
    outputs = torch.cat([model.outputs(batch[at : at + 1]) for at in range(20)]).detach().numpy()
    assert scores == pytest.approx(outputs, abs=1e-4)


def test_one_loss_an_event_whoever_else_is_in_the_batch_of_a_model_without_draws(stream, start_run, events):
    model, batch = built(MODELS["sasrec"], stream, start_run, events, length=200), events(stream, 200, 240)
    whole = model.loss(batch, generator()).detach().numpy()
    assert whole.shape == (40,)
    assert model.loss(batch[::3], generator()).detach().numpy() == pytest.approx(whole[::3], abs=1e-5)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "gru4rec(steps)"])  # it is cut off on purpose
def test_gradients_agree_with_differences(name, stream, start_run, events):
    model = built(MODELS[name], stream, start_run, events).double()
    model.train()
    batch, parameters = events(stream, 290, 300), list(model.parameters())

    def total(*_):
        if isinstance(model, MultVAE):
            model.steps.fill_(70.0)
        return model.loss(batch, generator()).sum()

    assert torch.autograd.gradcheck(total, parameters, atol=1e-5, fast_mode=True)


def test_growing_keeps_the_rows_and_gives_what_growing_at_once_gives(make, stream, start_run):
    one, two = make(), make()
    for model in (one, two):
        model.build(start_run(stream, 50))
    before = {name: value.copy() for name, value in one.state().items()}
    items = len(one.items)
    one.grow(0, items + 1)
    one.grow(0, items + 9)
    two.grow(0, items + 9)
    for name, value in one.state().items():
        assert np.array_equal(value[: len(before[name])], before[name]), name
        assert np.array_equal(value, two.state()[name]), name
    assert len(one.items) == len(one.bias) == items + 9


def test_an_item_without_a_row_is_passed_over_until_it_has_one(make, stream, start_run, events, query):
    model = built(make, stream, start_run, events)
    before = model.factors(query([3])).user.copy()
    new = events(stream, 299, 300)
    new.user[:], new.item[:] = 3, len(model.items)
    model.observe(new)
    assert np.array_equal(model.factors(query([3])).user, before)
    model.grow(0, len(model.items) + 1)
    assert not np.array_equal(model.factors(query([3])).user, before)


def test_every_tensor_is_made_where_the_model_lives(make, stream, start_run, events, query):
    """One that is made on torch's default device meets those of the model, and they cannot be added."""
    model = built(make, stream, start_run, events).train()
    with torch.device("meta"):
        assert model.loss(events(stream, 250, 300), generator()).device.type == "cpu"
        assert model.outputs(events(stream, 250, 300)).device.type == "cpu"
        assert model.factors(query([0, 5, 900])).user.shape == (3, 6)


def test_starting_from_scratch_forgets_parameters_and_no_history(make, stream, start_run, events, query):
    model = make()
    model.build(start_run(stream, 300))
    model.observe(events(stream, 0, 300))
    first = model.factors(query([0, 5])).user.copy()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1)
    assert not np.array_equal(model.factors(query([0, 5])).user, first)
    model.build(start_run(stream, 300))
    assert np.array_equal(model.factors(query([0, 5])).user, first)


def test_training_draws_from_its_generator_alone(make, walk, stream, assert_same_state):
    torch.manual_seed(5)
    one = walk(Finetune(make(), epochs=1, warmup_epochs=1, batch=64), stream).update(300)
    torch.manual_seed(6)
    two = walk(Finetune(make(), epochs=1, warmup_epochs=1, batch=64), stream).update(300)
    assert_same_state(one, two)


def test_the_state_is_all_that_answers_depend_on(make, walk, stream, query, start_run):
    strategy = walk(Finetune(make(), batch=64, fallback=None), stream).update(400)
    state = strategy.model.state()
    model = make()
    model.build(start_run(stream, 400))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.from_numpy(state[name]))
    log: dict[str, Any] = {name.partition(".")[2]: array for name, array in state.items() if "history" in name}
    model.sequences.log = Log(**log, nodes=np.array([len(log["time"])]))
    one, two = model.factors(query(range(40))), strategy.factors(query(range(40)))
    assert np.array_equal(one.user, two.user)
    assert np.array_equal(one.item, two.item)


def test_a_new_user_is_the_models_as_soon_as_there_is_a_history(make, walk, stream, query, scores, events):
    strategy = walk(Frozen(make()), stream).strategy
    before = scores(strategy, query([500]))
    seen = events(stream, 200, 201)
    seen.user[:], seen.item[:] = 500, 3
    strategy.observe(seen)
    after = scores(strategy, query([500]))
    assert not np.array_equal(before, after)
    seen.user[:] = 501
    strategy.observe(seen)
    assert np.array_equal(scores(strategy, query([501])), after)


def chain(n=900, users=30, items=25, turn=None, seed=0):
    """From each item nearly always to one other, which after ``turn`` is another: popularity says nothing."""
    draw = np.random.default_rng(seed)
    user, at, item = draw.integers(0, users, n), draw.integers(0, items, users), np.zeros(n, np.int64)
    for row, one in enumerate(user):
        step = 1 if turn is None or row < turn else 7
        at[one] = (at[one] + step) % items if draw.random() < 0.9 else draw.integers(0, items)
        item[row] = at[one]
    return stream_of(name="chain", task="rank", time=np.arange(n) * 600_000_000, user=user, item=item)


LIKE: dict[str, Any] = {"optimiser": "adam", "lr": 0.01, "batch": 64}
ORDERED = {
    "gru4rec": lambda: GRU4Rec(dim=16, length=5, negatives=25),
    "gru4rec(bpr-max)": lambda: GRU4Rec(dim=16, length=5, negatives=25, loss="bpr-max", reg=0.1),
    "sasrec": lambda: SASRec(dim=16, length=5, blocks=1, dropout=0.1),
    "sasrec(logistic)": lambda: SASRec(dim=16, length=5, blocks=1, dropout=0.1, loss="logistic", negatives=8),
}


def hits(ranks, strategy, stream, **options):
    return float(np.mean(ranks(strategy, stream, **options) <= 3))


@pytest.mark.slow
@pytest.mark.parametrize("name", ORDERED)
def test_the_order_of_items_is_learned_which_popularity_cannot(name, ranks):
    stream = chain()
    learned = hits(ranks, Frozen(ORDERED[name](), epochs=30, optimiser="adam", lr=0.01, batch=64), stream)
    assert learned > 0.75
    assert hits(ranks, Popularity(), stream, every="never") < 0.35


@pytest.mark.slow
@pytest.mark.parametrize("name", ORDERED)
def test_updates_follow_when_the_order_turns(name, ranks):
    stream = chain(1400, turn=600)
    frozen = hits(ranks, Frozen(ORDERED[name](), epochs=20, **LIKE), stream)
    assert (
        hits(ranks, Finetune(ORDERED[name](), epochs=10, warmup_epochs=20, **LIKE), stream, every="8h") > frozen + 0.3
    )


def test_a_model_without_an_encoder_cannot_be_made():
    class Unfinished(Stepwise):
        """No encoder and no loss."""

    with pytest.raises(TypeError, match=r"build_encoder.*encode.*loss"):
        Unfinished(dim=4, length=5, scale=0.1)  # type: ignore[abstract]

"""How long a million simulated events take; generation and oracle apart."""

from __future__ import annotations

import pytest
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.interactions.drift import drift
from freshmark_datasets.simulators.interactions.oracle import oracle_ranks
from freshmark_datasets.simulators.interactions.presets import options
from freshmark_datasets.simulators.interactions.world import build, simulate

CHOSEN = options("large", {})


def generated():
    draws = Draws(0)
    world = build(draws, CHOSEN)
    return world, simulate(draws, world, CHOSEN)


@pytest.mark.benchmark(group="simulator, 1M events")
def test_a_million_events_are_generated(benchmark):
    _, log = benchmark.pedantic(generated, rounds=3)
    assert len(log.time) == 1_000_000


@pytest.mark.benchmark(group="simulator, 1M events")
def test_a_million_events_are_ranked_by_the_oracle(benchmark):
    world, log = generated()

    def ranked():
        return oracle_ranks(world.catalogue, world.interests, time=log.time, user=log.user, item=log.item)

    assert len(benchmark.pedantic(ranked, rounds=3)) == 1_000_000


@pytest.mark.benchmark(group="simulator, whole stream")
@pytest.mark.parametrize("preset", ["small", "default", "large", "null"])
def test_a_preset_is_built_with_everything(benchmark, preset):
    stream = benchmark.pedantic(lambda: drift(preset).load(), rounds=2)
    assert len(stream) == options(preset, {}).events

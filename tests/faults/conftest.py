"""Campaigns over strategies that misbehave."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from freshmark.replay.timeline import Settings
from freshmark.runs.campaign import Campaign
from freshmark.runs.catalogue.registry import load
from freshmark.runs.plan.plan import Plan
from freshmark.runs.system.processes import descendants

FAULTY = Path(__file__).with_name("faulty.py")


@pytest.fixture(scope="session")
def plan():
    """A plan over the faulty plugin."""

    def plan(*strategies, **more) -> Plan:
        return Plan(
            ("tiny()",), strategies, every=("1h",), settings=Settings(window="1h", probes=3), plugins=(FAULTY,), **more
        )

    return plan


@pytest.fixture(scope="session")
def campaign():
    """A campaign carried out: its summary, and what cells came to, by strategy."""

    def campaign(plan, folder, **more):
        registry = load(plan.plugins, installed=True)
        with Campaign(plan, folder, registry, **more) as running:
            return running.measure()

    return campaign


@pytest.fixture(autouse=True)
def nothing_left_running():
    """Whatever a test does, no process outlives it."""
    before = set(descendants(os.getpid()))
    yield
    left = set(descendants(os.getpid())) - before
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 9)
    assert not left

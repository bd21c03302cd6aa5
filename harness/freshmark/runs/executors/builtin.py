"""The local executor: one fresh process a cell, watched from outside."""

from __future__ import annotations

from collections.abc import Mapping

from freshmark.contract.hookspecs import Factory, hookimpl


@hookimpl
def register_executors() -> Mapping[str, Factory]:
    """Where cells run without a plugin: on this machine."""
    return {"local": "freshmark.runs.executors.local:Local"}

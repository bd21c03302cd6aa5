"""Modules that the fork server imports once, so that no cell pays for them."""

from __future__ import annotations

import re
from collections.abc import Container
from pathlib import Path

from freshmark.discovery.faults import BUILT_IN
from freshmark.runs.catalogue.registry import Registry
from freshmark.runs.plan.plan import Plan


def modules_to_preload(plan: Plan, registry: Registry, objects: Container[str] = ()) -> list[str]:
    """What every cell of the plan would import anyway.

    Never a module of a third-party plugin: what it does at import must happen in the process of its cell. Nor torch
    for a device other than the CPU: a process with a CUDA context cannot be forked.
    """
    if plan.device != "cpu":
        return ["numpy"]
    parts = [
        part
        for kind, texts in (("strategies", plan.strategies), ("streams", plan.streams))
        for text in texts
        if text not in objects
        for part in registry.assembly(kind, text).parts
    ]
    offering = [module.__name__ for name, module in registry.plugins() if name.startswith(BUILT_IN)]
    built_in = [registry.module(*part) for part in parts if registry.plugin(*part).startswith(BUILT_IN)]
    modules = ["numpy", "freshmark.replay.loop", *offering, *built_in]
    if any(uses_torch(registry.file(*part)) for part in parts):
        modules.insert(0, "torch")
    return list(dict.fromkeys(modules))


def uses_torch(file: Path | None) -> bool:
    """Whether a module imports torch, which takes seconds in every cell and can be preloaded for any plugin."""
    text = file.read_text("utf-8", "replace") if file is not None and file.suffix == ".py" else ""
    return re.search(r"^\s*(import|from) torch\b", text, re.MULTILINE) is not None

"""A plan for a folder that holds one already: it may add to it, and must not lose any of it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from freshmark.errors import UsageError
from freshmark.runs.plan.plan import Plan
from freshmark.runs.plan.toml import PLAN_FILE, read_plan

_GRID = ("streams", "strategies", "every", "delay", "seeds")
_TERMS = ("tune", "metric", "price", "max_p99", "max_cost", "tolerance", "worth")


def refuse_loss(plan: Plan, folder: Path) -> None:
    """Refuse a plan that would replace the one in the folder without containing it; a longer plan adds cells.

    Raises:
        UsageError: the folder's plan names something that this plan does not.
        PlanError: the folder's plan cannot be read.
    """
    earlier = _plan_in(folder)
    if earlier is None:
        return
    lost = [
        f"{name} {', '.join(map(str, missing))}"
        for name in _GRID
        if (missing := [one for one in getattr(earlier, name) if one not in getattr(plan, name)])
    ]
    lost += [
        f"{name} {' '.join(value) if isinstance(value, tuple) else value}"
        for name in _TERMS
        if (value := getattr(earlier, name)) and not getattr(plan, name)
    ]
    if lost:
        raise UsageError(
            f"the folder holds a plan that this one does not contain; it would lose {'; '.join(lost)}",
            where=str(folder),
            remedy=f"choose another folder with -o, or resume with: freshmark run {folder}",
            code="FM129",
        )


def with_terms_in(folder: Path, plan: Plan) -> Plan:
    """The plan, on the terms of the plan in the folder where it has none of its own.

    Raises:
        PlanError: the folder's plan cannot be read.
    """
    earlier = _plan_in(folder)
    if earlier is None:
        return plan
    return replace(plan, **{name: getattr(plan, name) or getattr(earlier, name) for name in _TERMS})


def _plan_in(folder: Path) -> Plan | None:
    if not os.path.isfile(folder / PLAN_FILE):  # noqa: PTH113  (Path.is_file raises on EACCES and ENAMETOOLONG)
        return None
    return read_plan(folder / PLAN_FILE)

"""The plan that a command line describes: a file, options that replace what it says, the demo for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from inspect import Parameter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshmark.commands import demo
from freshmark.commands.terms import prices_among
from freshmark.discovery.blocking import names_in_environment, split_names
from freshmark.errors import UsageError

if TYPE_CHECKING:
    from freshmark.runs.catalogue.registry import Registry
    from freshmark.runs.plan.plan import Plan

PLAN_FILE = "plan.toml"
_MORE = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
SETTINGS = ("warmup", "window", "label_delay", "matrix")
"""The settings of the replay that have an option."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The options of ``freshmark run`` that make a plan; None or empty where one was not given."""

    plan: Path | None = None
    streams: Sequence[str] = ()
    strategies: Sequence[str] = ()
    every: Sequence[str] = ()
    delay: Sequence[str] = ()
    seeds: int | None = None
    timeout: str | None = None
    max_memory: str | None = None
    device: str | None = None
    warmup: float | None = None
    window: str | None = None
    label_delay: str | None = None
    matrix: int | None = None
    durations: Path | None = None
    price: Sequence[str] = ()
    max_p99: str | None = None
    max_cost: str | None = None
    plugins: Sequence[Path] = ()
    no_plugins: Sequence[str] = ()


def plan_among(files: Sequence[Path], price: Sequence[str] | None) -> tuple[Path | None, list[str]]:
    """The one plan, or none, and the prices.

    Raises:
        UsageError: there are several plans.
    """
    plans, prices = prices_among(files, price)
    if len(plans) > 1:
        raise UsageError(f"{len(plans)} plans: {', '.join(map(str, plans))}", remedy="one plan a run")
    return (plans[0] if plans else None), prices


def plan_for(wishes: Wishes) -> Plan:
    """The plan, its expressions not looked up yet.

    Raises:
        PlanError: the file is wrong.
        UsageError: an option is.
    """
    from freshmark.runs.plan.limits import byte_count, seconds  # noqa: PLC0415  (plans need numpy, a help text does not)
    from freshmark.runs.plan.plan import Plan, first_seeds  # noqa: PLC0415

    plan = Plan.read(_file(wishes.plan)) if wishes.plan else Plan((demo.STREAM,), demo.STRATEGIES, demo.EVERY)
    lists = {name: tuple(getattr(wishes, name)) for name in ("streams", "strategies", "every", "delay", "price")}
    as_said = {name: getattr(wishes, name) for name in ("durations", "max_p99", "max_cost")}
    chosen: dict[str, Any] = {name: value for name, value in (lists | as_said).items() if value not in (None, ())}
    if wishes.seeds is not None:
        chosen["seeds"] = first_seeds(wishes.seeds)
    if wishes.timeout is not None:
        chosen["timeout"] = seconds(wishes.timeout)
    if wishes.max_memory is not None:
        chosen["max_memory"] = byte_count(wishes.max_memory)
    if wishes.device:
        chosen["device"] = wishes.device
    settings = {name: value for name in SETTINGS if (value := getattr(wishes, name)) is not None}
    if settings:
        chosen["settings"] = replace(plan.settings, **settings)
    chosen["plugins"] = (*plan.plugins, *wishes.plugins)
    # The plan names all that is blocked: cells may run where this environment is not.
    chosen["no_plugins"] = (*plan.no_plugins, *split_names(wishes.no_plugins), *names_in_environment())
    return replace(plan, **chosen)


def checked(plan: Plan, registry: Registry) -> Plan:
    """The plan with canonical expressions, each name and option known.

    Raises:
        UsageError: one is not.
    """
    return replace(
        plan,
        streams=tuple(registry.canonical("streams", text) for text in plan.streams),
        strategies=tuple(registry.canonical("strategies", text) for text in plan.strategies),
    )


def with_every_strategy(plan: Plan, registry: Registry) -> tuple[Plan, list[str]]:
    """The plan with every strategy there is, its options left as they are, and why some are left out.

    One that needs a model gets the usual one of the task, or that which it names in ``usual_models``. Streams are
    prepared for it, and strategies built.

    Raises:
        UsageError: the streams are of several tasks.
    """
    from freshmark.contract.prepared import open_stream  # noqa: PLC0415  (as above)
    from freshmark.runs.plan.compatibility import suitability  # noqa: PLC0415
    from freshmark.runs.store.prepared_streams import prepare  # noqa: PLC0415

    tasks = {open_stream(prepare(registry, stream)).task for stream in plan.streams}
    if len(tasks) > 1:
        raise UsageError(f"the streams are of tasks {' and '.join(sorted(tasks))}", where="--all-strategies",
                         remedy="one run a task")  # fmt: skip
    (task,) = tasks
    texts, left_out = [], []
    for name in registry.names("strategies"):
        options = registry.signature("strategies", name).parameters.values()
        needed = [one.name for one in options if one.default is one.empty and one.kind not in _MORE]
        if needed and needed != ["model"]:
            left_out.append(f"{name} needs {' and '.join(needed)}")
            continue
        model = ""
        if needed:
            usual = getattr(registry.factory("strategies", name), "usual_models", {})
            model = usual.get(task, demo.MODELS[task])
        texts.append(registry.canonical("strategies", f"{name}({model})"))
    found = suitability(registry, texts)
    able = tuple(text for text in texts if task in found["tasks"].get(text, ()))
    left_out += [f"{text} cannot do {task}" for text in texts if text not in able]
    return replace(plan, strategies=able), left_out


def swept(plan: Plan, registry: Registry) -> Plan:
    """The plan with the schedules that its first stream suggests; the stream is prepared for it."""
    from freshmark.contract.prepared import open_stream  # noqa: PLC0415  (as above)
    from freshmark.replay.scheduling.sweep import sweep  # noqa: PLC0415
    from freshmark.replay.timeline import Timeline  # noqa: PLC0415
    from freshmark.runs.store.prepared_streams import prepare  # noqa: PLC0415

    stream = open_stream(prepare(registry, plan.streams[0]))
    return replace(plan, every=sweep(Timeline(stream, plan.settings)))


def _file(path: Path) -> Path:
    """A run folder stands for the plan in it, so that an interrupted run goes on by its name."""
    return path / PLAN_FILE if path.is_dir() else path

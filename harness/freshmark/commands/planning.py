"""The plan of a command line: a plan file, overridden by options; the demo if neither is given."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from inspect import Parameter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshmark.commands import demo
from freshmark.commands.terms import prices_among
from freshmark.discovery.blocking import names_in_environment, split_names
from freshmark.errors import UsageError

if TYPE_CHECKING:
    from freshmark.contract.arrays import Task
    from freshmark.runs.catalogue.registry import Registry
    from freshmark.runs.plan.plan import Plan

_MORE = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
SETTINGS = ("warmup", "window", "label_delay", "matrix")
"""Settings of the replay that have an option."""

_AS_GIVEN = (
    "durations", "tune", "metric", "max_p99", "max_cost", "tolerance", "worth", "settle", "max_seeds",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of ``freshmark run`` that define the plan; None or empty if not given."""

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
    tune: str | None = None
    price: Sequence[str] = ()
    metric: str | None = None
    max_p99: str | None = None
    max_cost: str | None = None
    tolerance: str | None = None
    worth: str | None = None
    settle: bool | None = None
    max_seeds: int | None = None
    max_time: str | None = None
    plugins: Sequence[Path] = ()
    no_plugins: Sequence[str] = ()


def plan_among(files: Sequence[Path], price: Sequence[str] | None) -> tuple[Path | None, list[str]]:
    """The plan file, if one is given, and the prices.

    Raises:
        UsageError: several plan files are given.
    """
    plans, prices = prices_among(files, price)
    if len(plans) > 1:
        raise UsageError(f"{len(plans)} plans: {', '.join(map(str, plans))}", remedy="give one plan")
    return (plans[0] if plans else None), prices


def plan_for(options: RunOptions) -> Plan:
    """The plan; its names are not looked up yet.

    Raises:
        PlanError: the file is wrong.
        UsageError: an option is wrong.
    """
    from freshmark.runs.plan.limits import byte_count, seconds  # noqa: PLC0415  (plans need numpy, a help text does not)
    from freshmark.runs.plan.plan import Plan, first_seeds  # noqa: PLC0415
    from freshmark.runs.plan.toml import read_plan  # noqa: PLC0415

    plan = read_plan(_file(options.plan)) if options.plan else Plan((demo.STREAM,), demo.STRATEGIES, demo.EVERY)
    lists = {name: tuple(getattr(options, name)) for name in ("streams", "strategies", "every", "delay", "price")}
    as_given = {name: getattr(options, name) for name in _AS_GIVEN}
    chosen: dict[str, Any] = {name: value for name, value in (lists | as_given).items() if value not in (None, ())}
    if options.seeds is not None:
        chosen["seeds"] = first_seeds(options.seeds)
    if options.timeout is not None:
        chosen["timeout"] = seconds(options.timeout)
    if options.max_time is not None:
        chosen["max_time"] = seconds(options.max_time)
    if options.settle is False:  # the limits of a race go with it
        chosen |= {"max_seeds": options.max_seeds, "max_time": chosen.get("max_time")}
    if options.max_memory is not None:
        chosen["max_memory"] = byte_count(options.max_memory)
    if options.device:
        chosen["device"] = options.device
    settings = {name: value for name in SETTINGS if (value := getattr(options, name)) is not None}
    if settings:
        chosen["settings"] = replace(plan.settings, **settings)
    chosen["plugins"] = (*plan.plugins, *options.plugins)
    # The plan names all that is blocked: cells may run where this environment is not.
    chosen["no_plugins"] = (*plan.no_plugins, *split_names(options.no_plugins), *names_in_environment())
    return replace(plan, **chosen)


def checked(plan: Plan, registry: Registry) -> Plan:
    """The plan with canonical expressions.

    Raises:
        UsageError: a name or an option is unknown.
    """
    return replace(
        plan,
        streams=tuple(registry.canonical("streams", text) for text in plan.streams),
        strategies=tuple(registry.canonical("strategies", text) for text in plan.strategies),
    )


def check_metric(plan: Plan, registry: Registry, tasks: Collection[Task]) -> None:
    """Refuse a metric that could not decide, before anything is measured.

    Raises:
        UnknownName: the metric does not exist.
        UsageError: it is not defined for any of the tasks, or looks deeper than ranks are recorded.
        PluginFault: a plugin's family fails at this K.
    """
    from freshmark.results.metrics.named import Metrics  # noqa: PLC0415  (numpy, which a help text does not need)

    if plan.metric is None:
        return
    metrics = Metrics(registry.offers("metrics"))
    metric = metrics.named(plan.metric)
    if not metric.tasks & set(tasks):
        raise UsageError(
            f"{plan.metric} is a metric of {', '.join(sorted(metric.tasks))}, not of {', '.join(sorted(tasks))}",
            where="metric",
            remedy=f"one of {', '.join(name for task in sorted(tasks) for name in metrics.of_task(task, 10))}",
        )
    if metrics.depth_of(plan.metric) > plan.settings.depth:
        raise UsageError(
            f"{plan.metric} looks deeper than ranks are recorded",
            where="metric",
            remedy=f"K of at most {plan.settings.depth}",
            code="FM120",
        )


def with_every_strategy(plan: Plan, registry: Registry) -> tuple[Plan, list[str]]:
    """The plan with every strategy that can do the task, with default options, and the reasons why others cannot.

    A strategy that needs a model gets the default of the task, or the one in its ``usual_models``. Streams are
    prepared and strategies built to find out.

    Raises:
        UsageError: the streams have different tasks.
    """
    from freshmark.contract.streams.prepared import open_stream  # noqa: PLC0415  (as above)
    from freshmark.runs.plan.compatibility import suitability  # noqa: PLC0415
    from freshmark.runs.store.prepared_streams import prepare  # noqa: PLC0415

    tasks = {open_stream(prepare(registry, stream)).task for stream in plan.streams}
    if len(tasks) > 1:
        raise UsageError(f"the streams have the tasks {' and '.join(sorted(tasks))}", where="--all-strategies",
                         remedy="use one run per task")  # fmt: skip
    (task,) = tasks
    texts, left_out = [], []
    for name in registry.names("strategies"):
        parameters = registry.signature("strategies", name).parameters.values()
        needed = [one.name for one in parameters if one.default is one.empty and one.kind not in _MORE]
        if needed and needed != ["model"]:
            left_out.append(f"{name} needs {' and '.join(needed)}")
            continue
        model = ""
        if needed:
            usual = getattr(registry.factory("strategies", name), "usual_models", {})
            model = usual.get(task, demo.MODELS[task])
        texts.append(registry.canonical("strategies", f"{name}({model})"))
    tasks_of = suitability(registry, texts)["tasks"]
    suited = tuple(text for text in texts if task in tasks_of.get(text, ()))
    left_out += [f"{text} cannot do {task}" for text in texts if text not in suited]
    return replace(plan, strategies=suited), left_out


def swept(plan: Plan, registry: Registry) -> Plan:
    """The plan with schedules derived from its first stream, which is prepared."""
    from freshmark.contract.streams.prepared import open_stream  # noqa: PLC0415  (as above)
    from freshmark.replay.scheduling.sweep import sweep  # noqa: PLC0415
    from freshmark.replay.timeline import Timeline  # noqa: PLC0415
    from freshmark.runs.store.prepared_streams import prepare  # noqa: PLC0415

    stream = open_stream(prepare(registry, plan.streams[0]))
    return replace(plan, every=sweep(Timeline(stream, plan.settings)))


def _file(path: Path) -> Path:
    """A run folder stands for its plan, so that an interrupted run can be resumed by its folder."""
    return path / "plan.toml" if path.is_dir() else path

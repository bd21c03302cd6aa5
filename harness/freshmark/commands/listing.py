"""``freshmark list`` and ``freshmark show``: what is available, imported as late as possible."""

from __future__ import annotations

import inspect
import re
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Annotated, Any

import typer

from freshmark.commands.codes import EXPLANATIONS
from freshmark.commands.option_origins import shared_options
from freshmark.commands.options import NoPlugins, Plugins, registry_of
from freshmark.commands.terminal.outlet import say, say_table
from freshmark.contract.search import search_of
from freshmark.discovery.plugins import HOOKS
from freshmark.errors import UnknownName, UsageError
from freshmark.runs.catalogue.registry import KINDS
from freshmark.runs.catalogue.static_signatures import Unevaluated

if TYPE_CHECKING:
    from freshmark.runs.catalogue.registry import Registry

LISTS = (*KINDS, "hooks", "plugins", "errors")
"""What can be listed."""


def complete_lists(incomplete: str) -> list[str]:
    """The lists whose names begin with this."""
    return [name for name in LISTS if name.startswith(incomplete)]


def complete_things(incomplete: str) -> list[str]:
    """The names of any kind that begin with this."""
    registry = registry_of()
    names = {name for kind in KINDS for name in registry.names(kind)}
    return sorted(name for name in names if name.startswith(incomplete))


def list_command(
    kind: Annotated[
        str | None, typer.Argument(metavar="[KIND]", autocompletion=complete_lists, help=f"One of {', '.join(LISTS)}.")
    ] = None,
    *,
    plugin: Plugins = None,
    no_plugin: NoPlugins = None,
) -> None:
    """List what is available, and the plugin that offers it.

    Without KIND: the names of every kind.
    """
    registry = registry_of(plugin, no_plugin)
    if kind is None:
        say_table((one, ", ".join(registry.names(one))) for one in KINDS)
        say("\nMore: freshmark list KIND, freshmark show NAME.")
        return
    kind = {"datasets": "streams", "metric": "metrics"}.get(kind, kind)
    if kind not in LISTS:
        raise UnknownName("list", kind, LISTS, where="freshmark list")
    if kind != "strategies":
        say_table(_rows(registry, kind))
        return
    for tasks, names in by_task(registry).items():
        say(f"{tasks}:")
        say_table((_row(registry, kind, name) for name in names), indent=2)


def _rows(registry: Registry, kind: str) -> list[tuple[str, ...]]:
    """A table: name, plugin, and a summary line."""
    match kind:
        case "hooks":
            return [(name, _summary(_spec(name))) for name in sorted(HOOKS)]
        case "plugins":
            offered = [(name, *_offers(registry, name)) for name, _ in registry.plugins()]
            return [*offered, *((name, "blocked") for name in registry.blocked)]
        case "errors":
            return [(code, explanation.title) for code, explanation in EXPLANATIONS.items()]
    return [_row(registry, kind, name) for name in registry.names(kind)]


def _row(registry: Registry, kind: str, name: str) -> tuple[str, ...]:
    return name, registry.plugin(kind, name), registry.describe(kind, name)


MODEL_TASKS = "tasks of the model"
"""The heading of strategies over a model."""


def by_task(registry: Registry) -> dict[str, list[str]]:
    """Tasks → the strategies that can do them; those over a model come last."""
    groups: dict[str, list[str]] = {}
    for name in registry.names("strategies"):
        signature = registry.static_signature("strategies", name)
        over_model = signature is not None and "model" in signature.parameters
        tasks = MODEL_TASKS if over_model else ", ".join(registry.tasks(name)) or "other"
        groups.setdefault(tasks, []).append(name)
    order = ["rank", "click", "rate", "classify", "other", MODEL_TASKS]
    ranked = sorted((order.index(tasks.partition(", ")[0]), tasks) for tasks in groups)
    return {tasks: groups[tasks] for _, tasks in ranked}


def _offers(registry: Registry, plugin: str) -> tuple[str]:
    """What a plugin offers: counts by kind, and the hooks that it observes."""
    parts = []
    for kind in KINDS:
        names = [name for name in registry.names(kind) if registry.plugin(kind, name) == plugin]
        if names:
            parts.append(f"{len(names)} {kind if len(names) > 1 else KINDS[kind]}")
    module = registry.manager.get_plugin(plugin)
    callers = registry.manager.get_hookcallers(module) or []
    parts += [caller.name for caller in callers if not caller.name.startswith("register_")]
    return (", ".join(parts) or "nothing",)


def _spec(hook: str) -> Any:
    from freshmark.contract import hookspecs  # noqa: PLC0415  (its names are the hooks)

    return getattr(hookspecs, hook)


def _summary(function: Any) -> str:
    return (inspect.getdoc(function) or "").partition("\n")[0]


def show_command(
    name: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME", autocompletion=complete_things, help="A name, an expression, a hook or an error code."
        ),
    ],
    *,
    plugin: Plugins = None,
    no_plugin: NoPlugins = None,
) -> None:
    """Show the documentation and options of a name.

    Also the defaults, and the plugin that offers it. `freshmark show FM101` explains an error code.
    """
    *kinds, wanted = name
    if wanted.upper().startswith("FM") and wanted[2:].isdigit():
        _show_error(wanted.upper())
    elif wanted in HOOKS:
        say(f"hook {wanted}{_without_types(inspect.signature(_spec(wanted)))}\n")
        say(inspect.getdoc(_spec(wanted)) or "")
    else:
        _show_things(registry_of(plugin, no_plugin), kinds, wanted)


def _show_error(code: str) -> None:
    if code not in EXPLANATIONS:
        raise UnknownName("error", code, EXPLANATIONS, where="freshmark show")
    explanation = EXPLANATIONS[code]
    say(f"{code}: {explanation.title}\n\n{explanation.why}\n\nWhat to do: {explanation.remedy}")


def _show_things(registry: Registry, kinds: list[str], wanted: str) -> None:
    """Show everything with this name: a strategy and a model may share it."""
    from freshmark.runs.catalogue.expressions import parse  # noqa: PLC0415  (only for names)

    short = {single: kind for kind, single in KINDS.items()} | {"dataset": "streams", "datasets": "streams"}
    chosen = [short.get(kind, kind) for kind in kinds] or list(KINDS)
    for kind in chosen:
        if kind not in KINDS:
            raise UnknownName("kind", kind, KINDS, where="freshmark show")
    bare = wanted if any(wanted in registry.names(kind) for kind in chosen) else _head(parse, wanted)
    bare = re.sub(r"@[1-9][0-9]*$", "@K", bare)  # hr@25 is one of the family hr@K
    matches = [kind for kind in chosen if bare in registry.names(kind)]
    if not matches:
        raise UnknownName(
            KINDS[chosen[0]] if len(chosen) == 1 else "",
            bare,
            [one for kind in chosen for one in registry.names(kind)],
            offered=True,
        )
    for position, kind in enumerate(matches):
        if position:
            say("")
        _show(registry, kind, bare, wanted if "(" in wanted else "")


def _head(parse: Any, text: str) -> str:
    """The name of the outermost call; the text itself if it is not an expression (``hr@10``)."""
    try:
        return str(parse(text).name)
    except UsageError:
        return text


def _show(registry: Registry, kind: str, name: str, expression: str) -> None:
    thing = registry.factory(kind, name)
    documented = getattr(thing, "documented", thing)
    if kind == "metrics":
        metric = getattr(thing, "at", lambda _: thing)(10)  # a family is the same at every K
        say(f"metric {name}: {metric.better} is better, for {', '.join(sorted(metric.tasks))}")
    elif kind == "segments":
        say(f"segment {name}: {', '.join(thing.groups)}")
    else:
        say(f"{KINDS[kind]} {name}{_without_types(registry.signature(kind, name))}")
    plugin = registry.plugin(kind, name)
    say(f"from {plugin}{_version(plugin)}, {_place(documented)}\n")
    say(inspect.getdoc(documented) or "It has no documentation.")
    own = [
        one for one in registry.signature(kind, name).parameters.values() if not isinstance(one.default, Unevaluated)
    ]
    found = {one.name: search_of(one.annotation) for one in own}
    if any(found.values()):
        say("\nTuned by --tune among:")
    for option, search in found.items():
        if search is not None:
            say(f"    {option}: {search}")
    options = shared_options(registry, kind, expression or name)
    if options:
        say("\nShared options:")
    for option in options:
        say(f"    {option}")


def _without_types(signature: inspect.Signature) -> str:
    """Names and defaults, as in a plan."""
    parameters = [one.replace(annotation=one.empty) for one in signature.parameters.values()]
    return str(signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty))


def _version(plugin: str) -> str:
    """The version of the plugin's distribution; a plain file has none."""
    try:
        return f" {version(plugin.partition(':')[0])}"
    except (PackageNotFoundError, ValueError):
        return ""


def _place(thing: Any) -> str:
    module = getattr(thing, "__module__", "?")
    return f"{module}.{getattr(thing, '__qualname__', type(thing).__qualname__)}"

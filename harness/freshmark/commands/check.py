"""``freshmark check``: does a plugin keep its contract, and does it see the future?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from freshmark.commands.options import NoPlugins, Plugins, names_of, registry_of
from freshmark.commands.outlet import note, one_line, say
from freshmark.errors import UnknownName
from freshmark.runs.catalogue.expressions import parse
from freshmark.runs.system.isolation import settle_torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from freshmark.runs.catalogue.registry import Registry
    from freshmark.testing import Finding

CHECKED = ("strategies", "streams", "metrics")
"""What can be checked, in the order in which a name is looked up."""


def check_command(
    things: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...",
            autocompletion=names_of("strategies"),
            help="Strategies such as last-seen(memory=50), streams, or metrics.",
        ),
    ],
    *,
    plugin: Plugins = None,
    no_plugin: NoPlugins = None,
) -> None:
    """Check strategies, streams or metrics on small data, and tell all faults at once.

    Of a strategy: valid answers, at any batch size; the same from the same seed; no knowledge of the future.
    Of a stream: the same twice, with events to test; its span, and a warning where its times look wrong.
    Exit code 1 where a promise is broken.
    """
    registry = registry_of(plugin, no_plugin)
    broken = 0
    for thing in things:
        say(thing)
        for finding in findings_of(registry, thing):
            broken += not finding.ok
            say(f"  {one_line(str(finding))}")
        for line in _span_of(registry, thing):
            say(f"  {line}")
    if broken:
        note(f"{broken} broken {'promise' if broken == 1 else 'promises'}")
        raise typer.Exit(1)


def findings_of(registry: Registry, thing: str) -> Iterator[Finding]:
    """What the checks of its kind say of a thing.

    Raises:
        UnknownName: nothing that can be checked has the name.
    """
    from freshmark import testing  # noqa: PLC0415  (pandas and all of the replay)

    if thing in registry.names("metrics"):
        yield from testing.check_metric(registry.factory("metrics", thing))
        return
    name = parse(thing).name
    kind = next((kind for kind in CHECKED if name in registry.names(kind)), None)
    if kind is None:
        known = [one for kind in CHECKED for one in registry.names(kind)]
        raise UnknownName("strategy, stream or metric", name, known, where=thing)
    assembly = registry.assembly(kind, thing)
    for part in assembly.parts:
        registry.factory(*part)
    settle_torch()  # one thread, as in a cell: more of them make small models many times slower
    check = testing.check_strategy if kind == "strategies" else testing.check_dataset
    yield from check(assembly.build)


def _span_of(registry: Registry, thing: str) -> Iterator[str]:
    """The span of a stream, and why its times may be wrong; nothing of what is not a stream, or cannot be loaded."""
    if thing in registry.names("metrics") or parse(thing).name not in registry.names("streams"):
        return
    from freshmark.runs.cards.time_span import span, span_warnings  # noqa: PLC0415  (numpy)
    from freshmark.testing.datasets import stream_from  # noqa: PLC0415

    stream = stream_from(registry.assembly("streams", thing).build)
    yield f"span {span(stream)}"
    yield from (f"warning: {text}" for text in span_warnings(stream))

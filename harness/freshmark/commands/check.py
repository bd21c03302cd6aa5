"""``freshmark check``: does a plugin keep its contract, and does the future leak into it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from freshmark.commands.options import NoPlugins, Plugins, names_of, registry_of
from freshmark.commands.terminal.outlet import note, one_line, say
from freshmark.errors import UnknownName
from freshmark.runs.catalogue.expressions import parse
from freshmark.runs.system.isolation import settle_torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from freshmark.runs.catalogue.registry import Registry
    from freshmark.testing import Finding

CHECKED = ("strategies", "streams", "metrics")
"""The kinds that can be checked, in the order of look-up."""


def check_command(
    things: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...",
            autocompletion=names_of("strategies"),
            help="Strategies, streams or metrics, for example last-seen(memory=50).",
        ),
    ],
    *,
    plugin: Plugins = None,
    no_plugin: NoPlugins = None,
) -> None:
    """Check strategies, streams or metrics on small data.

    Every failed check is reported. Strategies: valid answers at any batch size, reproducible by seed, no leak from the
    future. Streams: reproducible, with test events; also prints the span, and warns of suspicious times. Exit code 1 if
    a check fails.
    """
    registry = registry_of(plugin, no_plugin)
    failed = 0
    for thing in things:
        say(thing)
        findings = []
        for finding in findings_of(registry, thing):  # each is printed as soon as it is known
            findings.append(finding)
            say(f"  {one_line(str(finding))}")
        faults = sum(not finding.ok for finding in findings)
        failed += faults
        for line in () if faults else _span_of(registry, thing):
            say(f"  {line}")
    if failed:
        note(f"{failed} failed {'check' if failed == 1 else 'checks'}")
        raise typer.Exit(1)


def findings_of(registry: Registry, thing: str) -> Iterator[Finding]:
    """The findings of the checks for its kind.

    Raises:
        UnknownName: no strategy, stream or metric has the name.
    """
    from freshmark import testing  # noqa: PLC0415  (pandas and the whole replay)
    from freshmark.results.metrics.named import Metrics  # noqa: PLC0415

    if _is_metric(registry, thing):
        yield from testing.check_metric(Metrics(registry.offers("metrics")).named(thing))
        return
    name = parse(thing).name
    kind = next((kind for kind in CHECKED if name in registry.names(kind)), None)
    if kind is None:
        known = [one for kind in CHECKED for one in registry.names(kind)]
        raise UnknownName("strategy, stream or metric", name, known, where=thing, offered=True)
    assembly = registry.assembly(kind, thing)
    for part in assembly.parts:
        registry.factory(*part)
    settle_torch()  # one thread, as in a cell: more threads make small models many times slower
    check = testing.check_strategy if kind == "strategies" else testing.check_dataset
    yield from check(assembly.build)


def _is_metric(registry: Registry, thing: str) -> bool:
    """Whether it is the name of a metric; only those of a family, such as ``hits@10``, have an @."""
    return "@" in thing or thing in registry.names("metrics")


def _span_of(registry: Registry, thing: str) -> Iterator[str]:
    """The span of a stream, and warnings about its times; nothing for other kinds."""
    if _is_metric(registry, thing) or parse(thing).name not in registry.names("streams"):
        return
    from freshmark.runs.cards.time_span import span, span_warnings  # noqa: PLC0415  (numpy)
    from freshmark.testing.datasets import stream_from  # noqa: PLC0415

    stream = stream_from(registry.assembly("streams", thing).build)
    yield f"span {span(stream)}"
    yield from (f"warning: {text}" for text in span_warnings(stream))

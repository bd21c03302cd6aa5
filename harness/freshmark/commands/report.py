"""``freshmark report``: write a report of a run; nothing is measured again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from freshmark.commands.options import NoPlugins, Plugins, names_of, registry_of
from freshmark.commands.terminal.outlet import note_error, say
from freshmark.commands.terminal.writing import writing
from freshmark.commands.terms import (
    MaxCost,
    MaxMemory,
    MaxP99,
    MetricName,
    Price,
    RequestRate,
    Tolerance,
    Worth,
    prices_among,
)
from freshmark.discovery.faults import calling
from freshmark.errors import PluginFault, UsageError
from freshmark.runs.plan.terms import Terms
from freshmark.runs.reading import opened
from freshmark.runs.summary import NOTHING_MEASURED

if TYPE_CHECKING:
    from freshmark.runs.catalogue.registry import Registry

ENDINGS = {"html": ".html", "markdown": ".md", "csv": ".csv"}


def report_command(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders; several are merged.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="The file to write. [default: inside the first RUN]"),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            autocompletion=names_of("reports"),
            help="html, markdown, csv, or a format that a plugin offers.",
        ),
    ] = "html",
    index: Annotated[
        bool,
        typer.Option(
            "--index", help="Write an index of the runs inside a folder instead, with links to their reports."
        ),
    ] = False,
    metric: MetricName = None,
    price: Price = None,
    max_p99: MaxP99 = None,
    max_memory: MaxMemory = None,
    max_cost: MaxCost = None,
    tolerance: Tolerance = None,
    worth: Worth = None,
    request_rate: RequestRate = None,
    plugin: Plugins = None,
    no_plugin: NoPlugins = None,
) -> None:
    """Write a report of one or more runs.

    Prints the path of the report. Nothing is measured again. With limits, the verdict considers only what is within
    them, and names what was left out. Exit code 4 if no cell of the runs succeeded: the report says why.
    """
    if index:
        say(str(write_index(registry_of(plugin, no_plugin), runs, output, form)))
        return
    folders, prices = prices_among(runs, price)
    terms = Terms(
        metric=metric, price=prices, max_p99=max_p99, max_memory=max_memory, max_cost=max_cost,
        request_rate=request_rate, tolerance=tolerance, worth=worth,
    )  # fmt: skip
    faults: list[PluginFault] = []
    written, succeeded = write_report(registry_of(plugin, no_plugin), folders, output, form, terms=terms, faults=faults)
    say(str(written))
    code = note_faults(faults) if faults else 0
    if code or not succeeded:
        raise typer.Exit(code if succeeded else NOTHING_MEASURED)


def note_faults(faults: list[PluginFault]) -> int:
    """Report what plugins raised while the report was written, and give the exit code."""
    for fault in faults:
        note_error(fault)
    return PluginFault.exit_code


def write_report(
    registry: Registry,
    runs: list[Path],
    output: Path | None = None,
    form: str = "html",
    *,
    terms: Terms | None = None,
    faults: list[PluginFault] | None = None,
) -> tuple[Path, bool]:
    """Write a report; returns its path, and whether any cell succeeded.

    A section, metric or segment that raises does not cost the others; the report says so.

    Args:
        registry: where sections, metrics and the form come from.
        runs: run folders.
        output: the file to write; None: in the first folder.
        form: the form of the report.
        terms: prices and limits of the verdict.
        faults: where the faults of sections, metrics and segments are added.

    Raises:
        UnknownName: no plugin offers the form.
        StoreError: a folder contains no readable run.
        UsageError: the terms are wrong.
        PluginFault: the form of report raised.
    """
    writer = registry.factory("reports", form)
    noted = [] if faults is None else faults
    sections = {name: _watched(registry, name, noted) for name in registry.names("sections")}
    path = output or runs[0] / f"report{ENDINGS.get(form, '.' + form)}"
    results = opened(registry, runs)
    judged = terms.applied(results) if terms else results
    with calling(registry.plugin("reports", form), f"fails in report {form!r}"), writing(path):
        written = judged.report(path, form, writers={form: writer}, sections=sections)
    noted += judged.faults
    return written, bool((results.cells["status"] == "ok").any())


def _watched(registry: Registry, name: str, faults: list[PluginFault]) -> Callable[..., Any]:
    """The section; what a third-party plugin raises in it is noted as well."""
    section, plugin = registry.factory("sections", name), registry.plugin("sections", name)

    @wraps(section)
    def watched(*given: Any) -> Any:
        try:
            with calling(plugin, f"fails in section {name!r}"):
                return section(*given)
        except PluginFault as fault:
            faults.append(fault)
            raise (fault.__cause__ or fault) from None

    return watched


def write_index(registry: Registry, folders: list[Path], output: Path | None = None, form: str = "html") -> Path:
    """Write an index of runs, and give its path; where three runs share a row, it links to their history.

    Raises:
        UsageError: several folders are given.
        StoreError: the folder contains no run.
    """
    from freshmark.results.output.history import history_of, link_to  # noqa: PLC0415  (pandas: no help must pay)
    from freshmark.results.output.index import index_of  # noqa: PLC0415

    if len(folders) != 1:
        raise UsageError(
            "an index needs exactly one folder", where="--index", remedy="name the folder that contains the runs"
        )
    writer = registry.factory("reports", form)
    results_of = cache(lambda run: opened(registry, [run]))
    document = index_of(folders[0], results_of)
    path = output or folders[0] / f"index{ENDINGS.get(form, '.' + form)}"
    history = history_of(folders[0], results_of)
    with writing(path):
        if history is not None:
            history_page = history.write(path.with_name(f"history{path.suffix}"), form, {form: writer})
            document = replace(document, sections=[*document.sections, link_to(history_page.name)])
        return document.write(path, form, {form: writer})

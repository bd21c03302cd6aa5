"""``freshmark data``: fetch, locate and describe streams."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from freshmark.commands.options import NoPlugins, Plugins, names_of, registry_of
from freshmark.commands.terminal.outlet import say, say_table
from freshmark.errors import DataError

if TYPE_CHECKING:
    from freshmark.contract.streams.stream import Stream

Name: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="STREAM",
        autocompletion=names_of("streams"),
        help="A stream: drift(preset='tiny'), movietweetings, file('log.csv', user='u', item='i', time='t').",
    ),
]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Fetch, locate and describe streams.")


@app.command("fetch")
def fetch(stream: Name, *, plugin: Plugins = None, no_plugin: NoPlugins = None) -> None:
    """Download or build a stream, and cache it.

    Prints its folder. A licence is shown before the download. A stream that is already cached is not fetched again.
    """
    from freshmark.runs.store.prepared_streams import prepare  # noqa: PLC0415  (numpy, which a help text does not need)

    say(str(prepare(registry_of(plugin, no_plugin), stream)))


@app.command("path")
def path(stream: Name, *, plugin: Plugins = None, no_plugin: NoPlugins = None) -> None:
    """Print the folder of a cached stream; fails if it was not fetched yet."""
    from freshmark.runs.store.prepared_streams import prepared  # noqa: PLC0415  (as above)

    say(str(prepared(registry_of(plugin, no_plugin), stream)))


@app.command("describe")
def describe(
    stream: Name,
    *,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Also write a page with charts.")
    ] = None,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="html, markdown or csv.")] = "html",
    plugin: Plugins = None,
    no_plugin: NoPlugins = None,
) -> None:
    """Describe a stream: its contents and how it changes.

    Also whether updating a model can pay on it. Counts, ties and repeats; new users and items per window; turnover of
    popularity; hit rates of popularity from the warm-up, from all events so far and from the last window.
    """
    from freshmark.contract.streams.prepared import open_stream  # noqa: PLC0415  (as above)
    from freshmark.runs.cards.time_span import span_warnings  # noqa: PLC0415
    from freshmark.runs.store.prepared_streams import prepare  # noqa: PLC0415

    registry = registry_of(plugin, no_plugin)
    opened = open_stream(prepare(registry, stream))
    counts = _facts(opened)
    try:
        from freshmark.runs.cards.stream_card import card_of  # noqa: PLC0415  (as above)

        card = card_of(opened)
    except DataError as error:
        if output is not None:
            raise
        say_table([*counts, ("does updating pay?", error.what), *(("warning", text) for text in span_warnings(opened))])
        return
    from freshmark.runs.cards.card_page import document_of, facts, warnings  # noqa: PLC0415

    counts = [*counts, *facts(card)]
    say_table([*counts, *(("warning", text) for text in warnings(opened, card))])
    if output is not None:
        document_of(opened, card, counts).write(output, form, {form: registry.factory("reports", form)})
        say(str(output))


def _facts(stream: Stream) -> list[tuple[str, str]]:
    from freshmark.runs.cards.time_span import moment, span  # noqa: PLC0415  (as above)

    facts = stream.facts
    rows = [
        ("stream", stream.name),
        ("task", stream.task),
        ("events", f"{facts['events']:,}"),
        ("users", f"{facts['users']:,}"),
        ("items", f"{facts['items']:,}"),
        ("span", span(stream)),
        ("ties", f"{facts['ties']:,} events have the same time as the event before"),
        ("duplicates", f"{facts['duplicates']:,} events repeat user, item and time"),
        (
            "repeat share",
            f"{facts['repeat_share']:.1%} of events repeat an earlier pair of user and item{_repeating(stream)}",
        ),
    ]
    if stream.classes:
        rows.append(("classes", ", ".join(stream.classes)))
    if stream.features:
        rows.append(("features", ", ".join(f"{name} {column.shape[1:]}" for name, column in stream.features.items())))
    if stream.drifts:
        rows.append(("drifts", ", ".join(f"{drift.kind} {moment(drift.begin)}" for drift in stream.drifts)))
    rows.append(("fingerprint", stream.fingerprint))
    return rows + [(name, str(value)) for name, value in stream.about.items()]


def _repeating(stream: Stream) -> str:
    return "" if stream.repeats else "; items of the user's history are not candidates"

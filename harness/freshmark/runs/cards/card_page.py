"""A stream card in words and as a document: facts, warnings, and changes from window to window."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from freshmark.contract.section import Chart, Column, Section, Table
from freshmark.contract.streams.stream import SECOND, Stream
from freshmark.results.decision.alerts import Alert
from freshmark.results.decision.verdict import Verdict
from freshmark.results.naming import format_number, with_margin
from freshmark.results.output.document import Document
from freshmark.results.stored.folder import StreamRecord
from freshmark.runs.cards.stream_card import Card
from freshmark.runs.cards.time_span import DAY, span_warnings

FEW_EVENTS = 1_000
FEW_WINDOWS = 20
MANY_TIES = 0.2
COARSE = 3_600 * SECOND
SHORT = 2 * DAY
HALF, MOST, NEARLY_ALL = 0.5, 0.9, 0.95
FEW_ITEMS = 20


def sentence(card: Card) -> str:
    """Whether updating pays, as far as the card shows it without a model."""
    frozen, everything, last = (f"{value:.3f}".replace("-", "−") for value in card.overall)
    numbers = f"{card.measure}: {frozen} frozen, {everything} over all so far, {last} over the last {card.span}"
    if card.pays is None:
        return f"Too few windows to say whether updating pays. {numbers}."
    if not card.measure.startswith("HR@"):
        moves = (
            "The label shares change over time: recent shares predict better"
            if card.pays
            else "The label shares do not change over time"
        )
        return f"{moves}. {numbers}. Whether their relation to features changes, only a run can show."
    return f"{'Updating pays' if card.pays else 'Updating does not pay, for popularity at least'}. {numbers}."


def facts(card: Card) -> list[tuple[str, str]]:
    """The lines that a card adds to the counts of a stream: name and value in words."""
    gains = {history: with_margin(*card.gain(history)) for history in ("all", "last")}
    weights = card.events
    rows = [
        ("windows", f"{len(card.begin)} of {card.span} with {card.events.sum():,} test events"),
        ("new users", f"{np.average(card.new_users, weights=weights):.1%} of a window's events"),
        ("new items", f"{np.average(card.new_items, weights=weights):.1%} of a window's events"),
    ]
    if len(card.turnover):
        turnover = f"{card.turnover.mean():.3f} between windows half the stream apart"
        rows.append(("turnover", f"{turnover}, {card.shuffled.mean():.3f} with times shuffled"))
    return [
        *rows,
        ("gain of all", f"{gains['all']} over frozen"),
        ("gain of last", f"{gains['last']} over frozen"),
        ("does it pay?", sentence(card)),
    ]


def warnings(stream: Stream, card: Card) -> Iterator[str]:
    """Why this stream may not distinguish strategies."""
    yield from span_warnings(stream)
    yield from _too_little(stream, card)
    yield from _of_users(stream, card)
    yield from _of_labels(stream)
    if not card.drifts and not card.pays:
        yield "Windows differ no more than in a shuffled copy: it can only show that updating does no harm."


def _too_little(stream: Stream, card: Card) -> Iterator[str]:
    events, count = stream.facts, int(card.events.sum())
    if count < FEW_EVENTS:
        least = format_number(1.4 / np.sqrt(count), 2)
        yield f"{count:,} test events: differences below {least} may not be significant."
    if len(card.begin) < FEW_WINDOWS:
        yield f"{len(card.begin)} windows have events: intervals will be wide."
    if DAY <= events["span_seconds"] < SHORT:
        yield f"It spans {events['span_seconds'] / 3600:.1f} hours: daily schedules hardly update."
    step = _step(stream)
    if step >= COARSE:
        yield f"Times are multiples of {step // COARSE} h: faster schedules are all equal."
    if events["ties"] > MANY_TIES * len(stream):
        share = events["ties"] / len(stream)
        yield f"{share:.0%} of the events share their time: all are answered before any is learned."


def _of_users(stream: Stream, card: Card) -> Iterator[str]:
    if len(stream.users) > 1 and card.single > HALF:
        yield f"{card.single:.0%} of the users have one event: what is learned about a user is hardly ever used."
    new = float(np.average(card.new_users, weights=card.events))
    if len(stream.users) > 1 and new > MOST:
        yield f"{new:.0%} of the events are by users new in their window: context matters, user history does not."
    if stream.task != "rank":
        return
    if stream.facts["repeat_share"] > HALF:
        share = stream.facts["repeat_share"]
        yield f"{share:.0%} of the events repeat a user and an item: the user's own history is the baseline to beat."
    if len(stream.items) < FEW_ITEMS:
        yield f"{len(stream.items)} items: a list of ten hits often by chance."


def _of_labels(stream: Stream) -> Iterator[str]:
    if stream.task in {"click", "classify"}:
        share = np.unique(np.asarray(stream.label), return_counts=True)[1].max() / len(stream)
        if share > NEARLY_ALL:
            yield f"{share:.1%} of the events have one label: compare log loss, not accuracy."


def _step(stream: Stream) -> int:
    """The largest step, in microseconds, of which all time differences are multiples."""
    return int(np.gcd.reduce(np.diff(np.asarray(stream.time)))) if len(stream) > 1 else 0


def document_of(stream: Stream, card: Card, counts: list[tuple[str, str]]) -> Document:
    """The page about a stream; ``counts``: the names and values of ``data describe``."""
    record = StreamRecord(
        name=stream.name,
        task=stream.task,
        fingerprint=stream.fingerprint,
        events=Path(),
        facts=stream.facts,
        drifts=(),
        about=stream.about,
        settings={},
        edges=np.append(card.begin, card.begin[-1]),
    )
    table = pd.DataFrame(counts, columns=["fact", "value"])
    sections = [
        Section("Popularity" if stream.task == "rank" else "Labels", (_values(card),), stream.name),
        Section("New users and items", (_new_shares(card),), stream.name),
        Section("Contents", (Table((Column("Fact"), Column("Value")), tuple(counts)),), stream.name),
    ]
    alerts = [Alert(stream.name, "warning", text) for text in warnings(stream, card)]
    return Document("", sections, table, {stream.name: record}, [Verdict(stream.name, sentence(card))], alerts)


def _dates(card: Card) -> list[str]:
    return [str(time)[:16].replace("T", " ") for time in card.begin.astype("datetime64[us]")]


def _values(card: Card) -> Chart:
    columns = (
        Column("Window begins, UTC"),
        Column("Events", "count"),
        Column("Frozen", "number", "counted over the warm-up"),
        Column("All", "number", "counted over everything before the window"),
        Column("Last", "number", f"counted over the {card.span} before the window"),
    )
    rows = zip(_dates(card), card.events.tolist(), *card.value.T.tolist(), strict=True)
    lines = {"frozen": card.value[:, 0], "all": card.value[:, 1], "last": card.value[:, 2]}
    table = Table(columns, tuple(rows), card.measure)
    return Chart(partial(_draw, card, lines, card.measure), _finding(card), table, wide=True)


def _finding(card: Card) -> str:
    """The number of windows in which each fresher history is ahead."""
    ahead = [int((card.value[:, one] > card.value[:, 0]).sum()) for one in (1, 2)]
    count = len(card.begin)
    return f"Ahead of frozen: all so far in {ahead[0]} of {count} windows, the last {card.span} in {ahead[1]}."


def _new_shares(card: Card) -> Chart:
    columns = (
        Column("Window begins, UTC"),
        Column("New users", "share", "of the events, by users not seen before the window"),
        Column("New items", "share", "of the events, with items not seen before the window"),
    )
    table = Table(columns, tuple(zip(_dates(card), card.new_users.tolist(), card.new_items.tolist(), strict=True)))
    users, items = (float(np.average(one, weights=card.events)) for one in (card.new_users, card.new_items))
    finding = f"{users:.1%} of the events of a window are by new users, {items:.1%} with new items."
    lines = {"new users": card.new_users, "new items": card.new_items}
    return Chart(partial(_draw, card, lines, "share of a window's events"), finding, table, wide=True, height=0.7)


def _draw(card: Card, lines: dict[str, Any], title: str, figure: Any) -> None:
    from matplotlib import dates, rcParams  # noqa: PLC0415  (needed for drawing only)

    axes = figure.subplots()
    moments = card.begin.astype("datetime64[us]")
    styles = (("#949494", "--"), ("#0173b2", "-."), ("#d55e00", "-"))
    for (name, values), (colour, style) in zip(lines.items(), styles[-len(lines) :], strict=True):
        axes.plot(moments, values, style, color=colour, label=name, marker="." if len(moments) < 60 else None)  # noqa: PLR2004
    locator = dates.AutoDateLocator()  # type: ignore[no-untyped-call]  # matplotlib types few of its dates
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.set_title(title, color=rcParams["text.color"])
    axes.legend(frameon=False)

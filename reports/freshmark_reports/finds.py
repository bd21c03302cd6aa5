"""Where a detector finds that answers got worse: while the run went on, or afterwards, in what was recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from freshmark import FloatArray, IntArray, Results, UsageError, detector_of, losses, watching
from freshmark.reporting import row_label

from freshmark_reports.choice import keys_of

AFTERWARDS = "adwin"
WORDS = {"adwin": "ADWIN", "page_hinkley": "Page–Hinkley"}


@dataclass(frozen=True)
class Finds:
    """Moments at which the loss of a row's answers is found to have risen.

    time: (n,) int64, microseconds
    said: who found them in what, as a sentence
    """

    time: IntArray
    said: str


def finds_of(results: Results, rows: pd.DataFrame) -> Finds:
    """Of the best row that a detector updates, whose updates they are; else of the best row, looked for afterwards.

    ``rows``: best first.
    """
    for _, row in rows.drop_duplicates("every").iterrows():
        watched = watching(str(row["every"]))
        if watched is not None:
            return _made(results, row, WORDS[watched.detector])
    return _afterwards(results, rows.iloc[0])


def _made(results: Results, row: pd.Series, detector: str) -> Finds:
    """With the first seed, as the ticks of its updates are; a find that had nothing new to learn made none."""
    updates = results.table(keys_of(results, row)[0], "updates")
    time = updates["due"][~updates["fit"].astype(np.bool_)]
    said = f"{detector} asked for {_times(len(time), 'update')} of {_called(row)} because its loss had risen"
    return Finds(time, f" {said}{_marked(len(time))}.")


def _afterwards(results: Results, row: pd.Series) -> Finds:
    try:
        detector = detector_of(AFTERWARDS)
    except UsageError as error:
        return Finds(np.empty(0, np.int64), f" No detector looked for changes: {error.remedy}.")
    places = [place for place, loss in enumerate(_losses(results, row).tolist()) if detector.rose(loss)]
    time = results.events(str(row["stream"]))["time"][places]
    said = f"ADWIN, run afterwards, finds {_times(len(time), 'rise')} of the loss of {_called(row)}"
    return Finds(time, f" {said}{_marked(len(time))}.")


def _losses(results: Results, row: pd.Series) -> FloatArray:
    """(n,) the loss of each event, as the schedules that watch define it, mean over seeds."""
    each = [losses(results.outcomes(key)) for key in keys_of(results, row)]
    return np.asarray(np.mean(each, axis=0))


def _called(row: pd.Series) -> str:
    return row_label(row["strategy"], row["every"], row["delay"])


def _times(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count or 'no'} {noun}s"


def _marked(count: int) -> str:
    return " (triangles)" if count else ""

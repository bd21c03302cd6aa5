"""When a detector signals that answers got worse: during the run, or afterwards on the recorded outcomes."""

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
class Detections:
    """Times at which a detector signals a rise in the loss of a row.

    time: (n,) int64, microseconds
    said: a sentence that says which detector, on which row
    """

    time: IntArray
    said: str


def detections_of(results: Results, rows: pd.DataFrame) -> Detections:
    """For the best row that a detector updates: its updates. Otherwise ADWIN, run afterwards on the best row.

    ``rows``: best first.
    """
    for _, row in rows.drop_duplicates("every").iterrows():
        watched = watching(str(row["every"]))
        if watched is not None:
            return _made(results, row, WORDS[watched.detector])
    return _afterwards(results, rows.iloc[0])


def _made(results: Results, row: pd.Series, detector: str) -> Detections:
    """From the first seed, like the ticks of its updates; a detection without new events made no update."""
    updates = results.table(keys_of(results, row)[0], "updates")
    time = updates["due"][~updates["fit"].astype(np.bool_)]
    said = f"{detector} triggered {_times(len(time), 'update')} of {_called(row)} when its loss rose"
    return Detections(time, f" {said}{_marked(len(time))}.")


def _afterwards(results: Results, row: pd.Series) -> Detections:
    try:
        detector = detector_of(AFTERWARDS)
    except UsageError as error:
        return Detections(np.empty(0, np.int64), f" No detector looked for changes: {error.remedy}.")
    places = [place for place, loss in enumerate(_losses(results, row).tolist()) if detector.rose(loss)]
    time = results.events(str(row["stream"]))["time"][places]
    said = f"ADWIN, run afterwards, signals {_times(len(time), 'rise')} of the loss of {_called(row)}"
    return Detections(time, f" {said}{_marked(len(time))}.")


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

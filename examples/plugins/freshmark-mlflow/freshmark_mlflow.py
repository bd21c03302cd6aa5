"""A run of freshmark becomes a run of MLflow with its report, and each of its rows a nested run."""

from __future__ import annotations

import math
import re
import tempfile
from numbers import Real
from pathlib import Path

from freshmark import Results, hookimpl

PARAMETERS = ("stream", "strategy", "every", "delay")


@hookimpl
def run_finished(folder):
    """Log to the server and experiment of MLFLOW_TRACKING_URI and MLFLOW_EXPERIMENT_NAME."""
    import mlflow

    results = Results.open(folder)
    with mlflow.start_run(run_name=Path(folder).name), tempfile.TemporaryDirectory() as place:
        results.report(Path(place) / "report.html")
        mlflow.log_artifacts(place)
        mlflow.log_metric("cells", len(results.cells))
        for verdict in results.verdicts():
            mlflow.set_tag("verdict " + re.sub(r"[^\w. -]", " ", verdict.stream), verdict.sentence)
        for row in results.ranking().to_dict("records"):
            with mlflow.start_run(run_name=f"{row['strategy']} {row['schedule']}", nested=True):
                mlflow.log_params({name: row[name] for name in PARAMETERS})
                numbers = {name: float(value) for name, value in row.items() if isinstance(value, Real)}
                numbers[row["metric"].replace("@", "_at_")] = numbers.pop("value")
                mlflow.log_metrics({name: value for name, value in numbers.items() if math.isfinite(value)})

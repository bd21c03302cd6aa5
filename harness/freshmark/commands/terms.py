"""The options that set the terms of a verdict: the metric, prices and limits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from freshmark.commands.options import names_of


def complete_metrics(incomplete: str) -> list[str]:
    """The metrics whose names begin like this; of a family the one at K = 10."""
    names = [name.replace("@K", "@10") for name in names_of("metrics")("")]
    return [name for name in names if name.startswith(incomplete)]


MetricName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--metric",
        metavar="NAME",
        autocompletion=complete_metrics,
        help="The metric that decides, for example ndcg@20 or mine@5. [default: the main metric of the task]",
    ),
]
Price: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--price",
        metavar="NAME=MONEY",
        help="Prices that turn cost into money, for example cpu_hour=0.04 gb_hour=0.005 gpu_hour=2.",
    ),
]
MaxP99: TypeAlias = Annotated[
    str | None, typer.Option("--max-p99", metavar="DURATION", help="Limit of p99 latency, for example 20ms.")
]
MaxMemory: TypeAlias = Annotated[
    str | None, typer.Option("--max-memory", metavar="SIZE", help="Limit of peak memory, for example 500MB.")
]
MaxCost: TypeAlias = Annotated[
    str | None,
    typer.Option("--max-cost", metavar="MONEY", help="Limit of cost, for example 3/1M events; needs --price."),
]

Tolerance: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--tolerance",
        metavar="SHARE",
        help="How much worse than the best a choice may be: 2% (the default), or 0.005 in units of the metric.",
    ),
]
Worth: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--worth",
        metavar="TEXT",
        help='What a gain is worth in money, such as "1% ndcg@10 = 20 per million events"; needs --price.',
    ),
]
RequestRate: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--request-rate", metavar="RATE", help="Report response times at this rate of requests, for example 500/s."
    ),
]


def prices_among(runs: Sequence[Path], price: Sequence[str] | None) -> tuple[list[Path], list[str]]:
    """Separate paths from prices: of ``--price cpu_hour=0.04 gb_hour=0.005`` the second arrives as a path."""
    more = [run for run in runs if price and "=" in str(run) and not run.exists()]
    return [run for run in runs if run not in more], [*(price or ()), *map(str, more)]

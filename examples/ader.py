"""The table of Mi et al., RecSys 2020 (ADER), from a run of ader.toml: python examples/ader.py RUN.

As in the paper, the first event of a session is not tested, nor is an item without events before the week. Numbers are
means over weeks, then over seeds.
"""

import sys

import numpy as np
import pandas as pd
from freshmark import Results


def of_cell(results, cell):
    """R@20, R@10, MRR@20 and MRR@10 of one cell, as means over weeks."""
    events, rank = results.events(cell.stream), results.outcomes(cell.key).rank
    columns = pd.DataFrame({name: events[name] for name in ("window", "item", "user_events", "item_events")})
    known_item = columns.groupby(["window", "item"])["item_events"].transform("min") > 0
    tested = ((columns["user_events"] > 0) & known_item).to_numpy()
    weeks = [rank[tested & (events["window"] == week)] for week in range(int(events["window"].max()) + 1)]
    row = {"strategy": cell.strategy, "seed": cell.seed, "minutes": cell.seconds / 60}
    for k in (20, 10):
        row[f"R@{k}"] = np.mean([np.mean(week <= k) for week in weeks])
        row[f"MRR@{k}"] = np.mean([np.mean(np.where(week <= k, 1 / week, 0)) for week in weeks])
    return row


def table(run):
    """One row per strategy, the weakest first: mean and standard deviation over seeds."""
    results = Results.open(run)
    rows = pd.DataFrame([of_cell(results, cell) for cell in results.cells.itertuples() if cell.status == "ok"])
    columns = ["R@20", "MRR@20", "R@10", "MRR@10", "minutes"]
    return rows.groupby("strategy")[columns].agg(["mean", "std"]).sort_values(("R@20", "mean"))


if __name__ == "__main__":
    print(table(sys.argv[1]).to_string(float_format="{:.4f}".format))

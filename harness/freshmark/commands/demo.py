"""The defaults of ``freshmark run``: a demo that takes about a minute."""

from __future__ import annotations

STREAM = "drift()"

STRATEGIES = (
    "popularity()",
    "popularity(window='1d')",
    "recency()",
    "itemknn(history=10)",
    "online_mf()",
    "retrain(mf(dim=16, batch=1024, epochs=2))",
)
"""In the order of cost, from nearly free to trained."""

EVERY = ("never", "1w", "1d")

MODELS = {"rank": "mf()", "click": "logistic()", "rate": "biased_mf()", "classify": "logistic()"}
"""The default model of each task, for strategies that need one."""

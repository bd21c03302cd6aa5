"""What ``freshmark run`` measures where nobody says otherwise: a first answer in about a minute."""

from __future__ import annotations

STREAM = "drift()"

STRATEGIES = (
    "popularity()",
    "popularity(window='1d')",
    "recency()",
    "itemknn(history=10)",
    "online_mf()",
    "retrain(mf(dim=16), epochs=2)",
)
"""From free to costly: what each step up buys is the question."""

EVERY = ("never", "1w", "1d")

MODELS = {"rank": "mf()", "click": "logistic()", "rate": "biased_mf()", "classify": "logistic()"}
"""The model of each task, for strategies that need one, where nobody names one."""

"""The decision: standings, ranking, curves, budget, alerts, and the verdict in sentences.

Imports `statistics`, `metrics` and `stored`; never `output`.
"""

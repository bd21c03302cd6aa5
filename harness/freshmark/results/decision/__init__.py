"""What the numbers say to do: ranking, standings, curves, budget, alerts, and the verdict in sentences.

Imports `statistics`, `metrics` and `stored`; never `output`.
"""

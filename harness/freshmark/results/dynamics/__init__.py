"""What updates do over time: learning and forgetting, staleness, recovery, attainment, arrivals, churn, queueing.

Imports `statistics`, `metrics` and `stored`; never `decision` or `output`.
"""

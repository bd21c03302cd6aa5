"""What rows cost: usage measured, prices, budgets, worth, and the noise of costs.

Imports `metrics`, `statistics` and `stored`; `decision` imports it.
"""

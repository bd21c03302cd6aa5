"""A plan: the grid of cells, its TOML file, its limits, and what cannot be combined.

Imports `catalogue` and `replay`.
"""

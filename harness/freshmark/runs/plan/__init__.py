"""A plan: the grid of cells, its TOML file, its limits, and what cannot be run together.

Imports `catalogue` and `replay`.
"""

"""The run folder: states in SQLite, rows in Parquet, keys of cells, locks, prepared streams.

Imports `plan`, `catalogue` and `system`.
"""

"""Readers of logs, a batch of rows at a time: text, JSON lines, parquet, npz, Excel, and members of archives.

Imports `extras` alone; imported by `logs` and `published`.
"""

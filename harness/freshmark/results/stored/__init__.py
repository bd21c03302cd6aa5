"""Run folders: read, merged, cached, and turned into the tidy table.

Imports `metrics` and `statistics`.
"""

"""Run folders as they lie on disk: read, merged, cached, and turned into the tidy table.

Imports `metrics` and `statistics`.
"""

"""Tuning: the same budget of trials for each row, spent on the tail of the warm-up before anything is measured.

Imports `executors`, `store`, `plan` and `catalogue`.
"""

"""Output: tables as files, comparison, index, notebook, plots.

Imports every other room of `results`; only `tables` imports it.
"""

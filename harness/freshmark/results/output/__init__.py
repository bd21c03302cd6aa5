"""What leaves the results: tables in files, comparison, index, notebook, plots.

Imports every other room of `results`; none imports it.
"""

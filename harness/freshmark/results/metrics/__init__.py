"""Metrics as functions of outcomes, by window, segment and event.

Imports `statistics` and the contract alone.
"""

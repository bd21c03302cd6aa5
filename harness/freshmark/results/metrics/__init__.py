"""Metrics as functions of outcomes, by window, segment and event.

Imports `statistics`, `discovery` and the contract alone.
"""

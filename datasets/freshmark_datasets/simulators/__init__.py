"""Streams that are generated, with declared drifts and an oracle.

Imports `coding` and `arguments`; its own rooms share draws, options and the daily rhythm.
"""

"""Intervals, dependence between windows and users, simultaneous comparisons, letters, rank overlap.

Functions of arrays: imports the contract alone.
"""

"""Simulated streams, with planted drifts and an oracle.

Imports `coding` and `tokens` alone; its folders share draws, options and the daily rhythm, not each other (clicks take
their users from `interactions.population`).
"""

"""Clocks around the calls: latency of single requests, memory, CPU seconds, and the records of a cell.

Imports `answering` and `scheduling`; never the loop.
"""

"""How a strategy is asked, and what it may answer: calls, batches, validated numbers, the panel and the matrix.

Imports `ranking`, the timeline and the ground of `replay`; never `measuring` or the loop.
"""

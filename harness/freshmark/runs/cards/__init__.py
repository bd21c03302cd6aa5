"""The stream card: the output of `freshmark data describe`, and its page.

Imports `replay` and `results`; nothing in `runs` imports it.
"""

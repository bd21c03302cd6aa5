"""The stream card: what `freshmark data describe` says of a stream, and its page.

Imports `replay` and `results`; nothing in `runs` imports it.
"""

"""Streams made from streams: cleaned, selected, merged, rewritten, anonymised.

Imports `coding` and `arguments`.
"""

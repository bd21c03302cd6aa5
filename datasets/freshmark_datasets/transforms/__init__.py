"""Streams derived from other streams: cleaned, selected, merged, rewritten, anonymised.

Imports `coding` and `arguments` alone.
"""

"""Streams that others published: entries, downloads, checksums, licences.

Imports `logs` and `readers`.
"""

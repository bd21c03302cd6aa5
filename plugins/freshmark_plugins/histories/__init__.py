"""What users did, kept in flat growing arrays: item sets, sessions, sequences, pair counts.

Imports `kernels`.
"""

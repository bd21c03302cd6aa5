"""Histories of users in flat growing arrays: recency lists, sessions, sequences, pair counts.

Imports `kernels`.
"""

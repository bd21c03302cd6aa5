"""Strategies: ways to keep a model up to date, one short file each."""

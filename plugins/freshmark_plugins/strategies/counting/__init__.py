"""Counts and neighbours: no gradient."""

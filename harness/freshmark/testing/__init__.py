"""Checks that a plugin author runs against an own strategy, stream, metric or section."""

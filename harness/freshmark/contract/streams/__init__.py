"""Stream: events, ids and features; checked when built, kept on disk as memory maps.

Imports `arrays`, `events` and `errors` alone.
"""

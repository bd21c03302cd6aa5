"""Anyone's log as a stream: columns found, ids, times, features and labels checked.

Imports `readers`; `published` imports it.
"""

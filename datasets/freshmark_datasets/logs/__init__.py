"""A user's own log as a stream: columns chosen, ids, times, features and labels checked.

Imports `readers`; imported by `published`.
"""

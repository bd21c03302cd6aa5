"""Finding plugins: entry points and plain files, which of them are blocked, and which one a fault comes from.

Imports the contract alone.
"""

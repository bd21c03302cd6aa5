"""The operating system: processes, isolation, logs, scratch folders, provenance.

Imports the contract alone.
"""

"""The machine underneath: processes, isolation, logs, scratch folders, provenance.

Imports the contract alone.
"""

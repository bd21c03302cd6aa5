"""Where jobs are done: one process a cell, the fork server, limits, the sandbox and the worker.

Imports every other room of `runs`; the campaign alone imports it.
"""

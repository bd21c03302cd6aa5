"""The exact rank of the true item among all candidates, compiled.

Imports the contract alone.
"""

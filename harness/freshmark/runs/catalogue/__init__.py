"""Plugins and the names they register: discovery, expressions, and options read without importing.

Imports the contract alone.
"""

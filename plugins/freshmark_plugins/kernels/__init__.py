"""Compiled steps and growing arrays that strategies share.

Imports no other room.
"""

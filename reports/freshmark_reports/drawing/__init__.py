"""Charts as parts of the page: figures, legends, palettes, and positions for hover values.

Imports no section.
"""

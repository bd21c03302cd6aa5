"""Models that rank items."""

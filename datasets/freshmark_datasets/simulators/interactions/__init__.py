"""Users and items with interests that drift, and the best possible rank of each event."""

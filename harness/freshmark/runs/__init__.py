"""Many cells: plan, processes, store."""

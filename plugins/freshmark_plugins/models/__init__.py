"""Models: torch modules that grow and state their loss, one file each."""

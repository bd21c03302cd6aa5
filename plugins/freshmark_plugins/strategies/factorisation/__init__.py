"""Matrix factorisation, learned event by event."""

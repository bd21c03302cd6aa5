"""What came of it: tables, metrics, statistics."""

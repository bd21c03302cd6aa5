"""Logs in the forms that people keep them in, read in batches: text, JSON lines, parquet, npz."""

"""Built-in strategies and models."""

"""All that a plugin author meets: events, streams, strategies, models, metrics, hooks."""

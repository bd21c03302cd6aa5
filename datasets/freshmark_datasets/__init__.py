"""Built-in streams: simulators and loaders."""

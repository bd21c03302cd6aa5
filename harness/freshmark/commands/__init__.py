"""The commands, one module each. Only this layer writes to the terminal."""

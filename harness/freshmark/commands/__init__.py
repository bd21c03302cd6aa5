"""The commands, one module each. This layer alone writes to the terminal."""

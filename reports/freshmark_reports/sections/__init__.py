"""The built-in sections, one file a section; each gives what it has to say of every stream."""

"""Pictures of classes that drift."""

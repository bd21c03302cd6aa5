"""Only part of a model is trained, or it comes from another stream."""

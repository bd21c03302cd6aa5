"""One cell, from the warm-up to the last outcome: what the protocol says, in its words."""

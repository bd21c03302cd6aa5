"""Learning how to update: MAML, Reptile, SML and relatives."""

"""The training loop that strategies over torch models share: optimisers, stopping, buffers, teachers.

Imports `kernels` and `histories`; models and strategies import it.
"""

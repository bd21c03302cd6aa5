"""The versions of freshmark and of its plugin contract; the build reads the first."""

__version__ = "0.2.0.dev0"

CONTRACT = 1
"""The version of the plugin contract. It rises when a public name is removed or changes its meaning."""

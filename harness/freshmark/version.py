"""The versions of freshmark and of its plugin contract, and where to report a bug; the build reads the first."""

__version__ = "0.3.0.dev0"

CONTRACT = 1
"""The version of the plugin contract. It rises when a public name is removed or changes its meaning."""

ISSUES = "https://github.com/freshmark/freshmark/issues"

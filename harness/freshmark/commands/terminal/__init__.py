"""What the command line prints: text, progress and headlines. Nothing else in freshmark prints.

Imports no command.
"""

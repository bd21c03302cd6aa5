"""Streams of images whose content or classes drift."""

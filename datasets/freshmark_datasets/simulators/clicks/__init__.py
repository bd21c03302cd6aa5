"""Impressions and clicks: slates, bots, delays."""

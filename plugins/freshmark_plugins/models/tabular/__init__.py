"""Models of clicks and ratings over fields."""

"""Labels that come late."""

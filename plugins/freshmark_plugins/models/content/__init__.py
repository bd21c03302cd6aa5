"""Models of texts and images (`classify`)."""

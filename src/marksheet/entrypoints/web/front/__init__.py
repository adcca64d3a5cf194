"""The first page, and where it leads."""

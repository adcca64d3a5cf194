"""What waits for a person, and what changed."""

"""What the house produces."""

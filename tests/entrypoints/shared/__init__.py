"""What every way in shares."""

"""What keeps working results true, inside the change that is open."""

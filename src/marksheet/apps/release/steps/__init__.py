"""What publishing, opening and telling write, inside the change that is open."""

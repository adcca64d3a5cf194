"""Organisation > Work: what runs in the background, what failed, and starting it again."""

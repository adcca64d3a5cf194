"""How messages leave: one file for each channel."""

"""Commands that bring files in."""

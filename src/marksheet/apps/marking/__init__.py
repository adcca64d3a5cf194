"""Marks, submissions and who had which script in hand."""

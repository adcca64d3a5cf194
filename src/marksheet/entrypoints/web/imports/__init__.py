"""Bringing files in: upload, say what the columns are, look, carry in; and who is still expected."""

"""Exports by page: what to take out and how, how far it is, the files of the last seven days."""

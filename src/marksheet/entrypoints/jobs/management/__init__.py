"""The commands of `python -m marksheet`."""

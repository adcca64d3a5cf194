"""Files that come in by command."""

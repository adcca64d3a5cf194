"""Organisation > Mail: what became of each message, and what can be done about it."""

"""What happens when processes die, databases stumble and people are all at once."""

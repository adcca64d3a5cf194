"""What a person may see of results."""

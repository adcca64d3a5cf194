"""What a person may see of publications, and what is open to a candidate."""

"""What is stored and done: one Django app per part of the life of a result."""

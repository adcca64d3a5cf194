"""What can be done to units, people, roles and accounts."""

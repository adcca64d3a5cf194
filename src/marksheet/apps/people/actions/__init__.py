"""Everything that can be done to units, people, roles, grants and accounts."""

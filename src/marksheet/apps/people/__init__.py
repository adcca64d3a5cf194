"""The organisation tree, people, roles, grants and invitations."""

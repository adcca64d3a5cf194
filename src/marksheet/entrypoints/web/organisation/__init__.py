"""The organisation: units, people, roles, invitations."""

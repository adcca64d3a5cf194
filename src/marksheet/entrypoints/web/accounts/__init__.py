"""The own account: profile, invitation accepted, language."""

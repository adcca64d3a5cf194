"""Inviting the candidates of a schedule."""

"""Working results and immutable result versions."""

"""Marksheet: from handed-in exam work to results that can be proved."""

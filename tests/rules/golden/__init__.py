"""Answers worked out by hand, as small tables: what is asked, and what must come out."""

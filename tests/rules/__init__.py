"""The rules, tested without a database: by hand, by property, and against a second implementation."""

"""The Audit tab: finished schedules, read-only, with the history of each result."""

"""Changes, the audit log and its chain, work, and the clock."""

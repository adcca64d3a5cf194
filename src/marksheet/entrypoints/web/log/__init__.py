"""Organisation > Audit log: whatever happened in the units whose log the reader reads."""

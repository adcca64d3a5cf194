"""The exports and their writers: what goes in comes out, and nothing else."""

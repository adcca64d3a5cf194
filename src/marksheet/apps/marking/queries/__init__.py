"""What may be read of marking: marks that hold, scripts and their progress, who marks where."""

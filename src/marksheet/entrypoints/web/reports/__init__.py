"""The Reports area: published results by candidate, schedule and assessment."""

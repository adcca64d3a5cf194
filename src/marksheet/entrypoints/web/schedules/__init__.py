"""The Schedules area: planned sittings and who takes part."""

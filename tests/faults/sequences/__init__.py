"""A state machine: random sequences of what people do at schedules, and what must hold after each of their acts."""

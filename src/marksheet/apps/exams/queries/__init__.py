"""What may be read of exams, schedules and handed-in work, always for a named reader."""

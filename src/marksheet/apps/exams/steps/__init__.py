"""What a verb asks of exams inside the change that is open."""

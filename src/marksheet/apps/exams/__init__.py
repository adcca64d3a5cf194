"""Assessments, schedules, enrolments, attempts and responses."""

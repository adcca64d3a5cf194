"""The Exams area: assessments, their questions, settings and grade scales."""

"""Name this app for Django."""

from django.apps import AppConfig


class ExamsConfig(AppConfig):
    """Assessments, schedules, enrolments, attempts and responses."""

    name = "marksheet.apps.exams"
    label = "exams"
    default_auto_field = "django.db.models.BigAutoField"

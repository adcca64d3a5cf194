"""Name this app for Django."""

from django.apps import AppConfig


class MarkingConfig(AppConfig):
    """Marks, submissions and who had which script in hand."""

    name = "marksheet.apps.marking"
    label = "marking"
    default_auto_field = "django.db.models.BigAutoField"

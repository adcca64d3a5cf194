"""Name this app for Django."""

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """Working results and immutable result versions."""

    name = "marksheet.apps.results"
    label = "results"
    default_auto_field = "django.db.models.BigAutoField"

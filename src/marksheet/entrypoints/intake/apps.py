"""Name this app for Django."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Files that come in by command."""

    name = "marksheet.entrypoints.intake"
    label = "intake"

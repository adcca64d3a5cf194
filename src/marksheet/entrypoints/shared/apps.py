"""Name this app for Django."""

from django.apps import AppConfig


class SharedConfig(AppConfig):
    """What every way in shares."""

    name = "marksheet.entrypoints.shared"
    label = "shared"

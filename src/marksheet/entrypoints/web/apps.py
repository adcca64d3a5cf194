"""Name this app for Django."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages."""

    name = "marksheet.entrypoints.web"
    label = "web"

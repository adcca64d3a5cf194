"""Name this app for Django."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The worker and the commands."""

    name = "marksheet.entrypoints.jobs"
    label = "jobs"

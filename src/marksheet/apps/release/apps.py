"""Name this app for Django."""

from django.apps import AppConfig


class ReleaseConfig(AppConfig):
    """Publications, disclosures and what is open to candidates."""

    name = "marksheet.apps.release"
    label = "release"
    default_auto_field = "django.db.models.BigAutoField"

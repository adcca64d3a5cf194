"""Name this app for Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The organisation tree, people, roles, grants and invitations."""

    name = "marksheet.apps.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

"""Name this app for Django, and have its lists read in order after every migrate."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ResultsConfig(AppConfig):
    """Working results and immutable result versions."""

    name = "marksheet.apps.results"
    label = "results"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the indexes of lists made again after each migrate: a table rebuild drops them silently."""
        post_migrate.connect(_index, sender=self, dispatch_uid="results.orders")


def _index(**_: Any) -> None:
    from marksheet.apps.results.queries.orders import make_indexes

    make_indexes()
